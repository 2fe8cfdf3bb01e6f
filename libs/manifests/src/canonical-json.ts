import { sortByUtf8 } from '@tidemark/yaml'

import { isJsonList, isJsonObject, type Json } from './json.ts'

/**
 * The one text of a value, in the form of Go's encoding/json without HTML escapes, as `canonicalJson` of libs/yaml
 * writes it: no spaces, keys in the order of their UTF-8 bytes, integers with all their digits.
 */
export function canonicalJson(value: Json): string {
  if (isJsonList(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (isJsonObject(value)) {
    let members = ''
    for (const key of sortByUtf8(Object.keys(value)))
      members += `${members === '' ? '' : ','}${quote(key)}:${canonicalJson(value[key] ?? null)}`
    return `{${members}}`
  }
  if (typeof value === 'string') return quote(value)
  // JSON.stringify writes a negative zero without its sign, and knows no bigint.
  return typeof value === 'bigint' || Object.is(value, -0)
    ? formatted(value)
    : JSON.stringify(value)
}

function formatted(value: bigint | number | boolean | null): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

/** Text that stands as it is: most of it. */
const PLAIN = /^[ !#-[\]-~]*$/u
/** What `JSON.stringify` leaves as it is and Go does not: line separators, and halves of a character. */
const DIFFERS = /[\u2028\u2029\uD800-\uDFFF]/u

function quote(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`
  if (!DIFFERS.test(text)) return JSON.stringify(text)
  return JSON.stringify(text.toWellFormed())
    .replaceAll('\u2028', String.raw`\u2028`)
    .replaceAll('\u2029', String.raw`\u2029`)
}

/** The order of JavaScript's own string comparison: by UTF-16 code units, in every locale the same. */
export function byCodeUnits(left: string, right: string): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}
