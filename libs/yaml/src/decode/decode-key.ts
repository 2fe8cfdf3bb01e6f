import type { Flavour } from '../flavour.ts'
import type { YamlNode } from '../node.ts'
import { YamlError } from '../yaml-error.ts'
import { decodeScalar } from './decode-scalar.ts'
import { formatFloat32 } from '../numbers/format-float.ts'

/**
 * A key as text, as sigs.k8s.io/yaml makes JSON of it: `1` is "1", `yes` is "true" in v2, `1.50` is "1.5". An error
 * is given back where it refuses: null, integers of 64 bits without a sign, lists and mappings.
 */
export function decodeKey(key: YamlNode, value: YamlNode, flavour: Flavour): string | YamlError {
  if (key.kind !== 'scalar') return refuseCollection(key)
  const decoded = decodeScalar(key, flavour)
  switch (typeof decoded) {
    case 'string':
      return decoded
    case 'boolean':
      return decoded ? 'true' : 'false'
    case 'number':
      return Number.isInteger(decoded) && !isFloat(key.value) ? `${decoded}` : keyOfFloat(decoded)
    case 'bigint':
      return decoded < 2n ** 63n ? `${decoded}` : refuse(key, value, 'uint64', decoded)
    default:
      return refuse(key, value, '%!s(<nil>)', null)
  }
}

/** A text that can only be a float: `1e3`, `1.0`. Hexadecimal digits are none. */
function isFloat(text: string): boolean {
  return /[.eE]/.test(text) && !/^[-+]?0[xX]/.test(text)
}

function keyOfFloat(value: number): string {
  if (Number.isNaN(value)) return '.nan'
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf'
  return formatFloat32(value)
}

function refuseCollection(key: YamlNode): YamlError {
  const { kind, line, column } = key
  throw new YamlError('YAML_KEY', `a ${kind} is no key at ${line}:${column}`, {
    position: key,
    upstream: `yaml: invalid map key: ${kind}`,
  })
}

function refuse(key: YamlNode, value: YamlNode, type: string, decoded: bigint | null): YamlError {
  const name = decoded === null ? 'null' : `${decoded}`
  const shown = decoded === null ? '<nil>' : `0x${decoded.toString(16)}`
  const text = value.kind === 'scalar' ? JSON.stringify(value.value) : value.kind
  return new YamlError('YAML_KEY', `${name} is no key at ${key.line}:${key.column}`, {
    position: key,
    upstream: `unsupported map key of type: ${type}, key: ${shown}, value: ${text}`,
  })
}
