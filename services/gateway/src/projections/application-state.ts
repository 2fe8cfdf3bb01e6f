import type {
  ApplyFinished,
  Commit,
  Health,
  ObjectHealth,
  ObjectRef,
  ReleaseChart,
  RenderFailed,
  RolloutStopped,
} from '@tidemark/contracts'

/** What the read model knows of an application. Plain data: it is digested, and must fold the same again. */
export interface ApplicationState {
  readonly id: string
  object: ObjectRef | undefined
  cluster: string
  project: string
  parentId: string
  objectJson: Uint8Array
  declared: boolean
  removed: boolean
  removalHeld: string
  refusal: string
  suspended: { reason: string; untilMs: bigint } | undefined
  hold: { number: bigint; reason: string } | undefined
  /** The newest render that was asked for, and the newest that was answered. */
  requested: bigint
  requestedRevision: string
  answered: bigint
  renderFailure: RenderFailed | undefined
  releases: ReleaseState[]
  confirmedRevision: string
  rollout: RolloutState | undefined
  deployment: DeploymentState | undefined
  drifted: boolean
  refusedRequest: string
  changedAtUs: bigint
  changedAt: bigint
  /** Positions of its newest events, at most 100. */
  readonly events: bigint[]
}

export interface ReleaseState {
  readonly number: bigint
  readonly revision: string
  readonly commit: Commit | undefined
  readonly manifestDigest: string
  readonly objectCount: number
  /** Of a HelmRelease. */
  readonly chart: ReleaseChart | undefined
  readonly cutAtUs: bigint
  readonly position: bigint
  outcome: 'pending' | 'applied' | 'failed' | 'superseded'
  message: string
  appliedAtUs: bigint
}

export interface RolloutState {
  readonly rollout: bigint
  readonly number: bigint
  phase: 'planned' | 'started' | 'completed' | 'stopped'
  waitsFor: readonly string[]
  stop: RolloutStopped | undefined
  apply: bigint
  position: bigint
}

export interface DeploymentState {
  readonly apply: bigint
  readonly number: bigint
  finished: ApplyFinished | undefined
  health: Health | undefined
  healthMessage: string
  objects: readonly ObjectHealth[]
  appliedAtUs: bigint
  position: bigint
}

/** An application of which nothing is known yet. */
export function emptyState(id: string): ApplicationState {
  return {
    id,
    object: undefined,
    cluster: '',
    project: '',
    parentId: '',
    objectJson: new Uint8Array(),
    declared: false,
    removed: false,
    removalHeld: '',
    refusal: '',
    suspended: undefined,
    hold: undefined,
    requested: 0n,
    requestedRevision: '',
    answered: 0n,
    renderFailure: undefined,
    releases: [],
    confirmedRevision: '',
    rollout: undefined,
    deployment: undefined,
    drifted: false,
    refusedRequest: '',
    changedAtUs: 0n,
    changedAt: 0n,
    events: [],
  }
}
