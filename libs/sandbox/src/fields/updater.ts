import { equalJson, type JsonObject } from '../json.ts'
import type { MapNode } from '../schema/node.ts'
import { compare, type Comparison } from './compare.ts'
import {
  difference,
  EMPTY_SET,
  intersection,
  isEmpty,
  pathsOf,
  recursiveDifference,
  union,
  type FieldSet,
} from './field-set.ts'
import type { Managed, Managers } from './managed.ts'
import { merge } from './merge.ts'
import { removeItems, withNamedFields } from './remove-items.ts'
import { toFieldSet } from './to-field-set.ts'

/** A field that another manager owns and that an apply would change. */
export interface FieldConflict {
  readonly owner: Managed
  readonly path: readonly string[]
}

/** The answer to an apply that was not forced and that other managers object to. */
export class ApplyConflicts extends Error {
  override readonly name: string = 'ApplyConflicts'
  readonly conflicts: readonly FieldConflict[]

  constructor(conflicts: readonly FieldConflict[]) {
    super(`${conflicts.length} conflicts`)
    this.conflicts = conflicts
  }
}

export interface Ownership {
  readonly node: MapNode
  /** Fields that this endpoint resets, and nobody can own through it (status, on the main resource). */
  readonly reset: FieldSet
  readonly managers: Managers
  readonly key: string
}

export interface Changed {
  readonly object: JsonObject
  readonly managers: Managers
}

/** Ownership after `live` became `next` by anything but an apply: who changes a field, owns it. */
export function update(
  live: JsonObject,
  next: JsonObject,
  by: Managed,
  ownership: Ownership,
): Managers {
  const comparison = filtered(compare(live, next, ownership.node), ownership.reset)
  const managers = new Map(yieldFields(comparison, ownership, 'force'))
  const before = managers.get(ownership.key)?.set ?? EMPTY_SET
  const changed = union(comparison.modified, comparison.added)
  const set = recursiveDifference(
    union(difference(before, comparison.removed), changed),
    ownership.reset,
  )
  if (isEmpty(set)) managers.delete(ownership.key)
  else managers.set(ownership.key, { ...by, set })
  return managers
}

/**
 * Lays `config` over `live` for one applier, and removes what it applied before, applies no more, and nobody
 * else owns.
 *
 * @throws ApplyConflicts when another manager owns a field that would change, unless forced.
 */
export function applyConfig(
  live: JsonObject,
  config: JsonObject,
  by: Managed,
  ownership: Ownership & { readonly conflicts: 'force' | 'refuse' },
): Changed {
  const { node, key } = ownership
  const merged = merge(live, config, node)
  const last = ownership.managers.get(key)
  const set = recursiveDifference(toFieldSet(config, node), ownership.reset)
  const managers = new Map(ownership.managers)
  managers.set(key, { ...by, set })
  const object = prune(toObject(merged), last?.set ?? EMPTY_SET, { node, managers })
  const comparison = filtered(compare(live, object, node), ownership.reset)
  const yielded = yieldFields(comparison, { ...ownership, managers }, ownership.conflicts)
  return { object: equalJson(live, object) ? live : object, managers: yielded }
}

/** Takes what changed from all managers but the one that works. */
function yieldFields(
  comparison: Comparison,
  { managers, key }: Ownership,
  conflicts: 'force' | 'refuse',
): Managers {
  const changed = union(comparison.modified, comparison.added)
  const out = new Map<string, Managed>()
  const refused: FieldConflict[] = []
  for (const [other, managed] of managers) {
    if (other === key) {
      out.set(other, managed)
      continue
    }
    const taken = intersection(managed.set, changed)
    for (const path of pathsOf(taken)) refused.push({ owner: managed, path })
    const set = difference(difference(managed.set, taken), comparison.removed)
    if (!isEmpty(set)) out.set(other, set === managed.set ? managed : { ...managed, set })
  }
  if (conflicts === 'refuse' && refused.length > 0) throw new ApplyConflicts(refused)
  const own = out.get(key)
  if (own !== undefined && isEmpty(own.set)) out.delete(key)
  return out
}

function filtered(comparison: Comparison, reset: FieldSet): Comparison {
  if (reset.size === 0) return comparison
  return {
    removed: recursiveDifference(comparison.removed, reset),
    modified: recursiveDifference(comparison.modified, reset),
    added: recursiveDifference(comparison.added, reset),
  }
}

interface PruneContext {
  readonly node: MapNode
  readonly managers: Managers
}

/**
 * Removes what the applier owned, then puts back what anyone owns now and what it never owned
 * (structured-merge-diff, update.go).
 */
function prune(merged: JsonObject, last: FieldSet, { node, managers }: PruneContext): JsonObject {
  const managed = [...managers.values()].reduce((all, { set }) => union(all, set), EMPTY_SET)
  // Everything of the last time is still owned: there is nothing to remove.
  if (isEmpty(difference(last, managed))) return merged
  const named = (set: FieldSet): FieldSet => withNamedFields(set, node)
  const mergedSet = named(toFieldSet(merged, node))
  const pruned = toObject(removeItems(merged, named(last), node))
  const kept = union(named(toFieldSet(pruned, node)), named(managed))
  const owned = toObject(removeItems(merged, difference(mergedSet, kept), node))
  const ownedSet = named(toFieldSet(owned, node))
  const dangling = intersection(difference(mergedSet, ownedSet), named(last))
  return toObject(removeItems(merged, dangling, node))
}

function toObject(value: unknown): JsonObject {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The root of an object is an object, or gone.
  return (value ?? {}) as JsonObject
}
