import {
  GoBytes,
  GoComplex,
  GoInteger,
  GoMap,
  type GoObject,
  GoSlice,
  isObject,
  partsOf,
  type Value,
} from '../values.ts'

/** `reflect.DeepEqual`: same types, same content; nil and empty are not the same. */
// oxlint-disable-next-line complexity -- One line for each kind of value.
export function deepEqual(left: Value, right: Value): boolean {
  if (left instanceof GoInteger)
    return right instanceof GoInteger && left.type === right.type && left.value === right.value
  if (left instanceof GoMap) return right instanceof GoMap && equalMaps(left, right)
  if (left instanceof GoSlice) return right instanceof GoSlice && equalSlices(left, right)
  if (left instanceof GoBytes) return right instanceof GoBytes && left.data === right.data
  if (left instanceof GoComplex)
    return (
      right instanceof GoComplex && left.real === right.real && left.imaginary === right.imaginary
    )
  if (isObject(left)) return left === right || (isObject(right) && equalObjects(left, right))
  return (left ?? null) === (right ?? null)
}

/** Pointers are followed, and what is hidden counts. */
function equalObjects(left: GoObject, right: GoObject): boolean {
  if (left.goType !== right.goType || left.isNil !== right.isNil) return false
  if (left.integer !== undefined) return left.integer === right.integer
  const [ours, theirs] = [partsOf(left), partsOf(right)]
  return (
    ours.length === theirs.length &&
    ours.every(({ value }, index) => deepEqual(value, theirs[index]?.value))
  )
}

function equalMaps(left: GoMap, right: GoMap): boolean {
  if (left.type.name !== right.type.name || left.isNil !== right.isNil) return false
  if (left.entries.size !== right.entries.size) return false
  for (const [key, value] of left.entries)
    if (!right.entries.has(key) || !deepEqual(value, right.entries.get(key))) return false
  return true
}

function equalSlices(left: GoSlice, right: GoSlice): boolean {
  if (left.type.name !== right.type.name || left.isNil !== right.isNil) return false
  if (left.items.length !== right.items.length) return false
  return left.items.every((item, index) => deepEqual(item, right.items[index]))
}
