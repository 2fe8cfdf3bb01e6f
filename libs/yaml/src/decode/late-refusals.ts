import type { YamlScalar } from '../node.ts'
import { nameOfNonFinite } from '../numbers/format-json-number.ts'
import { isYamlList, isYamlMap, type YamlMap, type YamlValue } from '../value.ts'
import { YamlError } from '../yaml-error.ts'

/**
 * Keys and numbers that JSON cannot hold. Go meets them only when it makes JSON of what it read, so that one that was
 * overwritten by then does no harm; keys come before numbers.
 */
export class LateRefusals {
  readonly #keys = new Map<YamlMap, YamlError>()
  #number: YamlError | undefined

  addKey(map: YamlMap, error: YamlError): void {
    this.#keys.set(map, error)
  }

  addNumber(node: YamlScalar, value: number): void {
    const name = nameOfNonFinite(value)
    const place = `${node.line}:${node.column}`
    this.#number ??= new YamlError('YAML_NUMBER', `${name} is no JSON number at ${place}`, {
      position: node,
      upstream: `json: unsupported value: ${name}`,
    })
  }

  /** Throws for the first of them that is still in the value. */
  report(value: YamlValue): void {
    if (this.#keys.size > 0) this.#reportKey(value)
    if (this.#number !== undefined && hasNonFinite(value)) throw this.#number
  }

  #reportKey(value: YamlValue): void {
    if (isYamlList(value)) {
      for (const item of value) this.#reportKey(item)
    } else if (isYamlMap(value)) {
      const error = this.#keys.get(value)
      if (error !== undefined) throw error
      for (const child of value.values()) this.#reportKey(child)
    }
  }
}

function hasNonFinite(value: YamlValue): boolean {
  if (typeof value === 'number') return !Number.isFinite(value)
  if (isYamlList(value)) return value.some(hasNonFinite)
  return isYamlMap(value) && Array.from(value.values()).some(hasNonFinite)
}
