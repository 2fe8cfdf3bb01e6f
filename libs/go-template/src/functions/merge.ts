import { type CallContext } from '../call-context.ts'
import { GoBytes, GoInteger, GoMap, GoSlice, isObject, type Value } from '../values.ts'

export type Overwrite = 'keep' | 'overwrite'

/**
 * Merges `source` into `target`, which is changed: mergo v1.0.1 as sprig uses it. What is empty in the
 * target is filled; with `overwrite` the source wins, also with nil and empty texts.
 */
export function mergeInto(
  target: GoMap,
  source: GoMap,
  overwrite: Overwrite,
  context: CallContext,
): void {
  for (const [key, from] of source.entries) {
    context.budget.step()
    const to = target.entries.get(key)
    const isKnown = target.entries.has(key)
    if (isNil(from)) {
      if (overwrite === 'overwrite') target.entries.set(key, from)
      continue
    }
    if (from instanceof GoMap) mergeBelow(to, from, overwrite, context)
    if (from instanceof GoSlice || from instanceof GoBytes)
      takeSlice(target, { key, from, to }, overwrite)
    if (isKnown && !isEmptyForMerge(to) && keepsTarget(from, to)) continue
    if (overwrite === 'overwrite' || !isKnown || isEmptyForMerge(to)) target.entries.set(key, from)
  }
}

/** A map below a map is merged in place. */
function mergeBelow(to: Value, from: GoMap, overwrite: Overwrite, context: CallContext): void {
  if (to instanceof GoMap && !(to.isNil && !from.isNil)) mergeInto(to, from, overwrite, context)
}

function takeSlice(
  target: GoMap,
  { key, from, to }: { key: string; from: GoSlice | GoBytes; to: Value },
  overwrite: Overwrite,
): void {
  if (overwrite === 'overwrite' || target.entries.size === 0) target.entries.set(key, from)
  else if (isNil(to))
    target.entries.set(key, from instanceof GoSlice ? new GoSlice([], from.type) : from)
}

function keepsTarget(from: Value, to: Value): boolean {
  if (from instanceof GoSlice || from instanceof GoBytes) return true
  return from instanceof GoMap && to instanceof GoMap
}

function isNil(value: Value): boolean {
  return value === null || value === undefined
}

/** `isEmptyValue` of mergo: zero values, empty collections, nil. */
function isEmptyForMerge(value: Value): boolean {
  if (value === null || value === undefined) return true
  if (typeof value === 'string') return value === ''
  if (typeof value === 'number') return value === 0
  if (typeof value === 'boolean') return !value
  if (value instanceof GoMap) return value.entries.size === 0
  if (value instanceof GoSlice) return value.items.length === 0
  if (value instanceof GoBytes) return value.data.length === 0
  if (value instanceof GoInteger) return value.value === 0n
  return isObject(value) && (value.integer === 0n || value.isNil === true)
}
