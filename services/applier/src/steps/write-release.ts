import {
  applyPlan,
  encodeInventory,
  foreignTo,
  objectsOfRecord,
  planApply,
  plannedObjects,
  type InventoryEntry,
  type LiveState,
} from '@tidemark/apply'
import { ApplyOutcome, event, Health, HelmAction, HelmOutcome } from '@tidemark/contracts'
import {
  displayName,
  inventoryId,
  textField,
  type JsonObject,
  type Manifest,
} from '@tidemark/manifests'
import { decideStart, type Verdict } from '../domain/deployment.ts'
import { intend, prepare, write, type Prepared } from './apply-release.ts'
import {
  DONE,
  failed,
  limitsOf,
  recordRun,
  runOf,
  targetOf,
  WAITING,
  type ActionContext,
  type Progress,
} from './helm-run.ts'
import { judgeHealth } from './judge-health.ts'
import { inNamespace, originLabels, withLabels } from './read-helm.ts'
import { readDesired } from './read-release.ts'
import { recordsOf } from './record-release.ts'
import { countResults, notable, outcomeOf } from './report.ts'

const NAMESPACE = { group: '', version: 'v1', kind: 'Namespace', namespace: '' }

/** The namespace of the release, where the HelmRelease asks for it. It is not part of the release, as in Helm. */
export async function createNamespace(context: ActionContext): Promise<Progress> {
  const { actions, release, deps, signal } = context
  if (!actions.install.createNamespace) return DONE
  const { namespace: name } = release.owner
  const ref = { ...NAMESPACE, name }
  const metadata = { name, labels: { name } }
  const body = JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata })
  const answer = await deps.cluster.client.create({ ref, body }, signal)
  if (answer.kind === 'written' || answer.reason === 'already-exists') return DONE
  return failed(`cannot create namespace ${name}: ${answer.message}`)
}

/** The definitions of the chart's `crds` folders, by their policy, and established before anything else is written. */
export async function applyDefinitions(context: ActionContext): Promise<Progress> {
  const { deps, release, actions, requested, signal } = context
  const { cluster } = deps
  const isInstall = runOf(context).action === HelmAction.HELM_ACTION_INSTALL
  const policy = (isInstall ? actions.install : actions.upgrade).crds
  if (policy === 'Skip' || release.definitions.length === 0) return DONE
  const live = new Map<string, LiveState>()
  const desired: Manifest[] = []
  for (const definition of release.definitions) {
    const found = await cluster.client.get(definition.identity, signal)
    if (found.kind === 'found' && policy === 'Create') continue
    desired.push(withLabels(definition, originLabels(requested)))
    if (found.kind === 'found')
      live.set(inventoryId(definition.identity), { kind: 'present', object: found.object })
  }
  const { fieldManager, keyed } = cluster
  const plan = planApply({
    desired,
    inventory: [],
    live: (identity) => live.get(inventoryId(identity)) ?? { kind: 'absent' },
    owner: originLabels(requested),
    fieldManager,
    keyed,
    recreate: 'refused',
    prune: 'off',
  })
  const report = await applyPlan(cluster, plan, signal)
  if (report.end.kind === 'interrupted') throw report.end.error
  signal.throwIfAborted()
  deps.surroundings.crashPoints.at('applier.definitions-written')
  const { outcome, message } = outcomeOf(report.results)
  return outcome === ApplyOutcome.APPLY_OUTCOME_FAILED
    ? failed(`the definitions of the chart: ${message}`)
    : DONE
}

/** Writes the ordinary objects of the action, and deletes what the release has no longer: all of it at an uninstall. */
export async function writeObjects(context: ActionContext): Promise<Progress> {
  const { deps, id, requested, actions, signal } = context
  const run = runOf(context)
  if (run.written !== undefined) return outcomeOfWritten(run.written)
  const target = targetOf(requested, run)
  const { inventoryBlob } = deps.deployments.get(id).state
  const isGone = run.action === HelmAction.HELM_ACTION_UNINSTALL
  const prepared = await prepare(
    deps,
    target,
    {
      inventoryBlob,
      adopted: await recordedInventory(context),
      prune: pruneOf(context, run.action),
      ...(isGone ? { propagation: actions.uninstall.propagation } : {}),
    },
    signal,
  )
  const foreign = isGone ? undefined : await foreignObject(context, prepared)
  if (foreign !== undefined) return failed(foreign)
  const intention = await intend(deps, prepared, inventoryBlob)
  const started = decideStart(deps.deployments.get(id).state, { requested: target, ...intention })
  await recordRun(context, started, signal)
  deps.surroundings.crashPoints.at('applier.intent-recorded')
  const done = await write(deps, prepared, signal)
  deps.surroundings.crashPoints.at('applier.written')
  await recordWritten(context, done)
  const { written } = runOf(context)
  return written === undefined ? DONE : outcomeOfWritten(written)
}

function outcomeOfWritten({
  outcome,
  message,
}: {
  readonly outcome: ApplyOutcome
  readonly message: string
}): Progress {
  return outcome === ApplyOutcome.APPLY_OUTCOME_FAILED ? failed(message) : DONE
}

function pruneOf({ requested }: ActionContext, action: HelmAction): 'guarded' | 'approved' {
  if (requested.options?.pruneApproved === true) return 'approved'
  const isUpgrade =
    action === HelmAction.HELM_ACTION_UPGRADE || action === HelmAction.HELM_ACTION_INSTALL
  return isUpgrade ? 'guarded' : 'approved'
}

async function recordWritten(
  context: ActionContext,
  { applied, pruned }: Awaited<ReturnType<typeof write>>,
): Promise<void> {
  const { deps, id, signal } = context
  const { apply, attempt } = runOf(context)
  const results = [...applied.results, ...pruned.results]
  const inventoryBlob = await deps.surroundings.blobs.put(
    Buffer.from(encodeInventory(pruned.inventory)),
  )
  const { outcome, message } = outcomeOf(results)
  const written = event('HelmObjectsWritten', {
    applicationId: id,
    cluster: deps.name,
    apply,
    attempt,
    counts: countResults(results),
    results: [...notable(results)],
    inventoryBlob,
    requests: applied.writes + pruned.writes,
    outcome,
    message,
  })
  await recordRun(context, [written], signal)
  deps.surroundings.crashPoints.at('applier.objects-recorded')
}

/** What Helm has installed before us is on the cluster: nothing of it is forgotten when it leaves the release. */
async function recordedInventory(context: ActionContext): Promise<readonly InventoryEntry[]> {
  const { deps, id, release, signal } = context
  const { revision } = runOf(context)
  const all = await recordsOf(context).all(signal)
  const others = all.filter(({ record }) => record.revision !== revision)
  const last = others.findLast(({ record }) => record.status === 'deployed') ?? others.at(-1)
  const { deployed } = deps.deployments.get(id).state.helm
  if (last === undefined || last.record.revision === deployed?.revision) return []
  const { namespace } = release.owner
  const place = { client: deps.cluster.client, namespace, scopes: new Map<string, string>() }
  const objects = await inNamespace(objectsOfRecord(last.record), place, signal)
  return objects.map(({ identity }) => ({ id: inventoryId(identity), version: identity.version }))
}

/** Where the HelmRelease takes nothing over: an object that is there, and is not of the release. */
async function foreignObject(
  { deps, actions, release, signal, id }: ActionContext,
  { plan, inventory }: Prepared,
): Promise<string | undefined> {
  const { action } = runOf({ deps, id })
  const isInstall = action === HelmAction.HELM_ACTION_INSTALL
  if (action === HelmAction.HELM_ACTION_ROLLBACK) return undefined
  if ((isInstall ? actions.install : actions.upgrade).takeOwnership) return undefined
  const known = new Set(inventory.map((entry) => entry.id))
  for (const object of plannedObjects(plan).filter((planned) => !known.has(planned.id))) {
    const { identity } = object.manifest
    const found = await deps.cluster.client.get(identity, signal)
    const foreign =
      found.kind === 'found'
        ? foreignTo(release.owner, { identity, live: found.object })
        : undefined
    if (foreign !== undefined) return foreign
  }
  return undefined
}

/** Waits until what was written is ready: the watches tell, and each second the time is looked at. */
export async function awaitObjects(context: ActionContext): Promise<Progress> {
  const { deps, requested, id, memory, signal } = context
  const run = runOf(context)
  const { wait, timeoutMs } = limitsOf(context, run.action)
  if (wait === 'nothing') return DONE
  const target = targetOf(requested, run)
  const desired = await memory.desired(id, run.manifestBlob, () =>
    readDesired(deps, target, signal),
  )
  const awaited = desired.filter(({ identity }) => wait === 'all' || identity.kind !== 'Job')
  await deps.cluster.watch(
    awaited.map(({ identity }) => identity),
    'releases',
    signal,
  )
  memory.expects(
    id,
    awaited.map(({ identity }) => identity),
  )
  const nowMs = deps.cluster.clock.now()
  const timesOutAtMs = (run.written?.atMs ?? run.sinceMs) + timeoutMs
  const { cluster } = deps
  return progressOf(judgeHealth({ desired: awaited, cluster, nowMs, timesOutAtMs }))
}

function progressOf({ health, message }: Verdict): Progress {
  switch (health) {
    case Health.HEALTH_HEALTHY:
      return DONE
    case Health.HEALTH_FAILED:
      return failed(message)
    case Health.HEALTH_TIMED_OUT:
      return failed(message, HelmOutcome.HELM_OUTCOME_TIMED_OUT)
    default:
      return WAITING
  }
}

/** Waits until what was deleted is gone. What asked to stay does not go, and is not waited for. */
export async function awaitGone(context: ActionContext): Promise<Progress> {
  const { deps, requested, id, memory, signal } = context
  const run = runOf(context)
  const { wait, timeoutMs } = limitsOf(context, run.action)
  if (wait === 'nothing' || run.manifestBlob === '') return DONE
  const { cluster } = deps
  const target = { ...targetOf(requested, run), manifestBlob: run.manifestBlob }
  const desired = await memory.desired(id, run.manifestBlob, () =>
    readDesired(deps, target, signal),
  )
  for (const { identity } of desired) {
    if (cluster.live(identity).kind === 'absent') continue
    const found = await cluster.client.get(identity, signal)
    if (found.kind !== 'found' || !isGoing(found.object)) continue
    const isLate = cluster.clock.now() >= (run.written?.atMs ?? run.sinceMs) + timeoutMs
    if (!isLate) return WAITING
    return failed(
      `${displayName(identity)} is not gone after ${timeoutMs / 1_000} s`,
      HelmOutcome.HELM_OUTCOME_TIMED_OUT,
    )
  }
  return DONE
}

function isGoing(live: JsonObject): boolean {
  return textField(live, 'metadata', 'deletionTimestamp') !== undefined
}
