import { GoInteger, GoMap, GoSlice, type Value } from '@tidemark/go-template'

/** Equality of JSON: numbers by value, whatever their type. */
export function equalJson(left: Value, right: Value): boolean {
  const [leftNumber, rightNumber] = [numberOf(left), numberOf(right)]
  if (leftNumber !== undefined || rightNumber !== undefined) return leftNumber === rightNumber
  if (left instanceof GoMap) return right instanceof GoMap && equalMaps(left, right)
  if (left instanceof GoSlice)
    return (
      right instanceof GoSlice &&
      left.items.length === right.items.length &&
      left.items.every((item, index) => equalJson(item, right.items[index]))
    )
  return (left ?? null) === (right ?? null)
}

function equalMaps(left: GoMap, right: GoMap): boolean {
  if (left.entries.size !== right.entries.size) return false
  for (const [key, value] of left.entries)
    if (!right.entries.has(key) || !equalJson(value, right.entries.get(key))) return false
  return true
}

/** The number that a value is; nothing where it is none. */
export function numberOf(value: Value): number | undefined {
  if (typeof value === 'number') return value
  return value instanceof GoInteger ? Number(value.value) : undefined
}

export type JsonType = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object'

/** What JSON Schema calls a value; an integer is a number. */
export function typeOfJson(value: Value): JsonType {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'boolean') return 'boolean'
  if (typeof value === 'string') return 'string'
  if (value instanceof GoMap) return 'object'
  return value instanceof GoSlice ? 'array' : 'number'
}
