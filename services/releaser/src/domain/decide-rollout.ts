import {
  ApplyOutcome,
  event,
  Health,
  Removal,
  RolloutCause,
  RolloutStop,
  type ApplyOptions,
  type EventOf,
} from '@tidemark/contracts'
import {
  optionsText,
  wantedRelease,
  type Application,
  type Release,
  type Rollout,
} from './application.ts'

export type RolloutDecision = EventOf<
  | 'RolloutPlanned'
  | 'WaveStarted'
  | 'ApplyRequested'
  | 'WavePassed'
  | 'RolloutCompleted'
  | 'RolloutStopped'
>

/** What the decision needs of the world, as values. */
export interface RolloutInput {
  readonly nowMs: number
  /** Suspended, in Git or by a person: only a rollback goes on. */
  readonly paused: boolean
  /** Applications that must be ready first, and are not. */
  readonly waitsFor: readonly string[]
  readonly options: ApplyOptions
  /** `undefined` where a release that failed stays as it is until something changes. A removal is always tried again. */
  readonly retryIntervalMs: number | undefined
  /** A person or a rule asks for an apply although the release is the same. */
  readonly again: RolloutCause | undefined
}

const WAVE = 1 // One cluster, so one wave.
const REMOVAL_RETRY_MS = 60_000

/**
 * What follows for the rollout of an application from all that is known of it: at most one step, so call
 * it again with what it gave until it gives nothing.
 */
export function decideRollout(state: Application, input: RolloutInput): readonly RolloutDecision[] {
  const wish = wishedRollout(state, input)
  if (wish !== undefined) return plan(state, wish, input)
  const { rollout } = state
  if (rollout === undefined) return []
  switch (rollout.phase) {
    case 'planned':
      return mayStart(state, rollout, input) ? start(state, rollout, input) : []
    case 'started':
      return follow(state, rollout, input)
    case 'stopped':
      return recovered(state, rollout) ? complete(state, rollout) : []
    default:
      return []
  }
}

/** A removal waits for nobody; a release whose application was removed or suspended meanwhile does not start. */
function mayStart(
  { removed, hold }: Application,
  { number }: Rollout,
  { waitsFor, paused }: RolloutInput,
): boolean {
  if (number === 0n) return true
  if (removed !== undefined || (paused && hold === undefined)) return false
  return waitsFor.length === 0
}

/** Whether what should run does run, and is well. Dependents wait for it. */
export function isReady(state: Application, wait: boolean): boolean {
  const { rollout, deployment } = state
  if (state.removed !== undefined || !isReleased(state)) return false
  if (rollout?.phase !== 'completed') return false
  if (rollout.number !== wantedRelease(state)?.number) return false
  return !wait || deployment?.health === Health.HEALTH_HEALTHY
}

/** Whether the newest render is a release. */
function isReleased({ request, rendered, released }: Application): boolean {
  if (request === undefined || rendered?.kind !== 'rendered') return false
  return rendered.request === request.request && released === request.request
}

interface Wish {
  readonly number: bigint
  readonly cause: RolloutCause
}

/** The rollout that should be, where it is another than the one that is. */
function wishedRollout(state: Application, input: RolloutInput): Wish | undefined {
  const { rollout } = state
  if (state.removed !== undefined) return wishedRemoval(state, input)
  const wanted = wantedRelease(state)
  if (wanted === undefined || (input.paused && state.hold === undefined)) return undefined
  if (rollout?.number !== wanted.number)
    return { number: wanted.number, cause: causeOfChange(state) }
  if (input.again !== undefined) return { number: wanted.number, cause: input.again }
  if (isDue(rollout, input.nowMs))
    return { number: wanted.number, cause: RolloutCause.ROLLOUT_CAUSE_RETRY }
  const changed = rollout.phase !== 'planned' && rollout.options !== optionsText(input.options)
  return changed
    ? { number: wanted.number, cause: RolloutCause.ROLLOUT_CAUSE_RECONCILE }
    : undefined
}

function causeOfChange({ hold, rollout, releases }: Application): RolloutCause {
  if (hold !== undefined) return RolloutCause.ROLLOUT_CAUSE_ROLLBACK
  const newest = releases.at(-1)?.number ?? 0n
  const cut = rollout === undefined || rollout.number < newest
  const held = rollout?.cause === RolloutCause.ROLLOUT_CAUSE_ROLLBACK
  return held && cut ? RolloutCause.ROLLOUT_CAUSE_HOLD_LIFTED : RolloutCause.ROLLOUT_CAUSE_RELEASE
}

/** A removal that deletes, where something was ever applied: once, and again where it failed or a person asks. */
function wishedRemoval(
  { removed, rollout, lastApply }: Application,
  { nowMs, again }: RolloutInput,
): Wish | undefined {
  if (removed?.removal !== Removal.REMOVAL_DELETE || lastApply === 0n) return undefined
  if (rollout?.number !== 0n) return { number: 0n, cause: RolloutCause.ROLLOUT_CAUSE_REMOVAL }
  if (again !== undefined) return { number: 0n, cause: again }
  return isDue(rollout, nowMs) ? { number: 0n, cause: RolloutCause.ROLLOUT_CAUSE_RETRY } : undefined
}

/** Whether a rollout that failed is to be tried again by now. */
export function isDue(rollout: Rollout | undefined, nowMs: number): boolean {
  return (
    rollout?.phase === 'stopped' && rollout.retryAtMs > 0n && Number(rollout.retryAtMs) <= nowMs
  )
}

function plan(state: Application, wish: Wish, input: RolloutInput): readonly RolloutDecision[] {
  const { rollout, declared, id } = state
  const unfinished = rollout?.phase === 'planned' || rollout?.phase === 'started'
  const stopped =
    rollout !== undefined && unfinished
      ? [
          event('RolloutStopped', {
            applicationId: id,
            rollout: rollout.rollout,
            number: rollout.number,
            stop: RolloutStop.ROLLOUT_STOP_SUPERSEDED,
            message: `superseded by rollout ${state.lastRollout + 1n}`,
            failures: rollout.failures,
          }),
        ]
      : []
  return [
    ...stopped,
    event('RolloutPlanned', {
      applicationId: id,
      rollout: state.lastRollout + 1n,
      number: wish.number,
      cause: wish.cause,
      waves: [{ clusters: [declared?.cluster ?? ''] }],
      waitsFor: wish.number === 0n ? [] : [...input.waitsFor],
    }),
  ]
}

function start(
  state: Application,
  rollout: Rollout,
  { options }: RolloutInput,
): readonly RolloutDecision[] {
  const release = releaseOf(state, rollout.number)
  const cluster = state.declared?.cluster ?? ''
  return [
    event('WaveStarted', { applicationId: state.id, rollout: rollout.rollout, wave: WAVE }),
    event('ApplyRequested', {
      applicationId: state.id,
      cluster,
      apply: state.lastApply + 1n,
      rollout: rollout.rollout,
      wave: WAVE,
      number: rollout.number,
      cause: rollout.cause,
      manifestDigest: release?.manifestDigest ?? '',
      manifestBlob: release?.manifestBlob ?? '',
      helmBlob: release?.helmBlob ?? '',
      options,
    }),
  ]
}

function follow(
  state: Application,
  rollout: Rollout,
  input: RolloutInput,
): readonly RolloutDecision[] {
  const { deployment } = state
  if (deployment?.apply !== rollout.apply) return []
  if (deployment.outcome === ApplyOutcome.APPLY_OUTCOME_FAILED)
    return stop(state, rollout, input, RolloutStop.ROLLOUT_STOP_APPLY_FAILED)
  if (!isApplied(deployment.outcome)) return []
  if (!input.options.wait || rollout.number === 0n) return complete(state, rollout)
  switch (deployment.health) {
    case Health.HEALTH_HEALTHY:
      return complete(state, rollout)
    case Health.HEALTH_FAILED:
    case Health.HEALTH_TIMED_OUT:
      return stop(state, rollout, input, RolloutStop.ROLLOUT_STOP_UNHEALTHY)
    default:
      return []
  }
}

/** A release that was not well in time, and is well now. */
function recovered({ deployment }: Application, rollout: Rollout): boolean {
  return (
    rollout.stop === RolloutStop.ROLLOUT_STOP_UNHEALTHY &&
    deployment?.apply === rollout.apply &&
    deployment.health === Health.HEALTH_HEALTHY
  )
}

function complete(state: Application, rollout: Rollout): readonly RolloutDecision[] {
  const { rollout: count, number } = rollout
  return [
    event('WavePassed', { applicationId: state.id, rollout: count, wave: WAVE }),
    event('RolloutCompleted', { applicationId: state.id, rollout: count, number }),
  ]
}

function stop(
  state: Application,
  rollout: Rollout,
  { nowMs, retryIntervalMs }: RolloutInput,
  reason: RolloutStop,
): readonly RolloutDecision[] {
  const { deployment } = state
  const unhealthy = reason === RolloutStop.ROLLOUT_STOP_UNHEALTHY
  const retryMs = retryIntervalMs ?? (rollout.number === 0n ? REMOVAL_RETRY_MS : undefined)
  return [
    event('RolloutStopped', {
      applicationId: state.id,
      rollout: rollout.rollout,
      number: rollout.number,
      stop: reason,
      message: (unhealthy ? deployment?.healthMessage : deployment?.message) ?? '',
      retryAtMs: retryMs === undefined ? 0n : BigInt(nowMs + retryMs),
      failures: rollout.failures + 1,
    }),
  ]
}

function isApplied(outcome: ApplyOutcome): boolean {
  return (
    outcome === ApplyOutcome.APPLY_OUTCOME_APPLIED || outcome === ApplyOutcome.APPLY_OUTCOME_HELD
  )
}

function releaseOf({ releases }: Application, number: bigint): Release | undefined {
  return releases.find((release) => release.number === number)
}
