import type { Flavour } from '../flavour.ts'
import type { YamlScalar } from '../node.ts'
import { allowsLiteral } from '../print/scalar-style.ts'
import { YamlError } from '../yaml-error.ts'
import { decodeBase64 } from './base64.ts'
import { refold } from './refold.ts'
import { plainValue, type ScalarValue, tagOf } from './resolve.ts'
import { formatTimestamp } from './timestamp.ts'

const PREFIX = 'tag:yaml.org,2002:'

/** What a scalar means. Timestamps stay as they are written. */
export function decodeScalar(node: YamlScalar, flavour: Flavour): ScalarValue {
  const { tag, value, style } = node
  if (tag === '') return style === 'plain' ? plainValue(value, flavour) : value
  if (tag.startsWith(PREFIX)) return decodeTagged(node, tag.slice(PREFIX.length), flavour)
  const isPlain = flavour === 'yaml3' && tag === '!' && style === 'plain'
  return isPlain ? plainValue(value, flavour) : value
}

/**
 * What a scalar has become when Kustomize has read it with v3, written its tree, read that, and made JSON of it. Between
 * brackets an empty scalar is written as `''` and a text with a colon in quotes, so that they are text from then on.
 */
export function decodeThroughKustomize(node: YamlScalar, place: 'block' | 'flow'): ScalarValue {
  const { tag, value, style } = node
  if (tag === '' || tag === '!') {
    if (style === 'plain') return decodePlainThroughKustomize(value, place)
    if (place === 'flow') return value
    if (style === 'literal' || style === 'folded') checkFirstLine(node)
    return style === 'folded' ? refold(value) : value
  }
  const decoded = decodeScalar(node, 'yaml3')
  return tag === `${PREFIX}timestamp` ? (formatTimestamp(value) ?? decoded) : decoded
}

/** What Kustomize writes for a block that starts with a tab, it cannot read again. */
function checkFirstLine(node: YamlScalar): void {
  if (!node.value.startsWith('\t') || !allowsLiteral(node.value)) return
  const problem = 'found a tab character where an indentation space is expected'
  const place = `${node.line}:${node.column}`
  throw new YamlError('YAML_SYNTAX', `a block that starts with a tab, at ${place}`, {
    position: node,
    upstream: `yaml: line ${node.line + 1}: ${problem}`,
  })
}

function decodePlainThroughKustomize(text: string, place: 'block' | 'flow'): ScalarValue {
  if (text === '' && place === 'flow') return ''
  const value = plainValue(text, 'yaml3')
  if (typeof value !== 'string' || (place === 'flow' && text.includes(':'))) return value
  return formatTimestamp(text) ?? value
}

function decodeTagged(node: YamlScalar, name: string, flavour: Flavour): ScalarValue {
  const { value } = node
  switch (name) {
    case 'str':
      return value
    case 'binary':
      return decodeBinary(node)
    case 'bool':
    case 'int':
    case 'float':
    case 'null':
    case 'timestamp':
      return decodeAs(node, name, flavour)
    default:
      return value // Other tags say nothing about a text.
  }
}

function decodeAs(node: YamlScalar, name: string, flavour: Flavour): ScalarValue {
  const { value: text } = node
  const value = plainValue(text, flavour)
  const found = tagOf(text, value, flavour)
  const tag = found === '!!timestamp' && name !== 'timestamp' ? '!!str' : found // Go tries dates only where no other tag is.
  if (tag === `!!${name}`) return value
  if (name === 'float' && tag === '!!int' && isInt64(value)) return Number(value)
  const upstream = `yaml: cannot decode ${tag} \`${text}\` as a !!${name}`
  throw refuse(node, `\`${text}\` is no !!${name}`, upstream)
}

function isInt64(value: ScalarValue): boolean {
  return typeof value !== 'bigint' || value < 2n ** 63n
}

function decodeBinary(node: YamlScalar): string {
  const text = decodeBase64(node.value)
  if (text !== undefined) return text
  const upstream = 'yaml: !!binary value contains invalid base64 data'
  throw refuse(node, '!!binary is no base64', upstream)
}

function refuse(node: YamlScalar, problem: string, upstream: string): YamlError {
  const place = `${node.line}:${node.column}`
  return new YamlError('YAML_TAG', `${problem} at ${place}`, { position: node, upstream })
}
