import { GoMap } from '@tidemark/go-template'
import { isTable } from './values-map.ts'

/** Later maps go over earlier ones; lists and scalars are replaced. */
export function mergeMaps(below: GoMap, above: GoMap): GoMap {
  const entries = new Map(below.entries)
  for (const [key, value] of above.entries) {
    const known = entries.get(key)
    entries.set(key, isTable(value) && isTable(known) ? mergeMaps(known, value) : value)
  }
  return new GoMap(entries)
}
