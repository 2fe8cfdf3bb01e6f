import { isJsonList, isJsonObject, type Json } from './json.ts'

/**
 * The one text of a value (RFC 8785: no spaces, keys in the order of their UTF-16 units, numbers as ECMAScript writes
 * them). Integers beyond a `number` are written with all their digits.
 */
export function canonicalJson(value: Json): string {
  if (isJsonList(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (isJsonObject(value)) {
    const keys = Object.keys(value).toSorted(byCodeUnits)
    const members = keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`)
    return `{${members.join(',')}}`
  }
  return typeof value === 'bigint' ? value.toString() : JSON.stringify(value)
}

/** The order of JavaScript's own string comparison: by UTF-16 code units, in every locale the same. */
export function byCodeUnits(left: string, right: string): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}
