import {
  applyPlan,
  encodeInventory,
  intendedInventory,
  planApply,
  prunePlan,
  type ApplyReport,
  type HeldPrune,
  type InventoryEntry,
  type LiveState,
  type OwnerLabels,
  type Plan,
  type PruneReport,
  type PruneRule,
} from '@tidemark/apply'
import { type ApplyRequested, type EventOf, type Recorded } from '@tidemark/contracts'
import { inventoryId, type Manifest, type ObjectIdentity } from '@tidemark/manifests'
import { causeOf, type Cause } from '@tidemark/service'
import { decideFinish, decideStart } from '../domain/deployment.ts'
import {
  isHelmRelease,
  isPrunedLate,
  isRemoval,
  ownersOf,
  recordDeployment,
  type ApplierDeps,
} from './deps.ts'
import { ignoring } from './drift-rules.ts'
import { judgeHealth } from './judge-health.ts'
import { readDesired, readInventory, readOwner } from './read-release.ts'
import { countResults, intentsOf, notable, outcomeOf, prunedIds } from './report.ts'

const INTENTS_MAX = 200
const HOLDING = new Set(['Namespace', 'CustomResourceDefinition', 'PersistentVolume'])

/**
 * ApplyRequested -> ApplyStarted (the intent, before the first write), then ApplyFinished, Pruned and
 * HealthChanged. A request that a newer one has overtaken is left alone.
 */
export async function applyRelease(
  deps: ApplierDeps,
  recorded: Recorded<EventOf<'ApplyRequested'>>,
  signal: AbortSignal,
): Promise<AppliedRelease | undefined> {
  return applyObjects(deps, { requested: recorded.event.value, cause: causeOf(recorded) }, signal)
}

/** The same, of a request that is known. */
export async function applyObjects(
  deps: ApplierDeps,
  { requested, cause }: { readonly requested: ApplyRequested; readonly cause: Cause },
  signal: AbortSignal,
): Promise<AppliedRelease | undefined> {
  const id = requested.applicationId

  // Read.
  const { state, requested: newest } = deps.deployments.get(id)
  if (requested.apply <= state.finished || requested.apply < (newest?.apply ?? 0n)) return undefined
  const prepared = await prepare(deps, requested, state, signal)
  const intention = await intend(deps, prepared, state.inventoryBlob)

  // Record the intent, then act.
  const started = decideStart(state, { requested, ...intention })
  deps.surroundings.crashPoints.at('applier.planned')
  await recordDeployment(deps, { id, cause, events: started }, signal)
  deps.surroundings.crashPoints.at('applier.intent-recorded')
  const done = await write(deps, prepared, signal)
  deps.surroundings.crashPoints.at('applier.written')

  // Decide.
  const ended = await finish(deps, prepared, done)
  const finished = decideFinish(deps.deployments.get(id).state, ended)

  // Record.
  await recordDeployment(deps, { id, cause, events: finished }, signal)
  deps.surroundings.crashPoints.at('applier.outcome-recorded')
  const { inventoryBlob } = ended
  const { inventory } = done.pruned
  return { apply: requested.apply, desired: prepared.desired, inventory, inventoryBlob }
}

/** What is on the cluster after an apply, so that whoever looks after it need not read it again. */
export interface AppliedRelease {
  readonly apply: bigint
  readonly desired: readonly Manifest[]
  readonly inventory: readonly InventoryEntry[]
  readonly inventoryBlob: string
}

/** All that is known before an apply begins. */
export interface Prepared {
  readonly requested: ApplyRequested
  readonly desired: readonly Manifest[]
  readonly inventory: readonly InventoryEntry[]
  readonly plan: Plan
  readonly owner: OwnerLabels
  readonly propagation: 'Background' | 'Foreground' | 'Orphan'
}

/** What is known of a deployment before it is planned, and how the plan is made where not as usual. */
export interface PrepareInput {
  readonly inventoryBlob: string
  /** What somebody else has put there, and is ours from now on. */
  readonly adopted?: readonly InventoryEntry[]
  readonly prune?: PruneRule
  /** Whether what the application lets differ stays as it is: not where a release is brought. */
  readonly drift?: 'ignored' | 'undone'
  readonly propagation?: Prepared['propagation']
}

/** Reads the release and what is on the cluster, and plans. */
export async function prepare(
  deps: ApplierDeps,
  requested: ApplyRequested,
  input: PrepareInput,
  signal: AbortSignal,
): Promise<Prepared> {
  const { cluster } = deps
  const desired = await readDesired(deps, requested, signal)
  const owner = await readOwner(deps, requested, signal)
  const kept = await readInventory(deps, input.inventoryBlob, signal)
  const known = new Set(kept.map(({ id }) => id))
  const adopted = (input.adopted ?? []).filter(({ id }) => !known.has(id))
  const inventory = [...kept, ...adopted]
  await cluster.watch(
    desired.map(({ identity }) => identity),
    ownersOf(requested),
    signal,
  )
  const plan = planApply({
    desired,
    inventory,
    live: isHelmRelease(requested)
      ? liveOf(cluster, desired)
      : (identity) => cluster.live(identity),
    owner,
    fieldManager: cluster.fieldManager,
    keyed: cluster.keyed,
    recreate: requested.options?.force === true ? 'allowed' : 'refused',
    prune: input.prune ?? pruneRule(requested),
    ...(input.drift === 'ignored' ? ignoring(requested) : {}),
  })
  const careful = isRemoval(requested) && requested.options?.pruneApproved !== true
  return {
    requested,
    desired,
    inventory,
    plan: careful ? holdData(plan) : plan,
    owner,
    propagation: input.propagation ?? 'Background',
  }
}

/** What has left a release of Helm is read before it is deleted: not all of it carries the label that is watched. */
function liveOf(
  cluster: ApplierDeps['cluster'],
  desired: readonly Manifest[],
): (identity: ObjectIdentity) => LiveState {
  const wanted = new Set(desired.map(({ identity }) => inventoryId(identity)))
  return (identity) =>
    wanted.has(inventoryId(identity)) ? cluster.live(identity) : { kind: 'unknown' }
}

/** A removal deletes what was delivered, but not what holds the data of others: that waits for a person. */
function holdData(plan: Plan): Plan {
  const { deletions, held } = plan.prune
  const holding = deletions.filter(({ identity }) => HOLDING.has(identity.kind))
  const waiting = holding.map(({ id, entry, identity }): HeldPrune => ({
    id,
    entry,
    reason: 'holds-data',
    message: `deleting a ${identity.kind} deletes what is in it`,
  }))
  const going = deletions.filter((prune) => !holding.includes(prune))
  return { ...plan, prune: { ...plan.prune, deletions: going, held: [...held, ...waiting] } }
}

function pruneRule(requested: ApplyRequested): 'off' | 'guarded' | 'approved' {
  const { prune = false, pruneApproved = false } = requested.options ?? {}
  if (isRemoval(requested) || (prune && pruneApproved)) return 'approved'
  return prune ? 'guarded' : 'off'
}

/** What is kept before the first write: the intents, and an inventory of all that may be there from now on. */
export async function intend(
  { surroundings }: ApplierDeps,
  { plan, inventory }: Prepared,
  known: string,
): Promise<{ intents: ReturnType<typeof intentsOf>; intentsBlob: string; inventoryBlob: string }> {
  const intents = intentsOf(plan)
  const union = intendedInventory(plan, inventory)
  const grown = union.length !== inventory.length || known === ''
  const long = intents.length > INTENTS_MAX
  const blobs = [
    ...(grown ? [Buffer.from(encodeInventory(union))] : []),
    ...(long ? [Buffer.from(JSON.stringify(intents))] : []),
  ]
  const names = blobs.length === 0 ? [] : await surroundings.blobs.putAll(blobs)
  return {
    intents: long ? intents.slice(0, INTENTS_MAX) : intents,
    intentsBlob: long ? (names.at(-1) ?? '') : '',
    inventoryBlob: grown ? (names[0] ?? '') : known,
  }
}

export interface Written {
  readonly applied: ApplyReport
  readonly pruned: PruneReport
}

/**
 * Applies, then prunes: in Flux's order, unless that waits for health (`pruneLate`). Where the cluster gives no
 * answer, the error goes to the reactor.
 */
export async function write(
  { cluster, surroundings }: ApplierDeps,
  { plan, requested, owner, propagation }: Prepared,
  signal: AbortSignal,
): Promise<Written> {
  const applied = await applyPlan(cluster, plan, signal)
  if (applied.end.kind === 'interrupted') throw applied.end.error
  signal.throwIfAborted()
  surroundings.crashPoints.at('applier.applied')
  const failed = applied.results.some(({ action }) => action === 'failed')
  const nothing = { deletions: [], held: [], dropped: [], kept: [] }
  const pruned = await prunePlan(
    cluster,
    {
      plan: failed ? nothing : pruneNow(plan.prune, requested),
      inventory: applied.inventory,
      owner,
      propagation,
    },
    signal,
  )
  if (pruned.end.kind === 'interrupted') throw pruned.end.error
  signal.throwIfAborted()
  return { applied, pruned }
}

/** What is deleted with the apply. What waits for health stays in the inventory. */
function pruneNow(prune: Plan['prune'], requested: ApplyRequested): Plan['prune'] {
  return isPrunedLate(requested) ? { ...prune, deletions: [] } : prune
}

async function finish(
  { cluster, surroundings, name }: ApplierDeps,
  { requested, desired }: Prepared,
  { applied, pruned }: Written,
): Promise<Parameters<typeof decideFinish>[1]> {
  const results = [...applied.results, ...pruned.results]
  const shown = notable(results)
  const { outcome, message } = outcomeOf(results)
  const timeoutMs = Number(requested.options?.timeoutMs ?? 0n)
  const nowMs = surroundings.clock.now()
  const health = judgeHealth({ desired, cluster, nowMs, timesOutAtMs: nowMs + timeoutMs })
  const isWhole = results.every(({ action }) => action !== 'failed' && action !== 'not-tried')
  surroundings.log.debug('applied', { cluster: name, application: requested.applicationId })
  return {
    requested,
    outcome,
    message,
    counts: countResults(results),
    results: shown,
    resultsBlob: '',
    inventoryBlob: await surroundings.blobs.put(Buffer.from(encodeInventory(pruned.inventory))),
    requests: applied.writes + pruned.writes,
    pruned: prunedIds(pruned),
    health: isWhole && !isRemoval(requested) ? health : undefined,
  }
}
