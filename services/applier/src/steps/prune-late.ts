import { encodeInventory, prunePlan } from '@tidemark/apply'
import { ApplyOutcome, Health } from '@tidemark/contracts'
import { causeFrom } from '@tidemark/service'
import { decidePruned } from '../domain/deployment.ts'
import { prepare } from './apply-release.ts'
import { isPrunedLate, ownerLabels, recordDeployment, type ApplierDeps } from './deps.ts'
import { prunedIds } from './report.ts'

/**
 * A deployment that is healthy, and whose application asks for it -> Pruned: what its intent named and its
 * apply left. Nothing where a newer apply is under way, where a guard holds a deletion, or where it is suspended.
 */
export async function pruneLate(deps: ApplierDeps, id: string, signal: AbortSignal): Promise<void> {
  // Read.
  const { state, requested, suspended, removed } = deps.deployments.get(id)
  if (requested === undefined || requested.apply !== state.finished || removed) return
  if (!isPrunedLate(requested) || suspended.byPerson || suspended.inGit) return
  if (state.health !== Health.HEALTH_HEALTHY) return
  // A guard looks at a release and the one before it; by now the inventory has both, and would let more pass.
  if (state.outcome !== ApplyOutcome.APPLY_OUTCOME_APPLIED) return
  const prepared = await prepare(deps, requested, state, signal)
  const { deletions } = prepared.plan.prune
  if (deletions.length === 0) return

  // Act.
  const { cluster, surroundings } = deps
  const plan = { deletions, held: [], dropped: [], kept: [] }
  const owner = ownerLabels(requested.options)
  const pruned = await prunePlan(cluster, { plan, inventory: prepared.inventory, owner }, signal)
  if (pruned.end.kind === 'interrupted') throw pruned.end.error
  signal.throwIfAborted()
  surroundings.crashPoints.at('applier.pruned-late')
  for (const { action, message } of pruned.results)
    if (action === 'failed') surroundings.log.warn('a deletion was refused', { id, message })

  // Decide.
  const inventoryBlob = await surroundings.blobs.put(Buffer.from(encodeInventory(pruned.inventory)))
  const place = { applicationId: id, cluster: deps.name }
  const events = decidePruned(state, place, { ids: prunedIds(pruned), inventoryBlob })

  // Record.
  const cause = causeFrom(`prune/${id}/${deps.name}/${state.finished}/${state.inventoryBlob}`)
  await recordDeployment(deps, { id, cause, events }, signal)
}
