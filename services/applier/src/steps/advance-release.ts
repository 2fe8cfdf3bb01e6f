import { encodeInventory } from '@tidemark/apply'
import {
  ApplyOutcome,
  event,
  HelmAction,
  RolloutCause,
  type ApplyRequested,
} from '@tidemark/contracts'
import type { HelmActions } from '@tidemark/flux'
import { unreachable } from '@tidemark/kernel'
import { causeFrom } from '@tidemark/service'
import { decideFinish, type Ended } from '../domain/deployment.ts'
import {
  underWay,
  type DeployedRelease,
  type HelmRun,
  type HelmState,
} from '../domain/helm-release.ts'
import { nextAction, type NextAction, type NextActionInput } from '../domain/next-action.ts'
import { applyObjects, type AppliedRelease } from './apply-release.ts'
import { actionsOf, isHelmRelease, isRemoval, type ApplierDeps } from './deps.ts'
import { recordRun, type HelmMemory } from './helm-run.ts'
import { judgeHealth } from './judge-health.ts'
import { readHelm, type ReadHelm } from './read-helm.ts'
import { readDesired } from './read-release.ts'
import { ReleaseRecords } from './release-records.ts'
import { runAction } from './run-action.ts'

const ACTIONS_MAX = 64 // Of one call. What is still to be done then is done at the next second.

export interface AdvanceDeps extends ApplierDeps {
  readonly memory: HelmMemory
}

/**
 * Takes the newest request for a HelmRelease as far as it goes now: HelmActionStarted, its hooks, ApplyStarted,
 * HelmObjectsWritten and HelmActionFinished, of as many actions as it takes, then ApplyFinished. `waiting` where only
 * time or the cluster can take it on.
 */
export async function advanceRelease(
  deps: AdvanceDeps,
  id: string,
  signal: AbortSignal,
): Promise<'waiting' | AppliedRelease | undefined> {
  const { memory } = deps
  memory.waits(id)
  for (let count = 0; count < ACTIONS_MAX; count += 1) {
    const { requested, state, cause } = deps.deployments.get(id)
    const isDone = requested === undefined || requested.apply <= state.finished
    if (isDone || !isHelmRelease(requested)) {
      memory.forget(id)
      return undefined
    }
    const run = underWay(state.helm)
    if (run !== undefined) {
      if ((await goOn(deps, { id, requested, run }, signal)) === 'waiting') return 'waiting'
      continue
    }
    if (deps.cluster.clock.now() < (state.helm.action?.ended?.nextAtMs ?? 0)) return 'waiting'
    const next = await decide(deps, { id, requested }, signal)
    switch (next.kind) {
      case 'begin':
        await begin(deps, { id, requested, next }, signal)
        break
      case 'in-sync':
        memory.forget(id)
        return applyObjects(deps, { requested, cause: cause ?? causeFrom(`helm/${id}`) }, signal)
      case 'applied':
      case 'failed':
        await finish(deps, { id, requested, next }, signal)
        memory.forget(id)
        return undefined
      default:
        return unreachable(next)
    }
  }
  return 'waiting'
}

interface Asked {
  readonly id: string
  readonly requested: ApplyRequested
}

/** Goes on with the action that is under way. */
async function goOn(
  deps: AdvanceDeps,
  { id, requested, run }: Asked & { readonly run: HelmRun },
  signal: AbortSignal,
): Promise<'ended' | 'waiting'> {
  const { memory } = deps
  const release = await memory.release(id, run.helmBlob, () => readHelm(deps, run.helmBlob, signal))
  const actions = actionsOf(requested)
  return runAction({ deps, id, requested, release, actions, memory, signal })
}

async function decide(deps: AdvanceDeps, asked: Asked, signal: AbortSignal): Promise<NextAction> {
  const { id, requested } = asked
  const { helm } = deps.deployments.get(id).state
  const actions = actionsOf(requested)
  const wanted = isRemoval(requested) ? undefined : await readHelm(deps, requested.helmBlob, signal)
  const recorded = await newestRecord(deps, { helm, wanted }, signal)
  return nextAction(helm, {
    asked: askedFor(requested),
    apply: requested.apply,
    cause: requested.cause,
    wanted: requested,
    moved: wanted !== undefined && (await isMoved(deps, { helm, wanted, actions }, signal)),
    recorded,
    install: actions.install.remedy,
    upgrade: actions.upgrade.remedy,
  })
}

function askedFor(requested: ApplyRequested): NextActionInput['asked'] {
  if (isRemoval(requested)) return 'removal'
  return requested.cause === RolloutCause.ROLLOUT_CAUSE_ROLLBACK ? 'rollback' : 'release'
}

async function newestRecord(
  { cluster, surroundings }: AdvanceDeps,
  { helm, wanted }: { readonly helm: HelmState; readonly wanted: ReadHelm | undefined },
  signal: AbortSignal,
): Promise<{ readonly revision: number; readonly status: string } | undefined> {
  const known = helm.deployed ?? helm.action
  const name = wanted?.owner.name ?? known?.releaseName
  const storageNamespace = wanted?.storageNamespace ?? known?.storageNamespace
  if (name === undefined || storageNamespace === undefined) return undefined
  const { log } = surroundings
  const all = await new ReleaseRecords({ cluster, log, name, storageNamespace }).all(signal)
  return all.at(-1)?.record
}

/** Whether what is deployed cannot become what is wanted: Flux uninstalls and installs then. */
async function isMoved(
  deps: AdvanceDeps,
  {
    helm: { deployed },
    wanted,
    actions,
  }: { readonly helm: HelmState; readonly wanted: ReadHelm; readonly actions: HelmActions },
  signal: AbortSignal,
): Promise<boolean> {
  if (deployed === undefined) return false
  const before = await readHelm(deps, deployed.helmBlob, signal)
  const isRenamed = before.chartName !== wanted.chartName && actions.chartNameChange === 'reinstall'
  return (
    isRenamed ||
    before.owner.name !== wanted.owner.name ||
    before.owner.namespace !== wanted.owner.namespace ||
    before.storageNamespace !== wanted.storageNamespace
  )
}

async function begin(
  deps: AdvanceDeps,
  { id, requested, next }: Asked & { readonly next: Extract<NextAction, { kind: 'begin' }> },
  signal: AbortSignal,
): Promise<void> {
  const { helm } = deps.deployments.get(id).state
  const bytes = await bytesOf(deps, { helm, requested, next }, signal)
  const records = new ReleaseRecords({
    cluster: deps.cluster,
    log: deps.surroundings.log,
    name: bytes.releaseName,
    storageNamespace: bytes.storageNamespace,
  })
  const highest = (await records.all(signal)).at(-1)?.record.revision ?? 0
  const isGone = next.action === HelmAction.HELM_ACTION_UNINSTALL
  const attempt = helm.action?.apply === requested.apply ? helm.action.attempt + 1 : 1
  const started = event('HelmActionStarted', {
    applicationId: id,
    cluster: deps.name,
    apply: requested.apply,
    attempt,
    action: next.action,
    ...bytes,
    revision: isGone ? highest : highest + 1,
    reason: next.reason,
  })
  await recordRun({ deps, id }, [started], signal)
  deps.surroundings.crashPoints.at('applier.action-started')
}

/** The bytes that an action brings, or takes away. */
async function bytesOf(
  deps: AdvanceDeps,
  {
    helm,
    requested,
    next,
  }: {
    readonly helm: HelmState
    readonly requested: ApplyRequested
    readonly next: Extract<NextAction, { kind: 'begin' }>
  },
  signal: AbortSignal,
): Promise<Omit<DeployedRelease, 'revision'>> {
  const known = next.bytes === 'deployed' ? helm.deployed : helm.action
  if (next.bytes !== 'asked' && known !== undefined) {
    const { number, releaseName, storageNamespace, manifestDigest, manifestBlob, helmBlob } = known
    return { number, releaseName, storageNamespace, manifestDigest, manifestBlob, helmBlob }
  }
  const { number, manifestDigest, manifestBlob, helmBlob } = requested
  const { owner, storageNamespace } = await readHelm(deps, helmBlob, signal)
  const place = { releaseName: owner.name, storageNamespace }
  return { number, manifestDigest, manifestBlob, helmBlob, ...place }
}

/** The request is answered: one outcome, whatever it took. */
async function finish(
  deps: AdvanceDeps,
  {
    id,
    requested,
    next,
  }: Asked & { readonly next: Extract<NextAction, { kind: 'applied' | 'failed' }> },
  signal: AbortSignal,
): Promise<void> {
  const { state } = deps.deployments.get(id)
  const isFailed = next.kind === 'failed'
  const isWell = !isFailed && !isRemoval(requested)
  const written = writtenFor(state.helm, requested)
  const finished = decideFinish(state, {
    requested,
    ...written,
    ...(isFailed ? { outcome: ApplyOutcome.APPLY_OUTCOME_FAILED, message: next.message } : {}),
    resultsBlob: '',
    inventoryBlob: await keptInventory(deps, state.inventoryBlob),
    pruned: [],
    health: isWell ? await healthNow(deps, requested, signal) : undefined,
  })
  await recordRun({ deps, id }, finished, signal)
  deps.surroundings.crashPoints.at('applier.outcome-recorded')
}

function writtenFor({ action }: HelmState, { apply }: ApplyRequested): WrittenNow {
  const written = action?.apply === apply ? action.written : undefined
  return {
    outcome: written?.outcome ?? ApplyOutcome.APPLY_OUTCOME_APPLIED,
    message: written?.message ?? '',
    counts: written?.counts ?? NOTHING,
    results: written?.results ?? [],
    requests: written?.requests ?? 0,
  }
}

type WrittenNow = Pick<Ended, 'outcome' | 'message' | 'counts' | 'results' | 'requests'>

/** A deployment that has ended names an inventory, an empty one too. */
async function keptInventory({ surroundings }: AdvanceDeps, known: string): Promise<string> {
  return known === '' ? surroundings.blobs.put(Buffer.from(encodeInventory([]))) : known
}

const NOTHING = {
  created: 0,
  configured: 0,
  unchanged: 0,
  pruned: 0,
  failed: 0,
  held: 0,
  skipped: 0,
}

async function healthNow(
  deps: AdvanceDeps,
  requested: ApplyRequested,
  signal: AbortSignal,
): Promise<ReturnType<typeof judgeHealth>> {
  const { cluster, memory } = deps
  const { applicationId: id, manifestBlob } = requested
  const desired = await memory.desired(id, manifestBlob, () => readDesired(deps, requested, signal))
  await cluster.watch(
    desired.map(({ identity }) => identity),
    'releases',
    signal,
  )
  return judgeHealth({ desired, cluster, nowMs: cluster.clock.now(), timesOutAtMs: undefined })
}
