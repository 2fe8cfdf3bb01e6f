import { isYamlList, isYamlMap, type YamlValue } from '@tidemark/yaml'

/**
 * Plain data as it goes over the wire. Objects come from `JSON.parse` or `Object.fromEntries`, so that a key such as
 * `__proto__` is data; read a key that the input chose with `field`, never with `[]`. `bigint` is an integer that a
 * `number` cannot hold.
 */
export type Json = null | boolean | number | bigint | string | readonly Json[] | JsonObject

export interface JsonObject {
  readonly [key: string]: Json
}

/** Whether a value is an object, not a list. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a value is a list. */
export function isJsonList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

/** The value at a path of keys, or undefined where one of them is absent or its parent is no object. */
export function field(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  let current = value
  for (const key of path) {
    if (!isJsonObject(current) || !Object.hasOwn(current, key)) return undefined
    current = current[key]
  }
  return current
}

/** The text at a path, or undefined where there is none, or something else. */
export function textField(value: Json | undefined, ...path: readonly string[]): string | undefined {
  const found = field(value, ...path)
  return typeof found === 'string' ? found : undefined
}

// From here on a `number` may not hold it; most texts have none. Digits behind a letter are part of a digest.
const LONG_INTEGER = /(?:^|[\s,:[])-?\d{16}/u

/**
 * Parses JSON without losing digits of integers: what a `number` cannot hold becomes a `bigint`. Throws `SyntaxError`,
 * as `JSON.parse` does.
 */
export function parseJson(text: string): Json {
  if (!LONG_INTEGER.test(text)) return JSON.parse(text)
  return JSON.parse(text, exactInteger)
}

function exactInteger(_key: string, value: Json, context?: { readonly source?: string }): Json {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  const source = context?.source ?? ''
  return /^-?\d+$/u.test(source) ? BigInt(source) : value
}

/** A YAML document as plain data. */
export function jsonFromYaml(value: YamlValue): Json {
  if (isYamlMap(value))
    return Object.fromEntries([...value].map(([key, inner]) => [key, jsonFromYaml(inner)]))
  if (isYamlList(value)) return value.map(jsonFromYaml)
  return value
}

/** Whether two values are the same data; the order of keys does not count. */
export function jsonEquals(left: Json | undefined, right: Json | undefined): boolean {
  if (Object.is(left, right) || isSameInteger(left, right)) return true
  if (isJsonList(left))
    return (
      isJsonList(right) &&
      left.length === right.length &&
      left.every((item, index) => jsonEquals(item, right[index]))
    )
  if (!isJsonObject(left) || !isJsonObject(right)) return false
  const keys = Object.keys(left)
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && jsonEquals(left[key], right[key]))
  )
}

/** A large integer may be a `number` on one side and a `bigint` on the other: equal where their texts are. */
function isSameInteger(left: Json | undefined, right: Json | undefined): boolean {
  const [one, other] = typeof left === 'bigint' ? [left, right] : [right, left]
  return typeof one === 'bigint' && typeof other === 'number' && String(other) === String(one)
}
