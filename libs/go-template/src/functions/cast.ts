import { floatToInt64, parseFloat64, parseInteger } from '../numbers.ts'
import { sprint } from '../fmt/print.ts'
import { GoBytes, GoInteger, type GoObject, isObject, type Value } from '../values.ts'

/** `cast.ToInt64` of spf13/cast v1.7.0: what cannot be read is zero. */
export function toInt64(value: Value): bigint {
  if (value instanceof GoInteger) return BigInt.asIntN(64, value.value)
  if (isMonthOrWeekday(value)) return value.integer
  if (typeof value === 'number') return floatToInt64(value)
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (typeof value !== 'string') return 0n
  const parsed = parseInteger(withoutZeroDecimal(value), 0)
  return parsed.problem === undefined ? parsed.value : 0n
}

/** `cast.ToFloat64`. */
export function toFloat64(value: Value): number {
  if (value instanceof GoInteger) return Number(value.value)
  if (isMonthOrWeekday(value)) return Number(value.integer)
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value !== 'string') return 0
  const parsed = parseFloat64(value)
  return parsed.problem === undefined ? parsed.value : 0
}

/** Of the types that have a name of their own, cast knows these. */
function isMonthOrWeekday(value: Value): value is GoObject & { readonly integer: bigint } {
  return isObject(value) && value.goKind === 'int' && value.integer !== undefined
}

/** `strval` of sprig: the text of a value. */
export function toText(value: Value): string {
  if (typeof value === 'string') return value
  if (value instanceof GoBytes) return value.data
  if (isObject(value) && value.asText !== undefined) return value.asText()
  return sprint([value])
}

/** "1.00" is "1", "1.50" stays. */
function withoutZeroDecimal(text: string): string {
  return /^(.*?)\.0+$/s.exec(text)?.[1] ?? text
}
