import { applyPlan, encodeInventory, plannedObjects, type Plan } from '@tidemark/apply'
import { DriftKind, type ObjectDrift } from '@tidemark/contracts'
import { driftOf } from '@tidemark/apply'
import { causeFrom } from '@tidemark/service'
import { decideCorrected, decideDrift } from '../domain/deployment.ts'
import { prepare, type Prepared } from './apply-release.ts'
import { driftMode, recordDeployment, type ApplierDeps } from './deps.ts'
import { runningRelease } from './running-release.ts'
import { isDrifted, withoutFinished } from './finished-jobs.ts'
import { resultOf } from './report.ts'

const FIELDS_MAX = 20

/**
 * What is on the cluster is not what was applied -> DriftDetected, which names it before anything is
 * written, and DriftCorrected. Nothing where a newer apply is under way, or the application is suspended.
 */
export async function correctDrift(
  deps: ApplierDeps,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  // Read.
  const { state, suspended, removed } = deps.deployments.get(id)
  const requested = runningRelease(deps.deployments.get(id))
  if (requested === undefined) return
  if (suspended.byPerson || suspended.inGit || removed) return
  const prepared = await prepare(
    deps,
    requested,
    { inventoryBlob: state.inventoryBlob, drift: 'ignored' },
    signal,
  )
  const objects = driftsOf(deps, prepared)
  if (objects.length === 0 && !state.drifting) return

  // Decide and record the intent.
  const place = { applicationId: id, cluster: deps.name }
  const cause = causeFrom(`drift/${id}/${deps.name}/${state.sequence}`)
  const detected = decideDrift(state, place, objects)
  await recordDeployment(deps, { id, cause, events: detected }, signal)
  deps.surroundings.crashPoints.at('applier.drift-recorded')
  // It is told, and left; and told again when it is as it should be.
  if (driftMode(requested) === 'warn' && objects.length > 0) return

  // Act.
  const { prune } = prepared.plan
  const stages = withoutFinished(prepared.plan.stages)
  const plan: Plan = { ...prepared.plan, stages, prune: { ...prune, deletions: [], held: [] } }
  const report = await applyPlan(deps.cluster, plan, signal)
  if (report.end.kind === 'interrupted') throw report.end.error
  signal.throwIfAborted()

  deps.surroundings.crashPoints.at('applier.drift-written')

  // Record.
  const written = report.results.filter(
    ({ action }) => action !== 'unchanged' && action !== 'skipped',
  )
  const inventory = [...report.inventory, ...notIn(prepared.inventory, report.inventory)]
  const inventoryBlob = await deps.surroundings.blobs.put(Buffer.from(encodeInventory(inventory)))
  const after = deps.deployments.get(id).state
  const corrected = decideCorrected(after, place, { results: written.map(resultOf), inventoryBlob })
  await recordDeployment(deps, { id, cause, events: corrected }, signal)
}

/** A correction deletes nothing: what waits to be pruned, or is done and gone, stays in the inventory. */
function notIn(before: Prepared['inventory'], after: Prepared['inventory']): Prepared['inventory'] {
  const known = new Set(after.map(({ id }) => id))
  return before.filter(({ id }) => !known.has(id))
}

function driftsOf({ cluster }: ApplierDeps, { plan }: Prepared): readonly ObjectDrift[] {
  return plannedObjects(plan)
    .filter(isDrifted)
    .map(({ id, record, live, mode }): ObjectDrift => {
      if (record === undefined || live.kind !== 'present')
        return { id, kind: DriftKind.DRIFT_KIND_DELETED, fields: [], manager: '' }
      const drift = driftOf(record, live.object, {
        fieldManager: cluster.fieldManager,
        keyed: cluster.keyed,
        absorb: mode === 'merge' ? 'nobody' : 'known',
      })
      if (drift.kind !== 'changed')
        return { id, kind: DriftKind.DRIFT_KIND_DELETED, fields: [], manager: '' }
      return {
        id,
        kind: DriftKind.DRIFT_KIND_CHANGED,
        fields: drift.fields.slice(0, FIELDS_MAX),
        manager: drift.manager,
      }
    })
}
