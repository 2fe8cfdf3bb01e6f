import * as application from './gen/tidemark/v1/application.ts'
import * as checkpoint from './gen/tidemark/v1/checkpoint.ts'
import * as cluster from './gen/tidemark/v1/cluster.ts'
import * as deployment from './gen/tidemark/v1/deployment.ts'
import * as input from './gen/tidemark/v1/input.ts'
import * as lease from './gen/tidemark/v1/lease.ts'
import * as notification from './gen/tidemark/v1/notification.ts'
import * as push from './gen/tidemark/v1/push.ts'
import * as render from './gen/tidemark/v1/render.ts'
import * as request from './gen/tidemark/v1/request.ts'
import * as rollout from './gen/tidemark/v1/rollout.ts'
import * as snapshot from './gen/tidemark/v1/snapshot.ts'
import * as source from './gen/tidemark/v1/source.ts'

/** Every event by its name, with its body. Names never change. */
export interface Bodies {
  readonly PushReceived: push.PushReceived
  readonly ClusterRegistered: cluster.ClusterRegistered
  readonly ClusterRemoved: cluster.ClusterRemoved
  readonly RootDeclared: cluster.RootDeclared
  readonly RootWithdrawn: cluster.RootWithdrawn
  readonly ClusterDescribed: cluster.ClusterDescribed
  readonly ClusterDescriptionEnded: cluster.ClusterDescriptionEnded
  readonly RollbackRequested: request.RollbackRequested
  readonly HoldLiftRequested: request.HoldLiftRequested
  readonly ReconcileRequested: request.ReconcileRequested
  readonly SuspendRequested: request.SuspendRequested
  readonly ResumeRequested: request.ResumeRequested
  readonly ParkedResolved: request.ParkedResolved
  readonly SourceDeclared: source.SourceDeclared
  readonly SourceWithdrawn: source.SourceWithdrawn
  readonly RevisionAdmitted: source.RevisionAdmitted
  readonly RevisionFetched: source.RevisionFetched
  readonly FetchFailed: source.FetchFailed
  readonly FetchRecovered: source.FetchRecovered
  readonly ApplicationDeclared: application.ApplicationDeclared
  readonly ApplicationRefused: application.ApplicationRefused
  readonly ApplicationRemoved: application.ApplicationRemoved
  readonly RemovalHeld: application.RemovalHeld
  readonly RenderRequested: application.RenderRequested
  readonly ReleaseCut: application.ReleaseCut
  readonly ReleaseTargetAdded: application.ReleaseTargetAdded
  readonly ReleaseConfirmed: application.ReleaseConfirmed
  readonly HoldPlaced: application.HoldPlaced
  readonly HoldLifted: application.HoldLifted
  readonly ApplicationSuspended: application.ApplicationSuspended
  readonly ApplicationResumed: application.ApplicationResumed
  readonly RequestRefused: application.RequestRefused
  readonly Rendered: render.Rendered
  readonly RenderFailed: render.RenderFailed
  readonly RolloutPlanned: rollout.RolloutPlanned
  readonly WaveStarted: rollout.WaveStarted
  readonly ApplyRequested: rollout.ApplyRequested
  readonly WavePassed: rollout.WavePassed
  readonly RolloutCompleted: rollout.RolloutCompleted
  readonly RolloutStopped: rollout.RolloutStopped
  readonly ApplyStarted: deployment.ApplyStarted
  readonly ApplyFinished: deployment.ApplyFinished
  readonly Pruned: deployment.Pruned
  readonly HealthChanged: deployment.HealthChanged
  readonly DriftDetected: deployment.DriftDetected
  readonly DriftCorrected: deployment.DriftCorrected
  readonly HelmActionStarted: deployment.HelmActionStarted
  readonly HookStarted: deployment.HookStarted
  readonly HookFinished: deployment.HookFinished
  readonly HelmObjectsWritten: deployment.HelmObjectsWritten
  readonly HelmActionFinished: deployment.HelmActionFinished
  readonly ClusterReachabilityChanged: deployment.ClusterReachabilityChanged
  readonly CheckpointSigned: checkpoint.CheckpointSigned
  readonly LeaseTaken: lease.LeaseTaken
  readonly ClusterInputRequested: input.ClusterInputRequested
  readonly ClusterInputReleased: input.ClusterInputReleased
  readonly ClusterInputObserved: input.ClusterInputObserved
  readonly SecretSet: input.SecretSet
  readonly SecretUnset: input.SecretUnset
  readonly SnapshotKept: snapshot.SnapshotKept
  readonly NotificationObjectDeclared: notification.NotificationObjectDeclared
  readonly NotificationObjectWithdrawn: notification.NotificationObjectWithdrawn
  readonly NotificationQueued: notification.NotificationQueued
  readonly NotificationSent: notification.NotificationSent
  readonly NotificationFailed: notification.NotificationFailed
}

export type EventName = keyof Bodies

/** An event as a value: its name, and its body as the message of that name. */
export type EventOf<Name extends EventName> = {
  readonly [N in Name]: { readonly type: N; readonly value: BodyOf<N> }
}[Name]
export type AnyEvent = EventOf<EventName>

/** The body of the event with this name. */
export type BodyOf<Name extends EventName> = Bodies[Name]

interface Codec<Body> {
  encode(body: Body): { finish(): Uint8Array }
  decode(bytes: Uint8Array): Body
  fromPartial(partial: object): Body
  toJSON(body: Body): unknown
}

/** The code that reads and writes each body. */
const CODECS: { readonly [Name in EventName]: Codec<Bodies[Name]> } = {
  PushReceived: push.PushReceived,
  ClusterRegistered: cluster.ClusterRegistered,
  ClusterRemoved: cluster.ClusterRemoved,
  RootDeclared: cluster.RootDeclared,
  RootWithdrawn: cluster.RootWithdrawn,
  ClusterDescribed: cluster.ClusterDescribed,
  ClusterDescriptionEnded: cluster.ClusterDescriptionEnded,
  RollbackRequested: request.RollbackRequested,
  HoldLiftRequested: request.HoldLiftRequested,
  ReconcileRequested: request.ReconcileRequested,
  SuspendRequested: request.SuspendRequested,
  ResumeRequested: request.ResumeRequested,
  ParkedResolved: request.ParkedResolved,
  SourceDeclared: source.SourceDeclared,
  SourceWithdrawn: source.SourceWithdrawn,
  RevisionAdmitted: source.RevisionAdmitted,
  RevisionFetched: source.RevisionFetched,
  FetchFailed: source.FetchFailed,
  FetchRecovered: source.FetchRecovered,
  ApplicationDeclared: application.ApplicationDeclared,
  ApplicationRefused: application.ApplicationRefused,
  ApplicationRemoved: application.ApplicationRemoved,
  RemovalHeld: application.RemovalHeld,
  RenderRequested: application.RenderRequested,
  ReleaseCut: application.ReleaseCut,
  ReleaseTargetAdded: application.ReleaseTargetAdded,
  ReleaseConfirmed: application.ReleaseConfirmed,
  HoldPlaced: application.HoldPlaced,
  HoldLifted: application.HoldLifted,
  ApplicationSuspended: application.ApplicationSuspended,
  ApplicationResumed: application.ApplicationResumed,
  RequestRefused: application.RequestRefused,
  Rendered: render.Rendered,
  RenderFailed: render.RenderFailed,
  RolloutPlanned: rollout.RolloutPlanned,
  WaveStarted: rollout.WaveStarted,
  ApplyRequested: rollout.ApplyRequested,
  WavePassed: rollout.WavePassed,
  RolloutCompleted: rollout.RolloutCompleted,
  RolloutStopped: rollout.RolloutStopped,
  ApplyStarted: deployment.ApplyStarted,
  ApplyFinished: deployment.ApplyFinished,
  Pruned: deployment.Pruned,
  HealthChanged: deployment.HealthChanged,
  DriftDetected: deployment.DriftDetected,
  DriftCorrected: deployment.DriftCorrected,
  HelmActionStarted: deployment.HelmActionStarted,
  HookStarted: deployment.HookStarted,
  HookFinished: deployment.HookFinished,
  HelmObjectsWritten: deployment.HelmObjectsWritten,
  HelmActionFinished: deployment.HelmActionFinished,
  ClusterReachabilityChanged: deployment.ClusterReachabilityChanged,
  CheckpointSigned: checkpoint.CheckpointSigned,
  LeaseTaken: lease.LeaseTaken,
  ClusterInputRequested: input.ClusterInputRequested,
  ClusterInputReleased: input.ClusterInputReleased,
  ClusterInputObserved: input.ClusterInputObserved,
  SecretSet: input.SecretSet,
  SecretUnset: input.SecretUnset,
  SnapshotKept: snapshot.SnapshotKept,
  NotificationObjectDeclared: notification.NotificationObjectDeclared,
  NotificationObjectWithdrawn: notification.NotificationObjectWithdrawn,
  NotificationQueued: notification.NotificationQueued,
  NotificationSent: notification.NotificationSent,
  NotificationFailed: notification.NotificationFailed,
}

/** All names, in the order in which the contracts list them. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The keys of a constant object are its names.
export const EVENT_NAMES: readonly EventName[] = Object.keys(CODECS) as EventName[]

/** The schema number that this build writes. It goes up only with a new meaning, never with a new field. */
export const EVENT_SCHEMA = 1

/** Whether this build knows an event of this name. */
export function isEventName(name: string): name is EventName {
  return Object.hasOwn(CODECS, name)
}

/** Builds an event. Fields that are not given have protobuf's default values. */
export function event<Name extends EventName>(
  type: Name,
  body: Partial<BodyOf<Name>>,
): EventOf<Name> {
  const value = CODECS[type].fromPartial(body)
  return { type, value }
}

/** The bytes of a body. Encoded once by the writer: what is stored, hashed and published is this. */
export function encodeBody(value: AnyEvent): Uint8Array {
  return codec(value.type).encode(value.value).finish()
}

/**
 * Reads a stored body. `undefined` for a name that this build does not know (readers ship one release
 * before writers). Bytes that are no message of that name throw. Never re-encode what was read: ts-proto
 * drops fields that it does not know.
 */
export function decodeBody(type: string, body: Uint8Array): AnyEvent | undefined {
  if (!isEventName(type)) return undefined
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- As in `event`.
  return { type, value: CODECS[type].decode(body) } as AnyEvent
}

/** The body as protobuf's JSON, for people and tools. */
export function bodyToJson(value: AnyEvent): unknown {
  return codec(value.type).toJSON(value.value)
}

function codec(type: EventName): Codec<AnyEvent['value']> {
  return CODECS[type]
}
