import { ApplyOutcome, RolloutStop, type Recorded } from '@tidemark/contracts'
import type { ApplicationState, ReleaseState } from './application-state.ts'

const EVENTS_MAX = 100

/** Folds one event of an application into its read model. No clock, no I/O. */
export function foldApplication(state: ApplicationState, recorded: Recorded): void {
  const { stored } = recorded
  state.changedAtUs = stored.atUs
  state.changedAt = stored.position
  state.events.push(stored.position)
  if (state.events.length > EVENTS_MAX) state.events.shift()
  foldDeclaration(state, recorded)
  foldRelease(state, recorded)
  foldRollout(state, recorded)
  foldDeployment(state, recorded)
}

function foldDeclaration(state: ApplicationState, { event }: Recorded): void {
  switch (event.type) {
    case 'ApplicationDeclared': {
      const { object, cluster, project, parentId, objectJson } = event.value
      Object.assign(state, { object, cluster, project, parentId, objectJson })
      Object.assign(state, { declared: true, removed: false, removalHeld: '', refusal: '' })
      break
    }
    case 'ApplicationRefused':
      state.object ??= event.value.object
      state.cluster ||= event.value.object?.cluster ?? ''
      state.parentId ||= event.value.parentId
      state.refusal = event.value.message
      if (state.removed) Object.assign(state, { removed: false, declared: false })
      break
    case 'ApplicationRemoved':
      state.removed = true
      state.refusal = ''
      break
    case 'RemovalHeld':
      state.removalHeld = event.value.message
      break
    case 'ApplicationSuspended':
      state.suspended = { reason: event.value.reason, untilMs: event.value.untilMs }
      break
    case 'ApplicationResumed':
      state.suspended = undefined
      break
    case 'HoldPlaced':
      state.hold = { number: event.value.number, reason: event.value.reason }
      state.refusedRequest = ''
      break
    case 'HoldLifted':
      state.hold = undefined
      break
    case 'RequestRefused':
      state.refusedRequest = event.value.message
      break
    default:
      break
  }
}

function foldRelease(state: ApplicationState, { event, stored }: Recorded): void {
  switch (event.type) {
    case 'RenderRequested':
      state.requested = event.value.request
      state.requestedRevision = event.value.revision
      break
    case 'Rendered':
      state.answered = event.value.request
      state.renderFailure = undefined
      break
    case 'RenderFailed':
      state.answered = event.value.request
      state.renderFailure = event.value
      break
    case 'ReleaseConfirmed':
      state.confirmedRevision = event.value.revision
      break
    case 'ReleaseCut': {
      const { number, revision, commit, variants, objectCount, chart } = event.value
      state.confirmedRevision = revision
      state.releases.push({
        number,
        revision,
        commit,
        objectCount,
        chart,
        manifestDigest: variants[0]?.manifestDigest ?? '',
        cutAtUs: stored.atUs,
        position: stored.position,
        outcome: 'pending',
        message: '',
        appliedAtUs: 0n,
      })
      break
    }
    default:
      break
  }
}

function foldRollout(state: ApplicationState, { event, stored }: Recorded): void {
  const { position, atUs } = stored
  switch (event.type) {
    case 'RolloutPlanned': {
      const { rollout, number, waitsFor } = event.value
      state.rollout = {
        rollout,
        number,
        phase: 'planned',
        waitsFor,
        stop: undefined,
        apply: 0n,
        position,
      }
      break
    }
    case 'ApplyRequested':
      if (state.rollout === undefined) break
      Object.assign(state.rollout, {
        phase: 'started',
        apply: event.value.apply,
        waitsFor: [],
        position,
      })
      break
    case 'RolloutCompleted':
      if (state.rollout !== undefined)
        Object.assign(state.rollout, { phase: 'completed', stop: undefined, position })
      mark(state, event.value.number, { outcome: 'applied', message: '', appliedAtUs: atUs })
      break
    case 'RolloutStopped': {
      const { stop, message, number } = event.value
      if (state.rollout !== undefined)
        Object.assign(state.rollout, { phase: 'stopped', stop: event.value, position })
      const superseded = stop === RolloutStop.ROLLOUT_STOP_SUPERSEDED
      mark(state, number, { outcome: superseded ? 'superseded' : 'failed', message })
      break
    }
    default:
      break
  }
}

function mark(state: ApplicationState, number: bigint, fields: Partial<ReleaseState>): void {
  const release = state.releases.find((known) => known.number === number)
  if (release !== undefined) Object.assign(release, fields)
}

function foldDeployment(state: ApplicationState, { event, stored }: Recorded): void {
  const { position, atUs } = stored
  switch (event.type) {
    case 'ApplyStarted': {
      const { apply, number } = event.value
      state.deployment = {
        apply,
        number,
        finished: undefined,
        health: undefined,
        healthMessage: '',
        objects: [],
        appliedAtUs: 0n,
        position,
      }
      break
    }
    case 'ApplyFinished':
      if (state.deployment === undefined) break
      Object.assign(state.deployment, { finished: event.value, appliedAtUs: atUs, position })
      if (event.value.outcome !== ApplyOutcome.APPLY_OUTCOME_FAILED) state.drifted = false
      break
    case 'HealthChanged':
      if (state.deployment?.apply !== event.value.apply) break
      Object.assign(state.deployment, {
        health: event.value.health,
        healthMessage: event.value.message,
        objects: event.value.objects,
        position,
      })
      break
    case 'DriftDetected':
      state.drifted = true
      break
    case 'DriftCorrected':
      state.drifted = false
      break
    default:
      break
  }
}
