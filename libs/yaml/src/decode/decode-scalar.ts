import type { Flavour } from '../flavour.ts'
import type { YamlScalar } from '../node.ts'
import { YamlError } from '../yaml-error.ts'
import { decodeBase64 } from './base64.ts'
import { resolvePlain, type Resolved } from './resolve.ts'

const PREFIX = 'tag:yaml.org,2002:'

/** Tags that this library knows; a tag that names code of some language is refused, any other one is ignored. */
const FOREIGN = /^tag:yaml\.org,2002:[^/]*\//

export type ScalarValue = null | boolean | number | bigint | string

/** What a scalar means in a value: timestamps are text in both flavours. */
export function decodeScalar(node: YamlScalar, flavour: Flavour): ScalarValue {
  const { tag, value, style } = node
  if (tag === '') return style === 'plain' ? resolvePlain(value, flavour).value : value
  if (tag.startsWith(PREFIX)) return decodeTagged(node, tag.slice(PREFIX.length), flavour)
  return flavour === 'yaml3' && tag === '!' && style === 'plain'
    ? resolvePlain(value, flavour).value
    : value
}

function decodeTagged(node: YamlScalar, name: string, flavour: Flavour): ScalarValue {
  const { value, tag } = node
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
      if (FOREIGN.test(tag)) throw refuse(node, `unknown tag !!${name}`)
      return value
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

function refuse(node: YamlScalar, problem: string, upstream?: string): YamlError {
  const options = upstream === undefined ? { position: node } : { position: node, upstream }
  return new YamlError('YAML_TAG', `${problem} at ${node.line}:${node.column}`, options)
}
