import { formatFloat64, isYamlList, isYamlMap, printYaml, type YamlValue } from '@tidemark/yaml'
import { type Entry, type Node, NULL, type Scalar, text } from './node.ts'
import { plainTag } from './plain-tag.ts'

/** A node as it would be read from the JSON of a value: texts in double quotes, everything else plain. */
export function fromValue(value: YamlValue): Node {
  return build(value, {
    text: (each) => ({ kind: 'scalar', tag: '!!str', value: each, style: 'double-quoted' }),
    number: jsonNumber,
  })
}

/**
 * A node as it would be read from what yaml.v3 prints for a value that came out of Go's encoding/json: all numbers are
 * floats there, and a text is quoted only where it must be.
 */
export function fromGoValue(value: YamlValue): Node {
  return build(value, { text: goText, number: (each) => goNumber(Number(each)) })
}

interface Scalars {
  readonly text: (value: string) => Node
  readonly number: (value: number | bigint) => Node
}

function build(value: YamlValue, scalars: Scalars): Node {
  if (value === null) return NULL
  if (isYamlMap(value)) {
    const entries = [...value].map(([key, each]): Entry => ({
      key: text(key),
      value: build(each, scalars),
    }))
    return { kind: 'mapping', entries }
  }
  if (isYamlList(value))
    return { kind: 'sequence', items: value.map((each) => build(each, scalars)) }
  switch (typeof value) {
    case 'string':
      return scalars.text(value)
    case 'boolean':
      return { kind: 'scalar', tag: '!!bool', value: String(value), style: 'plain' }
    default:
      return scalars.number(value)
  }
}

function jsonNumber(value: number | bigint): Node {
  const told = String(value)
  return { kind: 'scalar', tag: plainTag(told), value: told, style: 'plain' }
}

function goNumber(value: number): Node {
  const told = formatFloat64(value)
  return { kind: 'scalar', tag: plainTag(told), value: told, style: 'plain' }
}

const SURELY_PLAIN = /^[A-Za-z][A-Za-z0-9_./-]*$/
const STYLES: Readonly<Record<string, Scalar['style']>> = {
  '"': 'double-quoted',
  "'": 'single-quoted',
  '|': 'literal',
}

function goText(value: string): Node {
  const isPlain = value.length > 5 && SURELY_PLAIN.test(value)
  const style = isPlain ? 'plain' : (STYLES[printYaml(value, 'yaml3').charAt(0)] ?? 'plain')
  return { kind: 'scalar', tag: '!!str', value, style }
}
