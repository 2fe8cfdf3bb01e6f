import type { Flavour } from '../flavour.ts'
import type { YamlScalar } from '../node.ts'
import { allowsLiteral } from '../print/scalar-style.ts'
import { YamlError } from '../yaml-error.ts'
import { decodeBase64 } from './base64.ts'
import { refold } from './refold.ts'
import { resolvePlain, type Resolved } from './resolve.ts'
import { formatTimestamp } from './timestamp.ts'

const PREFIX = 'tag:yaml.org,2002:'

export type ScalarValue = null | boolean | number | bigint | string

/** What a scalar means. Timestamps stay as they are written. */
export function decodeScalar(node: YamlScalar, flavour: Flavour): ScalarValue {
  const { tag, value, style } = node
  if (tag === '') return style === 'plain' ? resolvePlain(value, flavour).value : value
  if (tag.startsWith(PREFIX)) return decodeTagged(node, tag.slice(PREFIX.length), flavour)
  const isPlain = flavour === 'yaml3' && tag === '!' && style === 'plain'
  return isPlain ? resolvePlain(value, flavour).value : value
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

function decodePlainThroughKustomize(value: string, place: 'block' | 'flow'): ScalarValue {
  if (value === '' && place === 'flow') return ''
  const resolved = resolvePlain(value, 'yaml3')
  if (resolved.tag !== '!!timestamp') return resolved.value
  return place === 'flow' && value.includes(':') ? value : (formatTimestamp(value) ?? value)
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
  const { value } = node
  let resolved: Resolved = resolvePlain(value, flavour)
  if (resolved.tag === '!!timestamp' && name !== 'timestamp') {
    resolved = { tag: '!!str', value } // Go tries dates only where no other tag is written.
  }
  if (resolved.tag === `!!${name}`) return resolved.value
  if (name === 'float' && resolved.tag === '!!int' && isInt64(resolved.value)) {
    return Number(resolved.value)
  }
  const upstream = `yaml: cannot decode ${resolved.tag} \`${value}\` as a !!${name}`
  throw refuse(node, `\`${value}\` is no !!${name}`, upstream)
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
