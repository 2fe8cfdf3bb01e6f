import { applicationPath, ApplyOutcome, Health, Phase } from '@tidemark/contracts'
import type { ApplicationState } from './application-state.ts'

/** Where an application is, in one word, with the reason as a Kubernetes condition spells it. */
export interface PhaseView {
  readonly phase: Phase
  readonly reason: string
  readonly message: string
}

/** The phase of an application: what stands in the way first, else how far it is. */
export function phaseOf(state: ApplicationState): PhaseView {
  return removedPhase(state) ?? brokenPhase(state) ?? progressPhase(state)
}

function removedPhase(state: ApplicationState): PhaseView | undefined {
  if (state.removed) {
    const done = state.rollout?.number !== 0n || state.rollout.phase === 'completed'
    return done
      ? view(Phase.PHASE_REMOVED, 'Removed', 'no longer in Git')
      : view(Phase.PHASE_APPLYING, 'Removing', 'deleting what it delivered')
  }
  if (state.removalHeld !== '') return view(Phase.PHASE_WAITING, 'RemovalHeld', state.removalHeld)
  return undefined
}

function brokenPhase(state: ApplicationState): PhaseView | undefined {
  if (state.refusal !== '') return view(Phase.PHASE_FAILED, 'InvalidObject', state.refusal)
  if (state.suspended !== undefined)
    return view(Phase.PHASE_SUSPENDED, 'Suspended', state.suspended.reason)
  if (state.hold !== undefined) return undefined
  const { renderFailure } = state
  if (renderFailure !== undefined && state.answered === state.requested)
    return view(Phase.PHASE_FAILED, 'RenderFailed', renderFailure.message)
  return undefined
}

function progressPhase(state: ApplicationState): PhaseView {
  const { rollout, requested, answered } = state
  if (requested > answered && state.hold === undefined)
    return view(Phase.PHASE_RENDERING, 'Rendering', state.requestedRevision)
  if (rollout === undefined)
    return answered === 0n
      ? view(Phase.PHASE_DECLARED, 'SourceNotReady', 'waits for a revision of its source')
      : view(Phase.PHASE_RENDERING, 'Rendered', state.requestedRevision)
  switch (rollout.phase) {
    case 'planned':
      return view(
        Phase.PHASE_WAITING,
        'DependencyNotReady',
        `waits for ${rollout.waitsFor.map(applicationPath).join(', ')}`,
      )
    case 'started':
      return startedPhase(state)
    case 'stopped':
      return view(Phase.PHASE_FAILED, stopReason(state), rollout.stop?.message ?? '')
    default:
      return readyPhase(state)
  }
}

function startedPhase({ deployment, rollout }: ApplicationState): PhaseView {
  if (deployment?.apply !== rollout?.apply || deployment?.finished === undefined)
    return view(Phase.PHASE_APPLYING, 'Applying', `release ${rollout?.number ?? 0n}`)
  return view(
    Phase.PHASE_PROGRESSING,
    'Progressing',
    deployment.healthMessage || 'waits for its objects to be ready',
  )
}

function stopReason({ deployment }: ApplicationState): string {
  if (deployment?.finished?.outcome === ApplyOutcome.APPLY_OUTCOME_FAILED) return 'ApplyFailed'
  return deployment?.health === Health.HEALTH_TIMED_OUT ? 'HealthTimedOut' : 'HealthFailed'
}

function readyPhase({ deployment, drifted, hold, confirmedRevision }: ApplicationState): PhaseView {
  if (hold !== undefined)
    return view(Phase.PHASE_READY, 'Held', `held at release ${hold.number}: ${hold.reason}`)
  if (deployment?.finished?.outcome === ApplyOutcome.APPLY_OUTCOME_HELD)
    return view(Phase.PHASE_READY, 'PruneHeld', deployment.finished.message)
  if (drifted) return view(Phase.PHASE_READY, 'Drifted', 'a difference is being corrected')
  if (deployment?.health === Health.HEALTH_FAILED)
    return view(Phase.PHASE_READY, 'Unhealthy', deployment.healthMessage)
  return view(Phase.PHASE_READY, 'Ready', confirmedRevision)
}

function view(phase: Phase, reason: string, message: string): PhaseView {
  return { phase, reason, message }
}
