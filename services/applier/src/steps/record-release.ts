import {
  describeRelease,
  withHookRuns,
  withStatus,
  type HookRun,
  type ReleaseRecord,
  type ReleaseStatus,
} from '@tidemark/apply'
import { HelmAction, HelmOutcome } from '@tidemark/contracts'
import { field, textField } from '@tidemark/manifests'
import { hookKey, type HelmRun } from '../domain/helm-release.ts'
import { DONE, failed, runOf, type ActionContext, type Progress } from './helm-run.ts'
import { ReleaseRecords } from './release-records.ts'

const PENDING = {
  [HelmAction.HELM_ACTION_INSTALL]: ['pending-install', 'Initial install underway'],
  [HelmAction.HELM_ACTION_UPGRADE]: ['pending-upgrade', 'Preparing upgrade'],
  [HelmAction.HELM_ACTION_ROLLBACK]: ['pending-rollback', 'Rollback underway'],
} as const

const COMPLETE: Readonly<Record<number, string>> = {
  [HelmAction.HELM_ACTION_INSTALL]: 'Install complete',
  [HelmAction.HELM_ACTION_UPGRADE]: 'Upgrade complete',
  [HelmAction.HELM_ACTION_ROLLBACK]: 'Rollback complete',
}

/** The records of the release that an action is about. */
export function recordsOf({ deps, release }: ActionContext): ReleaseRecords {
  const { cluster, surroundings } = deps
  const { storageNamespace, owner } = release
  return new ReleaseRecords({ cluster, log: surroundings.log, name: owner.name, storageNamespace })
}

/** The revision of the action is recorded as under way, before anything of it is written. */
export async function recordPending(context: ActionContext): Promise<Progress> {
  const run = runOf(context)
  const { action } = run
  if (!isReleasing(action)) return DONE
  const [status, description] = PENDING[action]
  const records = recordsOf(context)
  const { recordsMax } = context.actions
  const all = await records.all(context.signal)
  const record = await describe(context, { status, description, first: firstDeployed(all) })
  const problem = await records.begin(record, { recordsMax, all }, context.signal)
  context.deps.surroundings.crashPoints.at('applier.release-recorded')
  return problem === undefined ? DONE : failed(problem)
}

/** The revision of the action is what runs; those before are superseded. */
export async function recordDeployed(context: ActionContext): Promise<Progress> {
  const run = runOf(context)
  const records = recordsOf(context)
  const first = firstDeployed(await records.all(context.signal))
  const description = COMPLETE[run.action] ?? ''
  const record = await describe(context, { status: 'deployed', description, first })
  const problem = await records.deployed(record, context.signal)
  context.deps.surroundings.crashPoints.at('applier.release-recorded')
  return problem === undefined ? DONE : failed(problem)
}

/** The revision has failed. Where even this cannot be recorded, the ledger knows it. */
export async function recordFailed(context: ActionContext, why: string): Promise<void> {
  const { action } = runOf(context)
  if (!isReleasing(action)) return
  const records = recordsOf(context)
  const first = firstDeployed(await records.all(context.signal))
  const what = {
    [HelmAction.HELM_ACTION_INSTALL]: 'Release',
    [HelmAction.HELM_ACTION_UPGRADE]: 'Upgrade',
    [HelmAction.HELM_ACTION_ROLLBACK]: 'Rollback',
  }[action]
  const description = `${what} "${context.release.owner.name}" failed: ${why}`
  const record = await describe(context, { status: 'failed', description, first })
  const own = (await records.all(context.signal)).find(
    (stored) => stored.record.revision === record.revision,
  )
  const problem = await records.write({ record, labels: own?.labels ?? {} }, context.signal)
  if (problem !== undefined)
    context.deps.surroundings.log.warn('a failed release is not recorded', {
      id: context.id,
      problem,
    })
}

/** The newest record says that the release is going. */
export async function recordUninstalling(context: ActionContext): Promise<Progress> {
  const records = recordsOf(context)
  const last = (await records.all(context.signal)).at(-1)
  if (last === undefined) return DONE
  const record = withStatus(last.record, {
    status: 'uninstalling',
    description: 'Deletion in progress (or silently failed)',
    deletedMs: context.deps.cluster.clock.now(),
  })
  await records.write({ ...last, record }, context.signal)
  return DONE
}

/** The records of a release that is gone go too, unless its history is kept. */
export async function recordUninstalled(context: ActionContext): Promise<Progress> {
  const records = recordsOf(context)
  const all = await records.all(context.signal)
  const { keepHistory } = context.actions.uninstall
  const isAsked = context.requested.manifestBlob === ''
  for (const [index, stored] of all.entries()) {
    if (!keepHistory || !isAsked) await records.remove(stored.record.revision, context.signal)
    else if (index === all.length - 1)
      await records.write({ ...stored, record: withStatus(stored.record, GONE) }, context.signal)
    else if (stored.record.status === 'deployed')
      await records.write(
        { ...stored, record: withStatus(stored.record, { status: 'superseded' }) },
        context.signal,
      )
  }
  return DONE
}

const GONE = { status: 'uninstalled', description: 'Uninstallation complete' } as const

async function describe(
  context: ActionContext,
  as: {
    readonly status: ReleaseStatus
    readonly description: string
    readonly first: number | undefined
  },
): Promise<ReleaseRecord> {
  const { deps, release, signal } = context
  const run = runOf(context)
  const objects = await deps.releases.objects(run.manifestBlob, signal)
  const nowMs = deps.cluster.clock.now()
  const record = describeRelease({
    name: release.owner.name,
    namespace: release.owner.namespace,
    revision: run.revision,
    status: as.status,
    description: as.description,
    firstDeployedMs: as.first ?? nowMs,
    lastDeployedMs: nowMs,
    notes: release.notes,
    chart: release.chart,
    config: release.config,
    objects,
    hooks: release.hooks,
  })
  return withHookRuns(record, hookRuns(context, run))
}

function hookRuns({ release }: ActionContext, run: HelmRun): readonly HookRun[] {
  return release.hooks.flatMap(({ manifest: { identity }, events }) =>
    events.flatMap((event) => {
      const { namespace, name, group, kind } = identity
      const state = run.hooks.get(hookKey(event, `${namespace}_${name}_${group}_${kind}`))
      if (state === undefined) return []
      const { startedMs, endedMs, outcome } = state
      const phase = outcome === undefined ? 'Running' : phaseOf(outcome)
      return [{ kind, name, startedMs, completedMs: endedMs, phase } as const]
    }),
  )
}

function phaseOf(outcome: HelmOutcome): 'Succeeded' | 'Failed' {
  return outcome === HelmOutcome.HELM_OUTCOME_SUCCEEDED ? 'Succeeded' : 'Failed'
}

function firstDeployed(all: Awaited<ReturnType<ReleaseRecords['all']>>): number | undefined {
  const text = textField(field(all.at(-1)?.record.json, 'info'), 'first_deployed')
  const first = text === undefined ? Number.NaN : Date.parse(text)
  return Number.isNaN(first) ? undefined : first
}

function isReleasing(action: HelmAction): action is keyof typeof PENDING {
  return action in PENDING
}
