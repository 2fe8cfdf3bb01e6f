/**
 * What a document means. A mapping is a `Map`: every key is safe (`__proto__`, `constructor`), keys keep
 * the order in which they were written even when they look like integers, and no class can be taken for one.
 * Numbers: `number` is Go's float64 or an integer of at most 53 bits; `bigint` is an integer of up to 64 bits
 * (signed or unsigned) that a `number` cannot hold.
 */
export type YamlValue = null | boolean | number | bigint | string | YamlList | YamlMap

export type YamlList = readonly YamlValue[]

export type YamlMap = ReadonlyMap<string, YamlValue>

/** Whether a value is a mapping. */
export function isYamlMap(value: YamlValue | undefined): value is YamlMap {
  return value instanceof Map
}

/** Whether a value is a list. */
export function isYamlList(value: YamlValue | undefined): value is YamlList {
  return Array.isArray(value)
}
