import {
  hookObject,
  hooksOf,
  hookVerdict,
  isDeletedAt,
  isOfRun,
  type HookDeletePolicy,
  type HookEvent,
  type ReleaseHook,
} from '@tidemark/apply'
import { event, HelmOutcome } from '@tidemark/contracts'
import {
  canonicalJson,
  displayName,
  inventoryId,
  textField,
  type JsonObject,
} from '@tidemark/manifests'
import { hookKey } from '../domain/helm-release.ts'
import {
  DONE,
  failed,
  recordRun,
  runOf,
  WAITING,
  type ActionContext,
  type Progress,
} from './helm-run.ts'

const { HELM_OUTCOME_FAILED, HELM_OUTCOME_SUCCEEDED, HELM_OUTCOME_TIMED_OUT } = HelmOutcome

export interface HooksToRun {
  readonly event: HookEvent
  readonly timeoutMs: number
  /** Hooks that are left out, by name: tests that a filter excludes. */
  readonly only?: (name: string) => boolean
}

/**
 * The hooks of an event, one after the other. One that has ended does not run again, whoever is restarted: that it runs
 * is recorded when it was created, that it has ended before the next one begins.
 */
export async function runHooks(context: ActionContext, wanted: HooksToRun): Promise<Progress> {
  const all = hooksOf(context.release.hooks, wanted.event)
  const hooks = all.filter(({ manifest }) => wanted.only?.(manifest.identity.name) ?? true)
  for (const [index, hook] of hooks.entries()) {
    const progress = await runHook(context, hook, wanted)
    if (progress.kind === 'waiting') return progress
    if (progress.kind === 'failed') {
      await cleanAfterFailure(context, wanted.event, { hook, earlier: hooks.slice(0, index) })
      return progress
    }
  }
  return context.memory.once(context, `cleaned ${wanted.event}`, async () => {
    for (const hook of hooks.toReversed()) await deleteAt(context, hook, 'hook-succeeded')
    return DONE
  })
}

async function runHook(
  context: ActionContext,
  hook: ReleaseHook,
  wanted: HooksToRun,
): Promise<Progress> {
  const key = hookKey(wanted.event, inventoryId(hook.manifest.identity))
  const known = runOf(context).hooks.get(key)
  if (known === undefined) {
    const created = await createHook(context, hook, wanted)
    if (created.kind !== 'done') return created
  } else if (known.outcome === HELM_OUTCOME_SUCCEEDED) return DONE
  else if (known.outcome !== undefined) return failed(known.message, known.outcome)
  return awaitHook(context, hook, wanted)
}

/** Creates the hook, unless this run has; what an earlier run has left goes before. */
async function createHook(
  context: ActionContext,
  hook: ReleaseHook,
  { event: when, timeoutMs }: HooksToRun,
): Promise<Progress> {
  const { deps, signal } = context
  const { client, clock } = deps.cluster
  const { identity } = hook.manifest
  const { apply, attempt, sinceMs } = runOf(context)
  const name = displayName(identity)
  const run = `${apply}/${attempt}/${when}`
  const found = await client.get(identity, signal)
  if (found.kind === 'refused') return ended(context, hook, { when, why: found.message })
  if (found.kind === 'found') {
    if (isOfRun(found.object, run)) return started(context, hook, { when, live: found.object })
    if (!isDeletedAt(hook, 'before-hook-creation'))
      return ended(context, hook, {
        when,
        why: 'it is there already, and its hook-delete-policy leaves it',
      })
    if (!(await isDeleted(context, hook, found.object))) {
      const isLate = clock.now() >= sinceMs + timeoutMs
      const late = `${name} of an earlier run was not gone after ${timeoutMs / 1_000} s`
      return isLate ? failed(late, HELM_OUTCOME_TIMED_OUT) : WAITING
    }
  }
  const body = canonicalJson(hookObject(hook, run))
  const answer = await client.create({ ref: identity, body }, signal)
  deps.surroundings.crashPoints.at('applier.hook-created')
  if (answer.kind === 'refused') return ended(context, hook, { when, why: answer.message })
  return started(context, hook, { when, live: answer.object })
}

/** Deletes what an earlier run has left; says whether it is gone. */
async function isDeleted(
  { deps, signal }: ActionContext,
  { manifest: { identity } }: ReleaseHook,
  live: JsonObject,
): Promise<boolean> {
  const { client } = deps.cluster
  if (textField(live, 'metadata', 'deletionTimestamp') === undefined)
    await client.delete(identity, { uid: textField(live, 'metadata', 'uid') ?? '' }, signal)
  return (await client.get(identity, signal)).kind === 'absent'
}

async function started(
  context: ActionContext,
  { manifest }: ReleaseHook,
  { when, live }: { readonly when: HookEvent; readonly live: JsonObject },
): Promise<Progress> {
  const { deps, id, signal } = context
  const { apply, attempt } = runOf(context)
  const place = { applicationId: id, cluster: deps.name, apply, attempt, hookEvent: when }
  const uid = textField(live, 'metadata', 'uid') ?? ''
  await recordRun(
    context,
    [event('HookStarted', { ...place, id: inventoryId(manifest.identity), uid })],
    signal,
  )
  deps.surroundings.crashPoints.at('applier.hook-recorded')
  return DONE
}

async function awaitHook(
  context: ActionContext,
  hook: ReleaseHook,
  { event: when, timeoutMs }: HooksToRun,
): Promise<Progress> {
  const { deps, signal } = context
  const { identity } = hook.manifest
  const found = await deps.cluster.client.get(identity, signal)
  if (found.kind === 'refused') return ended(context, hook, { when, why: found.message })
  if (found.kind === 'absent')
    return ended(context, hook, { when, why: 'it was deleted before it had ended' })
  const verdict = hookVerdict(hook, found.object)
  if (verdict.kind === 'succeeded') return ended(context, hook, { when })
  if (verdict.kind === 'failed') return ended(context, hook, { when, why: verdict.message })
  const key = hookKey(when, inventoryId(identity))
  const startedMs = runOf(context).hooks.get(key)?.startedMs ?? 0
  if (deps.cluster.clock.now() < startedMs + timeoutMs) {
    context.memory.expects(context.id, [identity])
    await deps.cluster.watch([identity], 'releases', signal)
    return WAITING
  }
  const why = `not done after ${timeoutMs / 1_000} s: ${verdict.message}`
  return ended(context, hook, { when, why, outcome: HELM_OUTCOME_TIMED_OUT })
}

/** Records how a hook has ended. */
async function ended(
  context: ActionContext,
  { manifest }: ReleaseHook,
  {
    when,
    why,
    outcome = HELM_OUTCOME_FAILED,
  }: { readonly when: HookEvent; readonly why?: string; readonly outcome?: HelmOutcome },
): Promise<Progress> {
  const { deps, id, signal } = context
  const { apply, attempt } = runOf(context)
  const progress =
    why === undefined
      ? DONE
      : failed(`the ${when} hook ${displayName(manifest.identity)} failed: ${why}`, outcome)
  const finished = event('HookFinished', {
    applicationId: id,
    cluster: deps.name,
    apply,
    attempt,
    hookEvent: when,
    id: inventoryId(manifest.identity),
    outcome: progress.kind === 'failed' ? progress.outcome : HELM_OUTCOME_SUCCEEDED,
    message: progress.kind === 'failed' ? progress.message : '',
  })
  await recordRun(context, [finished], signal)
  deps.surroundings.crashPoints.at('applier.hook-ended')
  return progress
}

async function cleanAfterFailure(
  context: ActionContext,
  when: HookEvent,
  { hook, earlier }: { readonly hook: ReleaseHook; readonly earlier: readonly ReleaseHook[] },
): Promise<void> {
  await context.memory.once(context, `cleaned ${when}`, async () => {
    await deleteAt(context, hook, 'hook-failed')
    for (const other of earlier) await deleteAt(context, other, 'hook-succeeded')
    return DONE
  })
}

async function deleteAt(
  { deps, signal }: ActionContext,
  hook: ReleaseHook,
  policy: HookDeletePolicy,
): Promise<void> {
  if (isDeletedAt(hook, policy))
    await deps.cluster.client.delete(hook.manifest.identity, {}, signal)
}
