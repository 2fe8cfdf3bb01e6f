import { event, HelmAction, HelmOutcome } from '@tidemark/contracts'
import { failuresBefore } from '../domain/next-action.ts'
import {
  DONE,
  failed,
  limitsOf,
  recordRun,
  runOf,
  type ActionContext,
  type Progress,
} from './helm-run.ts'
import {
  recordDeployed,
  recordFailed,
  recordPending,
  recordUninstalled,
  recordUninstalling,
} from './record-release.ts'
import { checkTakeOver } from './check-take-over.ts'
import { runHooks } from './run-hooks.ts'
import {
  applyDefinitions,
  awaitGone,
  awaitObjects,
  createNamespace,
  writeObjects,
} from './write-release.ts'
import type { HookEvent } from '@tidemark/apply'

type Part = (context: ActionContext) => Promise<Progress>

const { HELM_ACTION_INSTALL, HELM_ACTION_ROLLBACK, HELM_ACTION_UNINSTALL, HELM_ACTION_UPGRADE } =
  HelmAction
const BACKOFF_MS = 750
const BACKOFF_MS_MAX = 900_000

/** The parts of each action, in the order of Helm. */
const PARTS: Readonly<Record<number, readonly Part[]>> = {
  [HELM_ACTION_INSTALL]: [
    first('namespace', createNamespace),
    first('definitions', applyDefinitions),
    first('pending', recordPending),
    hooks('pre-install'),
    writeObjects,
    awaitObjects,
    hooks('post-install'),
    once('deployed', recordDeployed),
    runTests,
  ],
  [HELM_ACTION_UPGRADE]: [
    first('taken over', checkTakeOver),
    first('definitions', applyDefinitions),
    first('pending', recordPending),
    hooks('pre-upgrade'),
    writeObjects,
    awaitObjects,
    hooks('post-upgrade'),
    once('deployed', recordDeployed),
    runTests,
  ],
  [HELM_ACTION_ROLLBACK]: [
    first('pending', recordPending),
    hooks('pre-rollback'),
    writeObjects,
    awaitObjects,
    hooks('post-rollback'),
    once('deployed', recordDeployed),
  ],
  [HELM_ACTION_UNINSTALL]: [
    first('uninstalling', recordUninstalling),
    hooks('pre-delete'),
    writeObjects,
    awaitGone,
    hooks('post-delete'),
    once('uninstalled', recordUninstalled),
  ],
}

/**
 * Takes an action as far as it goes now. `waiting` where only time or the cluster can take it on; else its end is
 * recorded. Called again, it goes on where the ledger says that it is.
 */
export async function runAction(context: ActionContext): Promise<'ended' | 'waiting'> {
  const progress = isOvertaken(context) ? overtaken(context) : await allParts(context)
  if (progress.kind === 'waiting') return 'waiting'
  await end(context, progress)
  context.deps.surroundings.crashPoints.at('applier.action-recorded')
  return 'ended'
}

async function allParts(context: ActionContext): Promise<Progress> {
  const { action } = runOf(context)
  for (const part of PARTS[action] ?? []) {
    // Once its objects are written it is too late to turn back, and what puts something right is not left half done.
    const mayTurnBack = isRelease(action) && runOf(context).written === undefined
    if (mayTurnBack && isOvertaken(context)) return overtaken(context)
    const progress = await part(context)
    context.signal.throwIfAborted()
    if (progress.kind !== 'done') return progress
  }
  return DONE
}

function isRelease(action: HelmAction): boolean {
  return action === HELM_ACTION_INSTALL || action === HELM_ACTION_UPGRADE
}

function overtaken(context: ActionContext): Progress {
  const tests = [...runOf(context).hooks.keys()].filter((key) => key.startsWith('test '))
  const progress = failed('a newer release was asked for', HelmOutcome.HELM_OUTCOME_SUPERSEDED)
  return tests.length > 0 ? { ...progress, installed: true } : progress
}

/** A newer request ends a wait. A hook that runs ends by itself first: nobody knows what it has done by half. */
function isOvertaken({ deps, id }: ActionContext): boolean {
  const run = runOf({ deps, id })
  const isHookRunning = [...run.hooks.values()].some(({ outcome }) => outcome === undefined)
  return (deps.deployments.get(id).requested?.apply ?? 0n) > run.apply && !isHookRunning
}

/** What comes before the first hook: done once, and not again where a hook or an object tells that it was. */
function first(what: string, part: Part): Part {
  return async (context) => {
    const { hooks: ran, written } = runOf(context)
    if (ran.size > 0 || written !== undefined) return DONE
    return context.memory.once(context, what, () => part(context))
  }
}

function once(what: string, part: Part): Part {
  return (context) => context.memory.once(context, what, () => part(context))
}

function hooks(when: HookEvent): Part {
  return async (context) => {
    const limits = limitsOf(context, runOf(context).action)
    if (!limits.hooks) return DONE
    return runHooks(context, { event: when, timeoutMs: limits.timeoutMs })
  }
}

/** `helm test`, where the HelmRelease asks for it. */
async function runTests(context: ActionContext): Promise<Progress> {
  const { test, install, upgrade } = context.actions
  if (!test.enabled) return DONE
  const isInstall = runOf(context).action === HELM_ACTION_INSTALL
  const only = (name: string): boolean => isTested(name, test.filters)
  const progress = await runHooks(context, { event: 'test', timeoutMs: test.timeoutMs, only })
  if (progress.kind === 'waiting') return progress
  await context.memory.once(context, 'tested', recordTested(context))
  if (progress.kind === 'done') return DONE
  return (isInstall ? install : upgrade).ignoreTestFailures
    ? DONE
    : { ...progress, installed: true }
}

/** The record tells of each test how it went, as `helm status` shows it. */
function recordTested(context: ActionContext): () => Promise<Progress> {
  return () => recordDeployed(context)
}

function isTested(name: string, filters: ActionContext['actions']['test']['filters']): boolean {
  const wanted = filters.filter(({ exclude }) => !exclude)
  if (filters.some((filter) => filter.exclude && filter.name === name)) return false
  return wanted.length === 0 || wanted.some((filter) => filter.name === name)
}

/** Records how the action has ended: for Helm, then in the ledger. */
async function end(context: ActionContext, progress: Progress): Promise<void> {
  const { deps, id, requested, signal } = context
  const run = runOf(context)
  const { state } = deps.deployments.get(id)
  const isReleasing = isRelease(run.action)
  const counted = run.attempt === 1 ? failuresBefore(state.helm, requested) : state.helm.failures
  const isFailed = progress.kind === 'failed'
  if (isFailed && progress.installed !== true) await recordFailed(context, progress.message)
  const isSuperseded = isFailed && progress.outcome === HelmOutcome.HELM_OUTCOME_SUPERSEDED
  const after = isFailed ? counted + 1 : 0
  const failures = isReleasing && !isSuperseded ? after : counted
  const isRemedy = !isReleasing && !isFailed && failures > 0
  const finished = event('HelmActionFinished', {
    applicationId: id,
    cluster: deps.name,
    apply: run.apply,
    attempt: run.attempt,
    action: run.action,
    number: run.number,
    revision: run.revision,
    outcome: isFailed ? progress.outcome : HelmOutcome.HELM_OUTCOME_SUCCEEDED,
    message: isFailed ? progress.message : '',
    failures,
    nextAtMs: isRemedy ? BigInt(deps.cluster.clock.now() + backoffOf(failures)) : 0n,
  })
  await recordRun(context, [finished], signal)
}

/** As a controller of Flux waits between attempts: 750 ms, doubled each time, at most a quarter of an hour. */
function backoffOf(failures: number): number {
  return Math.min(BACKOFF_MS * 2 ** (failures - 1), BACKOFF_MS_MAX)
}
