import { ANY_SLICE, GoMap, GoSlice, type Value } from '@tidemark/go-template'
import { HelmError } from '../helm-error.ts'

/** Values nest at most so deep; YAML stops far below. */
const DEPTH_MAX = 1_000

/** A map with all maps and lists in it made anew (`copystructure.Copy`). */
export function copyMap(map: GoMap): GoMap {
  return copyDeep(map, 0)
}

function copyDeep(map: GoMap, depth: number): GoMap {
  if (depth > DEPTH_MAX) throw new HelmError('VALUES', `values nest deeper than ${DEPTH_MAX}`)
  const entries = new Map<string, Value>()
  for (const [key, value] of map.entries) entries.set(key, copyValue(value, depth + 1))
  return new GoMap(entries, map.type, map.isNil)
}

function copyValue(value: Value, depth: number): Value {
  if (value instanceof GoMap) return copyDeep(value, depth)
  if (!(value instanceof GoSlice)) return value
  if (depth > DEPTH_MAX) throw new HelmError('VALUES', `values nest deeper than ${DEPTH_MAX}`)
  const items = value.items.map((item) => copyValue(item, depth + 1))
  return new GoSlice(items, value.type === ANY_SLICE ? ANY_SLICE : value.type, {
    isNil: value.isNil,
    capacity: value.capacity,
  })
}
