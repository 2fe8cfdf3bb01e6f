import {
  compareForApply,
  displayName,
  type InventoryId,
  inventoryId,
  type JsonObject,
  type KeyedDigest,
  type Manifest,
  objectDigest,
  type ObjectIdentity,
  type Stage,
  stageOf,
  STAGES,
  textField,
} from '@tidemark/manifests'

import { driftOf } from './drift.ts'
import type { AppliedRecord, InventoryEntry } from './inventory.ts'
import type { LiveState } from './live-state.ts'
import type { OwnerLabels } from './owner.ts'
import { planPrune, type PrunePlan, type PruneRule } from './plan-prune.ts'
import { type ApplyMode, applyMode, mayRecreate } from './switches.ts'
import { waveOf } from './waves.ts'

export interface PlanInput {
  /** With namespaces where their kinds want them, owner labels on each, and no object twice. */
  readonly desired: readonly Manifest[]
  /** What may be on the cluster: after a crash, the union of old and new. */
  readonly inventory: readonly InventoryEntry[]
  /** From the watched cache. No request is made to plan. */
  readonly live: (identity: ObjectIdentity) => LiveState
  readonly owner: OwnerLabels
  readonly fieldManager: string
  readonly keyed: KeyedDigest
  /** Whether an object may be deleted and created again when a change is refused as immutable. */
  readonly recreate: 'allowed' | 'refused'
  readonly prune: PruneRule
  /** JSON pointers of what may differ in an object without being drift. */
  readonly ignored?: (manifest: Manifest) => readonly string[]
}

/** One object and what is to be done with it. */
export interface PlannedObject {
  readonly id: InventoryId
  readonly manifest: Manifest
  readonly action: 'create' | 'configure' | 'unchanged' | 'skip'
  /** Why, in a few words: `changed`, `drifted`, `not there`, ... */
  readonly reason: string
  readonly digest: string
  readonly mode: ApplyMode
  readonly recreate: 'allowed' | 'refused'
  readonly live: LiveState
  readonly record?: AppliedRecord
}

export interface PlannedStage {
  readonly stage: Stage
  /** One after another; the objects of one wave in any order. */
  readonly waves: readonly (readonly PlannedObject[])[]
}

export interface Plan {
  readonly stages: readonly PlannedStage[]
  readonly prune: PrunePlan
  /** Objects that somebody else's labels claim; they are applied all the same, as Flux does. */
  readonly notices: readonly string[]
}

/** What a release would change on a cluster: pure, from the desired objects, the inventory and the watched cache. */
export function planApply(input: PlanInput): Plan {
  const records = new Map(input.inventory.map((entry) => [entry.id, entry]))
  const planned = input.desired
    .toSorted((left, right) => compareForApply(left.identity, right.identity))
    .map((manifest) => planObject(manifest, records, input))
  const wanted = new Set(planned.map(({ id }) => id))
  const stale = input.inventory.filter(({ id }) => !wanted.has(id))
  return {
    stages: STAGES.map((stage) => ({ stage, waves: wavesOf(planned, stage) })),
    prune: planPrune({ stale, total: input.inventory.length, desired: planned.length }, input),
    notices: planned.flatMap((object) => noticeOf(object, input.owner)),
  }
}

/** All objects of a plan, in the order in which they are applied. */
export function plannedObjects({ stages }: Plan): readonly PlannedObject[] {
  return stages.flatMap(({ waves }) => waves.flat())
}

/** What may be on the cluster from the first write on: the old inventory and the new one. Written down before it. */
export function intendedInventory(
  plan: Plan,
  inventory: readonly InventoryEntry[],
): readonly InventoryEntry[] {
  const known = new Set(inventory.map(({ id }) => id))
  const added = plannedObjects(plan)
    .filter(({ id }) => !known.has(id))
    .map(({ id, manifest }) => ({ id, version: manifest.identity.version }))
  return [...inventory, ...added]
}

function planObject(
  manifest: Manifest,
  records: ReadonlyMap<InventoryId, InventoryEntry>,
  input: PlanInput,
): PlannedObject {
  const id = inventoryId(manifest.identity)
  const live = input.live(manifest.identity)
  const digest = digestOfDesired(manifest.object, input.keyed)
  const mode = applyMode(manifest.object, live.kind === 'present' ? live.object : undefined)
  const entry = records.get(id)
  // An entry of another version was applied with other fields; it counts as not applied.
  const record = entry?.version === manifest.identity.version ? entry.applied : undefined
  const recreate =
    input.recreate === 'allowed' || mayRecreate(manifest.object) ? 'allowed' : 'refused'
  const ignored = input.ignored?.(manifest) ?? []
  const decided = decideAction({ mode, live, digest, record, ignored }, input)
  return {
    id,
    manifest,
    digest,
    mode,
    recreate,
    live,
    ...decided,
    ...(record === undefined ? {} : { record }),
  }
}

/**
 * Digests of objects that were planned before: what runs is planned again at each look at it. Data that was read is
 * never changed, so an object has one digest under one key.
 */
const DIGESTS = new WeakMap<KeyedDigest, WeakMap<JsonObject, string>>()

function digestOfDesired(object: JsonObject, keyed: KeyedDigest): string {
  const digests = DIGESTS.get(keyed) ?? new WeakMap<JsonObject, string>()
  DIGESTS.set(keyed, digests)
  const digest = digests.get(object) ?? objectDigest(object, keyed)
  digests.set(object, digest)
  return digest
}

function decideAction(
  known: Pick<PlannedObject, 'mode' | 'live' | 'digest'> & {
    readonly record: AppliedRecord | undefined
    readonly ignored: readonly string[]
  },
  input: PlanInput,
): Pick<PlannedObject, 'action' | 'reason'> {
  const { mode, live, digest, record, ignored } = known
  if (mode === 'never') return { action: 'skip', reason: 'switched off' }
  if (live.kind === 'unknown') return { action: 'configure', reason: 'not watched yet' }
  if (live.kind === 'absent') return { action: 'create', reason: 'not there' }
  if (mode === 'if-absent') return { action: 'skip', reason: 'there already' }
  if (record === undefined) return { action: 'configure', reason: 'not applied before' }
  if (record.objectDigest !== digest) return { action: 'configure', reason: 'changed' }
  const drift = driftOf(record, live.object, {
    ...input,
    absorb: mode === 'merge' ? 'nobody' : 'known',
    ignored,
  })
  return drift.kind === 'in-sync' || drift.kind === 'terminating'
    ? { action: 'unchanged', reason: drift.kind === 'in-sync' ? 'as applied' : 'being deleted' }
    : { action: 'configure', reason: drift.kind === 'changed' ? 'drifted' : drift.kind }
}

function wavesOf(
  planned: readonly PlannedObject[],
  stage: Stage,
): readonly (readonly PlannedObject[])[] {
  const waves = new Map<number, PlannedObject[]>()
  for (const object of planned) {
    if (stageOf(object.manifest.identity) !== stage) continue
    const wave = waveOf(object.manifest.identity)
    const members = waves.get(wave)
    if (members === undefined) waves.set(wave, [object])
    else members.push(object)
  }
  return [...waves].toSorted(([left], [right]) => left - right).map(([, members]) => members)
}

function noticeOf(
  { live, manifest, action }: PlannedObject,
  owner: OwnerLabels,
): readonly string[] {
  if (live.kind !== 'present' || action === 'skip' || action === 'unchanged') return []
  const others = Object.entries(owner).filter(([label, own]) => {
    const value = textField(live.object, 'metadata', 'labels', label)
    return value !== undefined && value !== own
  })
  if (others.length === 0) return []
  const labels = others.map(([label]) => label).join(', ')
  return [`${displayName(manifest.identity)} carries another owner's ${labels}; it is taken over`]
}
