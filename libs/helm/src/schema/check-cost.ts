import { GoMap, GoSlice, type Value } from '@tidemark/go-template'
import { type Scope } from './validator.ts'

/** So many small comparisons take the time of a check. */
const COMPARISONS_PER_CHECK = 64
/** What a schema lists is also written into the reason why nothing fits. */
const COMPARISONS_PER_LISTED = 32
/** A text is compared, and quoted, by so many bytes at a time. */
const BYTES_PER_COMPARISON = 16
/** Looking a name up, and trying an expression on it. */
const COMPARISONS_PER_NAME = 4
const COMPARISONS_PER_PATTERN = 8

/** What a schema over a value costs beside those below it: what it lists, and what the value is made of. */
export function costOf({ schema, value }: Scope): number {
  const comparisons = schema.weight * COMPARISONS_PER_LISTED + ofValue({ schema, value })
  return 1 + Math.floor(comparisons / COMPARISONS_PER_CHECK)
}

function ofValue({ schema, value }: Pick<Scope, 'schema' | 'value'>): number {
  if (typeof value === 'string')
    return (
      (value.length / BYTES_PER_COMPARISON) *
      (schema.pattern === undefined ? 1 : COMPARISONS_PER_PATTERN)
    )
  if (value instanceof GoMap) {
    const patterns = schema.patternProperties.length * COMPARISONS_PER_PATTERN
    return value.entries.size * (COMPARISONS_PER_NAME + patterns)
  }
  if (!(value instanceof GoSlice) || schema.keywords.entries.get('uniqueItems') !== true) return 0
  return value.items.length ** 2 / 2
}

/** How much there is to compare with in a value that a schema holds. */
export function weightOf(value: Value): number {
  if (typeof value === 'string') return 1 + Math.floor(value.length / BYTES_PER_COMPARISON)
  let weight = 1
  if (value instanceof GoSlice) for (const item of value.items) weight += weightOf(item)
  if (value instanceof GoMap) for (const item of value.entries.values()) weight += weightOf(item)
  return weight
}
