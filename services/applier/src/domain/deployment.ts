import {
  ApplyOutcome,
  event,
  type AnyEvent,
  type ApplyRequested,
  type EventOf,
  type Health,
  type ObjectCounts,
  type ObjectDrift,
  type ObjectHealth,
  type ObjectResult,
  type Intent,
} from '@tidemark/contracts'
import { evolveHelm, noHelm, type HelmState } from './helm-release.ts'

/** A release on one cluster, folded from its own stream. */
export interface DeploymentState {
  /** The newest apply that was begun, and the newest that ended. */
  readonly started: bigint
  readonly finished: bigint
  readonly number: bigint
  readonly outcome: ApplyOutcome
  readonly manifestDigest: string
  /** Names all that may be on the cluster; empty where nothing was ever applied. */
  readonly inventoryBlob: string
  readonly health: Health | undefined
  /** Changes of health and drifts so far. */
  readonly sequence: bigint
  /** A drift that was told, and is not corrected yet. */
  readonly drifting: boolean
  /** Of a HelmRelease: what Helm's actions have come to. */
  readonly helm: HelmState
}

/** Nothing was applied yet. */
export const noDeployment: DeploymentState = {
  started: 0n,
  finished: 0n,
  number: 0n,
  outcome: ApplyOutcome.APPLY_OUTCOME_UNSPECIFIED,
  manifestDigest: '',
  inventoryBlob: '',
  health: undefined,
  sequence: 0n,
  drifting: false,
  helm: noHelm,
}

/** Folds an event of the deployment into what is known of it. */
export function evolveDeployment(
  state: DeploymentState,
  happened: AnyEvent,
  atMs: number,
): DeploymentState {
  const { type, value } = happened
  switch (type) {
    case 'ApplyStarted':
      return { ...state, started: value.apply, inventoryBlob: value.inventoryBlob }
    case 'ApplyFinished':
      return {
        ...state,
        finished: value.apply,
        number: value.number,
        outcome: value.outcome,
        manifestDigest: value.manifestDigest,
        inventoryBlob: value.inventoryBlob,
        health: undefined,
        drifting: false,
      }
    case 'Pruned':
      // Of one that comes with its apply, the inventory is that of the apply.
      return value.inventoryBlob === '' ? state : { ...state, inventoryBlob: value.inventoryBlob }
    case 'HealthChanged':
      return { ...state, health: value.health, sequence: value.sequence }
    case 'DriftDetected':
      return { ...state, drifting: true, sequence: value.sequence }
    case 'DriftCorrected':
      return {
        ...state,
        drifting: false,
        sequence: value.sequence,
        inventoryBlob: value.inventoryBlob,
      }
    case 'HelmObjectsWritten':
      return {
        ...state,
        inventoryBlob: value.inventoryBlob,
        helm: evolveHelm(state.helm, happened, atMs),
      }
    case 'HelmActionStarted':
    case 'HelmActionFinished':
    case 'HookStarted':
    case 'HookFinished':
      return { ...state, helm: evolveHelm(state.helm, happened, atMs) }
    default:
      return state
  }
}

export interface Intention {
  readonly requested: ApplyRequested
  readonly intents: readonly Intent[]
  readonly intentsBlob: string
  readonly inventoryBlob: string
}

/** The intent, unless it was told before. */
export function decideStart(
  { started, inventoryBlob: known }: DeploymentState,
  { requested, intents, intentsBlob, inventoryBlob }: Intention,
): readonly EventOf<'ApplyStarted'>[] {
  const { applicationId, cluster, apply, number, manifestDigest } = requested
  if (apply < started || (apply === started && inventoryBlob === known)) return []
  const parts = { applicationId, cluster, apply, number, manifestDigest }
  return [event('ApplyStarted', { ...parts, intents: [...intents], intentsBlob, inventoryBlob })]
}

export interface Ended {
  readonly requested: ApplyRequested
  readonly outcome: ApplyOutcome
  readonly counts: ObjectCounts
  readonly results: readonly ObjectResult[]
  readonly resultsBlob: string
  readonly inventoryBlob: string
  readonly message: string
  readonly requests: number
  readonly pruned: readonly string[]
  readonly health: Verdict | undefined
}

/** How all objects of a deployment are together. */
export interface Verdict {
  readonly health: Health
  readonly message: string
  readonly objects: readonly ObjectHealth[]
}

/** One outcome for each apply, with what was deleted and how the objects are. */
export function decideFinish(
  state: DeploymentState,
  ended: Ended,
): readonly EventOf<'ApplyFinished' | 'Pruned' | 'HealthChanged'>[] {
  const { requested, pruned, health, results } = ended
  const { applicationId, cluster, apply, number, manifestDigest } = requested
  if (apply <= state.finished) return []
  const { outcome, counts, resultsBlob, inventoryBlob, message, requests } = ended
  const parts = { applicationId, cluster, apply, number }
  return [
    event('ApplyFinished', {
      ...parts,
      manifestDigest,
      outcome,
      counts,
      results: [...results],
      resultsBlob,
      inventoryBlob,
      message,
      requests,
    }),
    ...(pruned.length === 0 ? [] : [event('Pruned', { ...parts, ids: [...pruned] })]),
    ...(health === undefined
      ? []
      : [
          event('HealthChanged', {
            ...parts,
            health: health.health,
            message: health.message,
            objects: [...health.objects],
            sequence: state.sequence + 1n,
          }),
        ]),
  ]
}

/** HealthChanged, where the health is another than the one that was told. */
export function decideHealth(
  state: DeploymentState,
  place: { readonly applicationId: string; readonly cluster: string },
  { health, message, objects }: Verdict,
): readonly EventOf<'HealthChanged'>[] {
  if (state.health === health) return []
  return [
    event('HealthChanged', {
      ...place,
      apply: state.finished,
      number: state.number,
      health,
      message,
      objects: [...objects],
      sequence: state.sequence + 1n,
    }),
  ]
}

/** DriftDetected, before anything is corrected: it is the intent of the writes that follow. */
export function decideDrift(
  state: DeploymentState,
  place: { readonly applicationId: string; readonly cluster: string },
  objects: readonly ObjectDrift[],
): readonly EventOf<'DriftDetected'>[] {
  if (state.drifting || objects.length === 0) return []
  const { number, sequence } = state
  return [
    event('DriftDetected', { ...place, number, objects: [...objects], sequence: sequence + 1n }),
  ]
}

/** DriftCorrected, for a drift that was told. */
export function decideCorrected(
  state: DeploymentState,
  place: { readonly applicationId: string; readonly cluster: string },
  done: { readonly results: readonly ObjectResult[]; readonly inventoryBlob: string },
): readonly EventOf<'DriftCorrected'>[] {
  if (!state.drifting) return []
  const { number, sequence } = state
  return [
    event('DriftCorrected', {
      ...place,
      number,
      results: [...done.results],
      inventoryBlob: done.inventoryBlob,
      sequence: sequence + 1n,
    }),
  ]
}

/** Pruned, for what was deleted after the apply, when it had become healthy. */
export function decidePruned(
  { finished, number, inventoryBlob: known }: DeploymentState,
  place: { readonly applicationId: string; readonly cluster: string },
  { ids, inventoryBlob }: { readonly ids: readonly string[]; readonly inventoryBlob: string },
): readonly EventOf<'Pruned'>[] {
  if (inventoryBlob === known) return []
  return [event('Pruned', { ...place, apply: finished, number, ids: [...ids], inventoryBlob })]
}
