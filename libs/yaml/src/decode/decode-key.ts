import type { Flavour } from '../flavour.ts'
import type { YamlNode, YamlScalar } from '../node.ts'
import { formatFloat32 } from '../numbers/format-float.ts'
import { YamlError } from '../yaml-error.ts'
import { decodeScalar } from './decode-scalar.ts'
import { goQuote, goSyntax, goSyntaxOfArgument } from './go-syntax.ts'
import { refold } from './refold.ts'
import { isTimestamp } from './timestamp.ts'
import { isGoInteger, plainValue } from './resolve.ts'

/** A key that is no text. */
export interface DecodedKey {
  readonly name: string
  /** The key as Go's messages show it. */
  readonly shown: string
  /** Why JSON cannot have it. Go finds that after everything else. */
  readonly refused?: YamlError
}

/** A key in v2, as sigs.k8s.io/yaml makes text of it: `1` is "1", `yes` is "true", `1.50` is "1.5". */
export function decodeKeyOfV2(key: YamlNode, value: YamlNode): string | DecodedKey {
  if (key.kind !== 'scalar') throw refuseCollection(key, 'yaml2')
  const decoded = decodeScalar(key, 'yaml2')
  switch (typeof decoded) {
    case 'string':
      return decoded
    case 'boolean':
      return { name: `${decoded}`, shown: `${decoded}` }
    case 'number': {
      const name = isGoInteger(key, 'yaml2') ? `${decoded}` : nameOfFloat(decoded)
      return { name, shown: name }
    }
    case 'bigint': {
      if (decoded < 2n ** 63n) return { name: `${decoded}`, shown: `${decoded}` }
      return refuse(key, value, { type: 'uint64', shown: `0x${decoded.toString(16)}` })
    }
    default:
      return refuse(key, value, { type: '%!s(<nil>)', shown: '<nil>' })
  }
}

/** With the digits of 32 bits, in which large numbers are infinite. */
function nameOfFloat(value: number): string {
  const single = Math.fround(value)
  if (Number.isNaN(single)) return '.nan'
  if (!Number.isFinite(single)) return single > 0 ? '.inf' : '-.inf'
  return formatFloat32(value)
}

/**
 * A key in v3, on the way of Kustomize: only text is a key, but at the top of a document, where any scalar but null counts
 * as it is written.
 */
export function decodeKeyOfV3(key: YamlNode, place: 'top' | 'nested'): string | DecodedKey {
  if (key.kind !== 'scalar') throw refuseCollection(key, 'yaml3')
  const { value: name, tag } = key
  if (key.style === 'folded') return refold(name)
  if (isText(key) || (name === '' && (tag === '' || tag === '!'))) return name
  decodeScalar(key, 'yaml3') // A tag that does not fit is refused here, too.
  const isNull = isNullKey(key)
  if (place === 'top' && !isNull) return name
  const shown = goQuote(name)
  const words = `mapping key ${shown} already defined at line ${key.line}`
  const refused = new YamlError('YAML_KEY', `${name} is no text at ${key.line}:${key.column}`, {
    position: key,
    upstream: isNull
      ? `yaml: unmarshal errors:\n  line ${key.line + 1}: ${words}`
      : 'json: unsupported type: map[interface {}]interface {}',
  })
  return { name, shown, refused }
}

/** Timestamps are no text either. */
function isText({ tag, style, value }: YamlScalar): boolean {
  if (tag !== '' && tag !== '!') return tag === 'tag:yaml.org,2002:str'
  if (style !== 'plain') return true
  return typeof plainValue(value, 'yaml3') === 'string' && !isTimestamp(value)
}

function isNullKey({ tag, value }: YamlScalar): boolean {
  if (tag !== '' && tag !== '!') return tag === 'tag:yaml.org,2002:null'
  return plainValue(value, 'yaml3') === null
}

function refuseCollection(key: YamlNode, flavour: Flavour): YamlError {
  return new YamlError('YAML_KEY', `a ${key.kind} is no key at ${key.line}:${key.column}`, {
    position: key,
    upstream: `yaml: invalid map key: ${goSyntax(key, flavour)}`,
  })
}

function refuse(
  key: YamlScalar,
  value: YamlNode,
  { type, shown }: { readonly type: string; readonly shown: string },
): DecodedKey {
  const argument = goSyntaxOfArgument(value, 'yaml2')
  const refused = new YamlError('YAML_KEY', `${key.value} at ${key.line}:${key.column}`, {
    position: key,
    upstream: `unsupported map key of type: ${type}, key: ${shown}, value: ${argument}`,
  })
  return { name: `\0${shown}`, shown, refused } // A name that no text has.
}
