import { OperatingError } from '@tidemark/kernel'
import { ClusterConflict, ClusterFailed, type DeleteOptions } from '@tidemark/kube'
import {
  displayName,
  field,
  type InventoryId,
  type JsonObject,
  type ObjectIdentity,
  textField,
} from '@tidemark/manifests'

import { type ClusterPort, CONCURRENCY } from './cluster-port.ts'
import { eachLimited } from './each-limited.ts'
import { identityOf, type InventoryEntry } from './inventory.ts'
import type { ObjectResult } from './object-result.ts'
import { isKeptByHelm } from './helm/ownership.ts'
import { isOwned, type OwnerLabels } from './owner.ts'
import type { PlannedPrune, PrunePlan } from './plan-prune.ts'
import { isPruneDisabled } from './switches.ts'

export interface PruneReport {
  /** One for each object that was to be deleted, and one for each that is held. */
  readonly results: readonly ObjectResult[]
  /** The inventory without what is gone. What could not be deleted stays in it. */
  readonly inventory: readonly InventoryEntry[]
  readonly end:
    | { readonly kind: 'finished' }
    | { readonly kind: 'stopped' }
    | { readonly kind: 'interrupted'; readonly error: OperatingError }
  readonly writes: number
}

/**
 * Deletes what a plan says, kind after kind in the reverse of the order in which objects are applied, in the background
 * unless something else is asked for, and without waiting, each only if it is still the object that the plan saw. Never rejects for what the cluster
 * says or does not say.
 */
export async function prunePlan(
  port: ClusterPort,
  input: {
    readonly plan: PrunePlan
    readonly inventory: readonly InventoryEntry[]
    readonly owner: OwnerLabels
    readonly propagation?: DeleteOptions['propagation']
  },
  signal: AbortSignal,
): Promise<PruneReport> {
  const { plan, inventory, owner, propagation = 'Background' } = input
  const writesBefore = port.client.requests.writes()
  const run: Run = { port, owner, propagation, signal, end: { kind: 'finished' } }
  const results: ObjectResult[] = []
  for (const wave of byKind(plan.deletions))
    results.push(
      ...(await eachLimited(wave, port.concurrency ?? CONCURRENCY, (prune) =>
        resultOf(run, prune),
      )),
    )
  const gone = new Set<InventoryId>(plan.dropped.map(({ id }) => id))
  for (const { id, action, code } of results)
    if (action === 'pruned' || code === 'not-ours' || code === 'kept') gone.add(id)
  return {
    results: [...results, ...plan.held.flatMap(heldResult)],
    inventory: inventory.filter(({ id }) => !gone.has(id)),
    end: run.end,
    writes: port.client.requests.writes() - writesBefore,
  }
}

interface Run {
  readonly port: ClusterPort
  readonly owner: OwnerLabels
  readonly propagation: NonNullable<DeleteOptions['propagation']>
  readonly signal: AbortSignal
  end: PruneReport['end']
}

function byKind(deletions: readonly PlannedPrune[]): readonly (readonly PlannedPrune[])[] {
  const waves: PlannedPrune[][] = []
  for (const prune of deletions) {
    const last = waves.at(-1)
    if (last?.[0]?.identity.kind === prune.identity.kind) last.push(prune)
    else waves.push([prune])
  }
  return waves
}

async function resultOf(run: Run, prune: PlannedPrune): Promise<ObjectResult> {
  const { id, identity } = prune
  if (run.signal.aborted && run.end.kind === 'finished') run.end = { kind: 'stopped' }
  if (run.end.kind !== 'finished')
    return {
      id,
      identity,
      action: 'not-tried',
      code: 'not-tried',
      message: `${displayName(identity)} was not tried: ${run.end.kind}`,
    }
  try {
    return await deleteOne(run, prune)
  } catch (error) {
    if (run.signal.aborted) {
      run.end = { kind: 'stopped' }
      return { id, identity, action: 'not-tried', code: 'not-tried' }
    }
    if (!(error instanceof OperatingError)) throw error
    const isOfObject = error instanceof ClusterConflict || error instanceof ClusterFailed
    if (!isOfObject) run.end = { kind: 'interrupted', error }
    return { id, identity, action: 'failed', code: error.code, message: error.message }
  }
}

async function deleteOne(run: Run, prune: PlannedPrune): Promise<ObjectResult> {
  const { id, identity } = prune
  const served = await servedIdentity(run, prune)
  if (served.kind === 'gone')
    return { id, identity, action: 'pruned', message: 'gone with its definition' }
  if (served.kind === 'unknown')
    return failed(prune, 'kind-not-served', `the cluster does not serve ${identity.kind} for now`)
  const known =
    prune.uid === undefined ? await look(run, prune, served.identity) : { uid: prune.uid }
  if ('action' in known) return known
  const answer = await run.port.client.delete(
    served.identity,
    { uid: known.uid, propagation: run.propagation },
    run.signal,
  )
  if (answer.kind === 'refused') return failed(prune, answer.reason, answer.message)
  run.port.afterWrite?.()
  return { id, identity, action: 'pruned' }
}

type Served =
  | { readonly kind: 'served'; readonly identity: ObjectIdentity }
  | { readonly kind: 'gone' }
  | { readonly kind: 'unknown' }

/**
 * In which version the object can be deleted. A kind that is not served may be gone with its definition, or its own
 * API server may be down: then the object is still there, and must not be forgotten.
 */
async function servedIdentity({ port, signal }: Run, { identity }: PlannedPrune): Promise<Served> {
  const { client } = port
  if ((await client.resource(identity, signal)) !== undefined) return { kind: 'served', identity }
  const other = (await client.resources(signal)).preferred(identity.group, identity.kind)
  if (other !== undefined)
    return { kind: 'served', identity: { ...identity, version: other.version } }
  client.forgetResources() // What was asked before may be older than the definition.
  if ((await client.resource(identity, signal)) !== undefined) return { kind: 'served', identity }
  const name = `${identity.version}.${identity.group}`
  const service = await client.get({ ...API_SERVICE, name }, signal)
  if (service.kind === 'refused')
    return { kind: service.reason === 'kind-not-served' ? 'gone' : 'unknown' }
  return { kind: service.kind === 'absent' || isLocal(service.object) ? 'gone' : 'unknown' }
}

/** Served from definitions in the cluster itself, not by a server of its own that may be down. */
function isLocal(apiService: JsonObject): boolean {
  return (field(apiService, 'spec', 'service') ?? null) === null
}

const API_SERVICE = {
  group: 'apiregistration.k8s.io',
  version: 'v1',
  kind: 'APIService',
  namespace: '',
}

/** What no watch knows is read first: only what carries our labels may go. */
async function look(
  { port, owner, signal }: Run,
  prune: PlannedPrune,
  served: ObjectIdentity,
): Promise<ObjectResult | { readonly uid: string }> {
  const { id, identity } = prune
  const found = await port.client.get(served, signal)
  if (found.kind === 'absent') return { id, identity, action: 'pruned', message: 'gone already' }
  if (found.kind === 'refused') return failed(prune, found.reason, found.message)
  if (!isOwned(found.object, owner))
    return {
      id,
      identity,
      action: 'skipped',
      code: 'not-ours',
      message: 'does not carry our labels',
    }
  if (isKeptByHelm(found.object))
    return { id, identity, action: 'skipped', code: 'kept', message: 'asks to stay' }
  if (isPruneDisabled(found.object))
    return {
      id,
      identity,
      action: 'skipped',
      code: 'switched-off',
      message: 'asks not to be pruned',
    }
  return { uid: textField(found.object, 'metadata', 'uid') ?? '' }
}

function failed({ id, identity }: PlannedPrune, code: string, why: string): ObjectResult {
  return {
    id,
    identity,
    action: 'failed',
    code,
    message: `cannot delete ${displayName(identity)}: ${why}`,
  }
}

function heldResult({
  id,
  entry,
  reason,
  message,
}: PrunePlan['held'][number]): readonly ObjectResult[] {
  const identity = identityOf(entry)
  return identity === undefined ? [] : [{ id, identity, action: 'held', code: reason, message }]
}
