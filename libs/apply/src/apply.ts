import { OperatingError } from '@tidemark/kernel'
import { ClusterFailed } from '@tidemark/kube'
import { displayName, type Stage } from '@tidemark/manifests'

import { applyObject } from './apply-object.ts'
import { type ClusterPort, CONCURRENCY } from './cluster-port.ts'
import { eachLimited } from './each-limited.ts'
import { healthOf } from './health/health.ts'
import { appliedRecord, type InventoryEntry } from './inventory.ts'
import type { ObjectResult } from './object-result.ts'
import type { Plan, PlannedObject } from './plan.ts'
import { waitForDefinitions } from './wait.ts'

/** What an apply has done. */
export interface ApplyReport {
  /** One for each desired object, in the order of the plan. */
  readonly results: readonly ObjectResult[]
  /**
   * All that may be on the cluster now: applied objects with what was answered, objects that failed as they were
   * known before, and everything that is still to be pruned.
   */
  readonly inventory: readonly InventoryEntry[]
  /**
   * `finished`: every object has its answer. `stopped`: the signal was aborted. `interrupted`: the cluster gave no
   * answer, and `error` says whether it is worth trying again.
   */
  readonly end:
    | { readonly kind: 'finished' }
    | { readonly kind: 'stopped' }
    | { readonly kind: 'interrupted'; readonly error: OperatingError }
  /** Writes that were sent. */
  readonly writes: number
}

/**
 * Applies a plan: stage by stage, wave by wave, by server-side apply, without asking first. An object that is refused
 * does not stop its neighbours of the same stage, but the stages after it are not tried. Nothing is pruned here.
 * Never rejects for what the cluster says or does not say.
 */
export async function applyPlan(
  port: ClusterPort,
  plan: Plan,
  signal: AbortSignal,
): Promise<ApplyReport> {
  const writesBefore = port.client.requests.writes()
  const run: Run = { port, signal, done: new Map(), end: { kind: 'finished' } }
  let refusedBy: Stage | undefined
  for (const { stage, waves } of plan.stages) {
    for (const wave of waves) await applyWave(run, wave, refusedBy)
    if (stage === 'definitions' && run.end.kind === 'finished')
      await awaitDefinitions(run, waves.flat())
    if (waves.flat().some(({ id }) => run.done.get(id)?.action === 'failed')) refusedBy ??= stage
  }
  const planned = plan.stages.flatMap(({ waves }) => waves.flat())
  return {
    results: planned.map((object) => run.done.get(object.id) ?? notTried(object, 'stopped')),
    inventory: [...planned.map((object) => entryOf(run, object)), ...remaining(plan)],
    end: run.end,
    writes: port.client.requests.writes() - writesBefore,
  }
}

const WRITTEN: ReadonlySet<ObjectResult['action']> = new Set(['created', 'configured', 'recreated'])

interface Run {
  readonly port: ClusterPort
  readonly signal: AbortSignal
  readonly done: Map<string, ObjectResult>
  end: ApplyReport['end']
}

async function applyWave(
  run: Run,
  wave: readonly PlannedObject[],
  refusedBy: Stage | undefined,
): Promise<void> {
  await eachLimited(wave, run.port.concurrency ?? CONCURRENCY, async (object) => {
    const result = await resultOf(run, object, refusedBy)
    run.done.set(object.id, result)
    if (WRITTEN.has(result.action)) run.port.afterWrite?.(result.object)
  })
}

async function resultOf(
  run: Run,
  object: PlannedObject,
  refusedBy: Stage | undefined,
): Promise<ObjectResult> {
  if (refusedBy !== undefined && isWrite(object))
    return notTried(object, `the stage ${refusedBy} before it failed`)
  if (run.signal.aborted) run.end = run.end.kind === 'finished' ? { kind: 'stopped' } : run.end
  if (run.end.kind !== 'finished') return notTried(object, run.end.kind)
  try {
    return await applyObject(run.port, object, run.signal)
  } catch (error) {
    return failedBy(run, object, error)
  }
}

/** No answer ends the run; an answer that says "not now" is only about this object. */
function failedBy(run: Run, object: PlannedObject, error: unknown): ObjectResult {
  if (run.signal.aborted) {
    run.end = { kind: 'stopped' }
    return notTried(object, 'stopped')
  }
  if (!(error instanceof OperatingError)) throw error
  if (error.retry === 'later' && !(error instanceof ClusterFailed))
    run.end = { kind: 'interrupted', error }
  const { id, manifest } = object
  return {
    id,
    identity: manifest.identity,
    action: 'failed',
    code: error.code,
    message: error.message,
  }
}

async function awaitDefinitions(run: Run, objects: readonly PlannedObject[]): Promise<void> {
  const written = objects.filter((object) => {
    const action = run.done.get(object.id)?.action
    if (action === 'unchanged') return !isEstablished(run, object) // A crash came between it and its kinds.
    return action === 'created' || action === 'configured' || action === 'recreated'
  })
  try {
    const late = await waitForDefinitions(run.port, written, run.signal)
    for (const { object, message } of late)
      run.done.set(object.id, { ...failure(object), code: 'not-established', message })
  } catch (error) {
    if (run.signal.aborted) run.end = { kind: 'stopped' }
    else if (error instanceof OperatingError) run.end = { kind: 'interrupted', error }
    else throw error
  }
}

function isEstablished({ port }: Run, { live }: PlannedObject): boolean {
  return (
    live.kind === 'present' && healthOf(live.object, { nowMs: port.clock.now() }).kind === 'healthy'
  )
}

function failure({ id, manifest }: PlannedObject): ObjectResult {
  return { id, identity: manifest.identity, action: 'failed' }
}

function notTried({ id, manifest }: PlannedObject, reason: string): ObjectResult {
  const message = `${displayName(manifest.identity)} was not tried: ${reason}`
  return { id, identity: manifest.identity, action: 'not-tried', code: 'not-tried', message }
}

function isWrite({ action }: PlannedObject): boolean {
  return action === 'create' || action === 'configure'
}

function entryOf(
  { done, port }: Run,
  { id, manifest, digest, record }: PlannedObject,
): InventoryEntry {
  const { version } = manifest.identity
  const object = done.get(id)?.object
  if (object === undefined)
    return record === undefined ? { id, version } : { id, version, applied: record }
  return { id, version, applied: appliedRecord(object, { ...port, objectDigest: digest }) }
}

function remaining({ prune }: Plan): readonly InventoryEntry[] {
  const { deletions, held, kept } = prune
  return [...deletions.map(({ entry }) => entry), ...held.map(({ entry }) => entry), ...kept]
}
