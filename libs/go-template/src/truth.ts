import { GoBytes, GoComplex, GoInteger, GoMap, GoSlice, type Value } from './values.ts'

/** Whether a value counts as true in `if`, `with`, `and`, `or` and `not` (`template.IsTrue`). */
export function isTrue(value: Value): boolean {
  switch (typeof value) {
    case 'string':
      return value.length > 0
    case 'number':
      return value !== 0
    case 'boolean':
      return value
    default:
      return isTrueObject(value)
  }
}

function isTrueObject(value: Exclude<Value, string | number | boolean>): boolean {
  if (value === null || value === undefined) return false
  if (value instanceof GoMap) return value.entries.size > 0
  if (value instanceof GoSlice) return value.items.length > 0
  if (value instanceof GoInteger) return value.value !== 0n
  if (value instanceof GoBytes) return value.data.length > 0
  if (value instanceof GoComplex) return value.real !== 0 || value.imaginary !== 0
  return true
}
