import {
  event,
  RolloutCause,
  streams,
  type AnyEvent,
  type EventOf,
  type Recorded,
} from '@tidemark/contracts'
import { causeOf } from '@tidemark/service'
import { advance } from './advance.ts'
import { declareChildren } from './declare-children.ts'
import type { ReleaserDeps } from './deps.ts'
import { isPaused } from './models.ts'
import { considerRender, rotateGenerated } from './request-renders.ts'

/** RollbackRequested -> HoldPlaced and a rollout of the stored release, or RequestRefused. */
export async function answerRollback(
  deps: ReleaserDeps,
  recorded: Recorded<EventOf<'RollbackRequested'>>,
): Promise<void> {
  const { applicationId, number, reason, requestId } = recorded.event.value
  const { declared, removed, releases } = deps.plane.application(applicationId)
  if (declared === undefined || removed !== undefined)
    return refuse(deps, recorded, 'there is no such application; see tidemark get applications')
  if (!releases.some((release) => release.number === number)) {
    const newest = releases.at(-1)?.number ?? 0n
    const range = newest === 0n ? 'it has none yet' : `it has releases 1 to ${newest}`
    return refuse(deps, recorded, `there is no release ${number}: ${range}`)
  }
  record(deps, recorded, event('HoldPlaced', { applicationId, number, reason, requestId }))
  const again = RolloutCause.ROLLOUT_CAUSE_ROLLBACK
  const running = deps.plane.application(applicationId).rollout?.number === number
  advance(deps, applicationId, causeOf(recorded), running ? { again } : {})
}

/** HoldLiftRequested -> HoldLifted, and on to the newest release. */
export async function answerHoldLift(
  deps: ReleaserDeps,
  recorded: Recorded<EventOf<'HoldLiftRequested'>>,
  signal: AbortSignal,
): Promise<void> {
  const { applicationId, reason, requestId } = recorded.event.value
  if (deps.plane.application(applicationId).hold === undefined)
    return refuse(deps, recorded, 'it is not held')
  record(deps, recorded, event('HoldLifted', { applicationId, reason, requestId }))
  await considerRender(deps, applicationId, causeOf(recorded), signal)
  advance(deps, applicationId, causeOf(recorded))
}

/** ReconcileRequested -> a rollout of what should run, also where nothing has changed. */
export async function answerReconcile(
  deps: ReleaserDeps,
  recorded: Recorded<EventOf<'ReconcileRequested'>>,
  signal: AbortSignal,
): Promise<void> {
  const { applicationId, approvePrune, rotateGenerated: rotates } = recorded.event.value
  if (applicationId === '') return
  const cause = causeOf(recorded)
  if (rotates && isPaused(deps.plane.application(applicationId)))
    return refuse(deps, recorded, 'it is suspended: nothing new is rendered; resume it first')
  if (rotates) rotateGenerated(deps, applicationId, cause)
  else await considerRender(deps, applicationId, cause, signal)
  // What was drawn anew is applied with its release: the one that it replaces is not applied once more.
  const again = rotates && !approvePrune ? undefined : RolloutCause.ROLLOUT_CAUSE_RECONCILE
  advance(deps, applicationId, cause, { again, pruneApproved: approvePrune })
  if (approvePrune)
    await declareChildren(deps, { id: applicationId, cause, approved: true }, signal)
}

/** SuspendRequested -> ApplicationSuspended. */
export async function answerSuspend(
  deps: ReleaserDeps,
  recorded: Recorded<EventOf<'SuspendRequested'>>,
): Promise<void> {
  const { applicationId, reason, untilMs, requestId } = recorded.event.value
  if (applicationId === '') return
  record(
    deps,
    recorded,
    event('ApplicationSuspended', { applicationId, reason, untilMs, requestId }),
  )
}

/** ResumeRequested -> ApplicationResumed, and on to what has come meanwhile. */
export async function answerResume(
  deps: ReleaserDeps,
  recorded: Recorded<EventOf<'ResumeRequested'>>,
  signal: AbortSignal,
): Promise<void> {
  const { applicationId, reason, requestId } = recorded.event.value
  if (applicationId === '' || deps.plane.application(applicationId).suspended === undefined) return
  record(deps, recorded, event('ApplicationResumed', { applicationId, reason, requestId }))
  await considerRender(deps, applicationId, causeOf(recorded), signal)
  advance(deps, applicationId, causeOf(recorded))
}

type Request = Recorded<
  EventOf<
    | 'RollbackRequested'
    | 'HoldLiftRequested'
    | 'ReconcileRequested'
    | 'SuspendRequested'
    | 'ResumeRequested'
  >
>

function refuse(deps: ReleaserDeps, recorded: Request, message: string): void {
  const { applicationId, requestId } = recorded.event.value
  record(
    deps,
    recorded,
    event('RequestRefused', { applicationId, requestId, code: 'Refused', message }),
  )
}

function record({ decisions }: ReleaserDeps, recorded: Request, answer: AnyEvent): void {
  const stream = streams.application(recorded.event.value.applicationId)
  decisions.record(causeOf(recorded), [{ stream, event: answer }])
}
