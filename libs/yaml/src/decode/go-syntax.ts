import type { Flavour } from '../flavour.ts'
import type { YamlNode } from '../node.ts'
import { formatFloat64 } from '../numbers/format-float.ts'
import { decodeScalar } from './decode-scalar.ts'
import { isGoInteger } from './resolve.ts'

const LENGTH_MAX = 1_000 // A message is for people; Go's own has no bound.

/** A node as Go's `%#v` prints its value, for messages. */
export function goSyntax(node: YamlNode, flavour: Flavour): string {
  const text = syntaxOf(node, flavour, 'interface {}(nil)')
  return text.length <= LENGTH_MAX ? text : `${text.slice(0, LENGTH_MAX)}...`
}

/** The same where the value stands alone: null has no type there. */
export function goSyntaxOfArgument(node: YamlNode, flavour: Flavour): string {
  return goSyntax(node, flavour).replace(/^interface \{\}\(nil\)$/, '<nil>')
}

function syntaxOf(node: YamlNode, flavour: Flavour, nil: string): string {
  switch (node.kind) {
    case 'scalar': {
      const value = decodeScalar(node, flavour)
      if (value === null) return nil
      if (typeof value === 'string') return goQuote(value)
      if (typeof value === 'bigint')
        return value < 2n ** 63n ? `${value}` : `0x${value.toString(16)}`
      if (typeof value === 'boolean') return `${value}`
      return isGoInteger(node, flavour) ? `${value}` : formatFloat64(value)
    }
    case 'sequence':
      return `[]interface {}{${node.items.map((item) => syntaxOf(item, flavour, nil)).join(', ')}}`
    case 'mapping': {
      const entries = node.entries.map(
        ({ key, value }) => `${syntaxOf(key, flavour, nil)}:${syntaxOf(value, flavour, nil)}`,
      )
      const key = flavour === 'yaml2' ? 'interface {}' : 'string'
      return `map[${key}]interface {}{${entries.toSorted().join(', ')}}`
    }
    default:
      return `*${node.name}`
  }
}

const GO_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\u0007', '\\a'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
  ['"', '\\"'],
  ['\\', '\\\\'],
])

/** A text as Go's `strconv.Quote` writes it. */
export function goQuote(text: string): string {
  let quoted = ''
  for (const character of text) quoted += quoteCharacter(character)
  return `"${quoted}"`
}

function quoteCharacter(character: string): string {
  const escape = GO_ESCAPES.get(character)
  if (escape !== undefined) return escape
  if (character === ' ' || /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(character)) return character
  const code = character.codePointAt(0) ?? 0
  const hex = code.toString(16)
  if (code < 0x80) return `\\x${hex.padStart(2, '0')}`
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}
