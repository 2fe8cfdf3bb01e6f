import { type Budget } from './budget.ts'
import { LimitError } from './errors.ts'
import { GoMap, GoSlice, type Value } from './values.ts'

/** So many parts may a value have that is walked as a whole; values of the largest chart have 10,000. */
const PARTS_MAX = 200_000
/** What walks values visits so many parts in the time of a step. */
const PARTS_PER_STEP = 2
/** So many bytes of a text are one part more. */
const BYTES_PER_PART = 256
/** Deeper values are refused by what walks them. */
const DEPTH_MAX = 1_000

/**
 * Counts the parts of a value before it is walked, those that occur again as often as they occur: values that
 * share their parts, or contain themselves, are small until somebody writes them down.
 */
export function measure(value: Value, budget?: Budget): void {
  if (!(value instanceof GoMap || value instanceof GoSlice)) return
  const parts = partsOf(value, 0, 0)
  budget?.step(Math.ceil(parts / PARTS_PER_STEP))
}

function partsOf(value: GoMap | GoSlice, before: number, depth: number): number {
  const parts = value instanceof GoMap ? value.entries.values() : value.items
  let count = before
  for (const part of parts) {
    count += 1
    if (typeof part === 'string') count += Math.floor(part.length / BYTES_PER_PART)
    if (count > PARTS_MAX)
      throw new LimitError('TEMPLATE_MEMORY', 'value of more than 200,000 parts')
    if (depth < DEPTH_MAX && (part instanceof GoMap || part instanceof GoSlice))
      count = partsOf(part, count, depth + 1)
  }
  return count
}
