import { branded, type Brand } from '@tidemark/kernel'
import type { EventName } from './events.ts'
import type { ClusterInputRef } from './gen/tidemark/v1/input.ts'
import { token } from './token.ts'

export type StreamName = Brand<'StreamName'>

/** The services, as writers of events. */
export const WRITERS = [
  'ledger',
  'fetcher',
  'renderer',
  'releaser',
  'applier',
  'auditor',
  'gateway',
] as const

/** A service, as the writer of events. */
export type Writer = (typeof WRITERS)[number]

export function isWriter(name: string): name is Writer {
  return WRITERS.some((writer) => writer === name)
}

export type FamilyName =
  | 'push'
  | 'cluster'
  | 'request'
  | 'intake'
  | 'source'
  | 'application'
  | 'rollout'
  | 'render'
  | 'deployment'
  | 'connection'
  | 'checkpoint'
  | 'lease'
  | 'query'
  | 'demand'
  | 'input'
  | 'secret'
  | 'profile'
  | 'notification'
  | 'outbox'
  | 'planesnapshot'
  | 'viewsnapshot'

export interface Family {
  readonly writer: Writer
  readonly events: readonly EventName[]
}

/** Stream family -> its one writer -> the events that it may hold. The ledger checks each append by it. */
export const FAMILIES: Readonly<Record<FamilyName, Family>> = {
  push: { writer: 'gateway', events: ['PushReceived'] },
  cluster: {
    writer: 'gateway',
    events: ['ClusterRegistered', 'ClusterRemoved', 'RootDeclared', 'RootWithdrawn'],
  },
  request: {
    writer: 'gateway',
    events: [
      'RollbackRequested',
      'HoldLiftRequested',
      'ReconcileRequested',
      'SuspendRequested',
      'ResumeRequested',
      'ParkedResolved',
    ],
  },
  intake: {
    writer: 'releaser',
    events: ['SourceDeclared', 'SourceWithdrawn', 'RevisionAdmitted'],
  },
  source: { writer: 'fetcher', events: ['RevisionFetched', 'FetchFailed', 'FetchRecovered'] },
  application: {
    writer: 'releaser',
    events: [
      'ApplicationDeclared',
      'ApplicationRefused',
      'ApplicationRemoved',
      'RemovalHeld',
      'RenderRequested',
      'ReleaseCut',
      'ReleaseTargetAdded',
      'ReleaseConfirmed',
      'HoldPlaced',
      'HoldLifted',
      'ApplicationSuspended',
      'ApplicationResumed',
      'RequestRefused',
    ],
  },
  rollout: {
    writer: 'releaser',
    events: [
      'RolloutPlanned',
      'WaveStarted',
      'ApplyRequested',
      'WavePassed',
      'RolloutCompleted',
      'RolloutStopped',
    ],
  },
  render: { writer: 'renderer', events: ['Rendered', 'RenderFailed'] },
  deployment: {
    writer: 'applier',
    events: [
      'ApplyStarted',
      'ApplyFinished',
      'Pruned',
      'HealthChanged',
      'DriftDetected',
      'DriftCorrected',
      'HelmActionStarted',
      'HookStarted',
      'HookFinished',
      'HelmObjectsWritten',
      'HelmActionFinished',
    ],
  },
  connection: { writer: 'applier', events: ['ClusterReachabilityChanged'] },
  checkpoint: { writer: 'auditor', events: ['CheckpointSigned'] },
  lease: { writer: 'ledger', events: ['LeaseTaken'] },
  query: { writer: 'fetcher', events: ['ClusterInputRequested', 'ClusterInputReleased'] },
  demand: { writer: 'releaser', events: ['ClusterInputRequested', 'ClusterInputReleased'] },
  input: { writer: 'applier', events: ['ClusterInputObserved'] },
  secret: { writer: 'gateway', events: ['SecretSet', 'SecretUnset'] },
  profile: { writer: 'releaser', events: ['ClusterDescribed', 'ClusterDescriptionEnded'] },
  notification: {
    writer: 'releaser',
    events: ['NotificationObjectDeclared', 'NotificationObjectWithdrawn'],
  },
  outbox: {
    writer: 'auditor',
    events: ['NotificationQueued', 'NotificationSent', 'NotificationFailed'],
  },
  planesnapshot: { writer: 'releaser', events: ['SnapshotKept'] },
  viewsnapshot: { writer: 'gateway', events: ['SnapshotKept'] },
}

/** The scope of a writer that is confined to nothing. */
export const SCOPE_ALL = '_'

/**
 * Why an append is refused, or `undefined` where it is allowed. A `scope` other than {@link SCOPE_ALL} is the
 * one cluster, as a subject token, that the writer is confined to.
 */
export function refuseWriter(
  writer: string,
  stream: string,
  type: string,
  scope: string = SCOPE_ALL,
): string | undefined {
  const family = familyOf(stream)
  if (family === undefined) return `stream ${stream} is of no family that this ledger knows`
  const { writer: owner, events } = FAMILIES[family]
  if (owner !== writer) return `${writer} may not write to ${stream}: the family is ${owner}'s`
  if (!events.some((name) => name === type))
    return `${type} does not belong in ${stream}: the family holds ${events.join(', ')}`
  if (scope === SCOPE_ALL || clusterToken(family, stream) === scope) return undefined
  return `${writer} is confined to cluster ${scope}, and ${stream} is not of it`
}

function clusterToken(family: FamilyName, stream: string): string | undefined {
  const id = idOf(stream)
  if (family === 'connection') return token(id)
  const isPlaced = family === 'deployment' || family === 'input'
  return isPlaced ? token(id.slice(id.lastIndexOf('@') + 1)) : undefined
}

/** The family of a stream, or `undefined` for a name that was not built here. */
export function familyOf(stream: string): FamilyName | undefined {
  const name = stream.slice(0, Math.max(0, stream.indexOf('-')))
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Checked against the table in the same line.
  return Object.hasOwn(FAMILIES, name) ? (name as FamilyName) : undefined
}

/** What comes behind the family: the id of the aggregate. */
export function idOf(stream: string): string {
  return stream.slice(stream.indexOf('-') + 1)
}

/** The only place where a stream name is spelled. Each family has one writer. */
export const streams: {
  readonly push: (sourceId: string) => StreamName
  readonly cluster: (cluster: string) => StreamName
  /** What people ask of one application or source. */
  readonly request: (subjectId: string) => StreamName
  readonly intake: (sourceId: string) => StreamName
  readonly source: (sourceId: string) => StreamName
  readonly application: (applicationId: string) => StreamName
  readonly rollout: (applicationId: string) => StreamName
  readonly render: (applicationId: string) => StreamName
  readonly deployment: (applicationId: string, cluster: string) => StreamName
  readonly connection: (cluster: string) => StreamName
  readonly checkpoint: (log: string) => StreamName
  readonly lease: (resource: string) => StreamName
  /** What sources need of a cluster. */
  readonly query: (input: ClusterInputRef) => StreamName
  /** What applications need of a cluster. */
  readonly demand: (input: ClusterInputRef) => StreamName
  readonly input: (input: ClusterInputRef) => StreamName
  readonly secret: (secret: ClusterInputRef) => StreamName
  /** What Git says of a cluster. */
  readonly profile: (cluster: string) => StreamName
  /** A Receiver, Provider or Alert that is declared in Git. */
  readonly notification: (objectId: string) => StreamName
  /** What an Alert has to tell. */
  readonly outbox: (alertId: string) => StreamName
  readonly planeSnapshot: (reader: string) => StreamName
  readonly viewSnapshot: (reader: string) => StreamName
} = {
  push: (id) => named('push', id),
  cluster: (id) => named('cluster', id),
  request: (id) => named('request', id),
  intake: (id) => named('intake', id),
  source: (id) => named('source', id),
  application: (id) => named('application', id),
  rollout: (id) => named('rollout', id),
  render: (id) => named('render', id),
  deployment: (id, cluster) => named('deployment', `${id}@${cluster}`),
  connection: (id) => named('connection', id),
  checkpoint: (id) => named('checkpoint', id),
  lease: (id) => named('lease', id),
  query: (input) => named('query', inputId(input)),
  demand: (input) => named('demand', inputId(input)),
  input: (input) => named('input', inputId(input)),
  secret: (secret) => named('secret', inputId(secret)),
  profile: (id) => named('profile', id),
  notification: (id) => named('notification', id),
  outbox: (id) => named('outbox', id),
  planeSnapshot: (id) => named('planesnapshot', id),
  viewSnapshot: (id) => named('viewsnapshot', id),
}

/** One object of one cluster, as one word. */
export function inputId({ cluster, kind, namespace, name }: ClusterInputRef): string {
  return `${kind}/${namespace}/${name}@${cluster}`
}

function named(family: FamilyName, id: string): StreamName {
  return branded<StreamName>(`${family}-${id}`)
}
