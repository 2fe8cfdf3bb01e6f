import {
  compareForApply,
  type InventoryId,
  type ObjectIdentity,
  textField,
} from '@tidemark/manifests'

import { identityOf, type InventoryEntry } from './inventory.ts'
import { isOwned, type OwnerLabels } from './owner.ts'
import type { LiveState } from './live-state.ts'
import { isKeptByHelm } from './helm/ownership.ts'
import { isPruneDisabled } from './switches.ts'

/**
 * `off`: what leaves Git stays on the cluster, and in the inventory. `guarded`: it is deleted, unless a guard holds it.
 * `approved`: a person has said that what the guards hold may go.
 */
export type PruneRule = 'off' | 'guarded' | 'approved'

export type HoldReason = 'empty-render' | 'mass-prune' | 'holds-data'

/** An object that is to be deleted. */
export interface PlannedPrune {
  readonly id: InventoryId
  readonly entry: InventoryEntry
  readonly identity: ObjectIdentity
  /** Absent when it is not watched: then it is read first. */
  readonly uid?: string
}

/** An object that would be deleted, if a person said so. */
export interface HeldPrune {
  readonly id: InventoryId
  readonly entry: InventoryEntry
  readonly reason: HoldReason
  readonly message: string
}

export interface PrunePlan {
  /** In the order in which they are deleted: the reverse of that in which they are applied. */
  readonly deletions: readonly PlannedPrune[]
  readonly held: readonly HeldPrune[]
  /** Not deleted, and no longer ours to delete later: gone already, or not carrying our labels. */
  readonly dropped: readonly { readonly id: InventoryId; readonly reason: string }[]
  /** Not deleted, and kept in the inventory: pruning is off, or the object asks for it. */
  readonly kept: readonly InventoryEntry[]
}

export interface PruneContext {
  readonly live: (identity: ObjectIdentity) => LiveState
  readonly owner: OwnerLabels
  readonly prune: PruneRule
}

/** Deleting these deletes what others put into them, or data (RELIABILITY T27). */
const HOLDING: ReadonlySet<string> = new Set([
  'Namespace',
  'CustomResourceDefinition',
  'PersistentVolume',
])
const MASS_MIN = 5
const MASS_PERCENT = 20 // More than this of an application at once is a mistake more often than a wish.

/** What leaves the cluster because it has left the release. `total` is the size of the inventory before. */
export function planPrune(
  change: {
    readonly stale: readonly InventoryEntry[]
    readonly total: number
    readonly desired: number
  },
  context: PruneContext,
): PrunePlan {
  const sorted = change.stale.map((entry) => classify(entry, context))
  const candidates = sorted.flatMap((item) => (item.kind === 'delete' ? [item.prune] : []))
  const held = context.prune === 'approved' ? [] : heldBack(candidates, change)
  const heldIds = new Set(held.map(({ id }) => id))
  return {
    deletions: candidates
      .filter(({ id }) => !heldIds.has(id))
      .toSorted((left, right) => compareForApply(right.identity, left.identity)),
    held,
    dropped: sorted.flatMap((item) => (item.kind === 'drop' ? [item] : [])),
    kept: sorted.flatMap((item) => (item.kind === 'keep' ? [item.entry] : [])),
  }
}

type Classified =
  | { readonly kind: 'delete'; readonly prune: PlannedPrune }
  | { readonly kind: 'drop'; readonly id: InventoryId; readonly reason: string }
  | { readonly kind: 'keep'; readonly entry: InventoryEntry }

function classify(entry: InventoryEntry, { live, owner, prune }: PruneContext): Classified {
  const { id } = entry
  const identity = identityOf(entry)
  if (identity === undefined) return { kind: 'drop', id, reason: 'not an inventory id' }
  const state = live(identity)
  if (state.kind === 'absent') return { kind: 'drop', id, reason: 'gone already' }
  if (prune === 'off') return { kind: 'keep', entry }
  if (state.kind === 'unknown') return { kind: 'delete', prune: { id, entry, identity } }
  if (!isOwned(state.object, owner))
    return { kind: 'drop', id, reason: 'does not carry our labels' }
  if (isKeptByHelm(state.object)) return { kind: 'drop', id, reason: 'asks to stay' }
  if (isPruneDisabled(state.object)) return { kind: 'keep', entry }
  const uid = textField(state.object, 'metadata', 'uid')
  return { kind: 'delete', prune: { id, entry, identity, ...(uid === undefined ? {} : { uid }) } }
}

function heldBack(
  candidates: readonly PlannedPrune[],
  { total, desired }: { readonly total: number; readonly desired: number },
): readonly HeldPrune[] {
  const hold =
    (reason: HoldReason, message: string) =>
    (prune: PlannedPrune): HeldPrune => ({
      id: prune.id,
      entry: prune.entry,
      reason,
      message,
    })
  if (candidates.length === 0) return []
  if (desired === 0)
    return candidates.map(
      hold('empty-render', 'the release is empty; nothing is deleted until a person says so'),
    )
  const limit = Math.max(MASS_MIN, Math.floor((total * MASS_PERCENT) / 100))
  if (candidates.length > limit) {
    const message = `${candidates.length} of ${total} objects would be deleted, more than ${limit} at once`
    return candidates.map(hold('mass-prune', message))
  }
  return candidates
    .filter(({ identity }) => HOLDING.has(identity.kind))
    .map((prune) =>
      hold('holds-data', `deleting a ${prune.identity.kind} deletes what is in it`)(prune),
    )
}
