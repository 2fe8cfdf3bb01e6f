import {
  applicationId,
  familyOf,
  idOf,
  inputId,
  type ClusterDescribed,
  type ClusterRegistered,
  type KnownInput,
  type Recorded,
  type SourceDeclared,
  type FetchFailed,
  type RevisionFetched,
  type CheckpointSigned,
  type KeyValue,
  type ObjectRef,
} from '@tidemark/contracts'
import { KnownInputs } from '@tidemark/service'
import { createHash } from 'node:crypto'
import { emptyState, type ApplicationState } from './application-state.ts'
import { foldApplication } from './fold-application.ts'
import {
  emptyNotification,
  foldNotification,
  type NotificationState,
} from './notification-state.ts'
import { sourceObjectId } from './source-object.ts'

export interface SourceState {
  readonly id: string
  declared: SourceDeclared | undefined
  objects: ObjectRef[]
  /** Id of an object -> its labels. */
  readonly labels: Map<string, readonly KeyValue[]>
  fetched: RevisionFetched | undefined
  fetchedAtUs: bigint
  failing: FetchFailed | undefined
}

export interface ClusterState {
  readonly registered: ClusterRegistered
  /** What Git says of it. */
  described: ClusterDescribed | undefined
  reachable: boolean
  message: string
}

/** A read model as plain data: maps, objects, numbers, text and bytes. */
export interface ReadModelState {
  readonly applications: ReadonlyMap<string, ApplicationState>
  readonly sources: ReadonlyMap<string, SourceState>
  readonly clusters: ReadonlyMap<string, ClusterState>
  readonly notifications: ReadonlyMap<string, NotificationState>
  readonly inputs: readonly KnownInput[]
  readonly checkpoint: CheckpointSigned | undefined
  readonly position: bigint
}

/**
 * All that the gateway shows, folded from the ledger. It can be dropped: the same events give the same
 * model, and `digest` shows that they did.
 */
export class ReadModel {
  readonly applications: Map<string, ApplicationState> = new Map()
  readonly sources: Map<string, SourceState> = new Map()
  readonly clusters: Map<string, ClusterState> = new Map()
  /** Receivers, Providers and Alerts. */
  readonly notifications: Map<string, NotificationState> = new Map()
  /** The id of a Flux object -> the id of the source that it stands for. */
  readonly #sourceOf = new Map<string, string>()
  /** Secrets that sources name, and those that were set. */
  inputs: KnownInputs = new KnownInputs()
  checkpoint: CheckpointSigned | undefined
  /** The position of the last event that was folded. */
  position = 0n

  /** All that is known, as plain data; what it holds goes on changing with the model. */
  state(): ReadModelState {
    const { applications, sources, clusters, notifications, checkpoint, position } = this
    const inputs = this.inputs.all()
    return { applications, sources, clusters, notifications, inputs, checkpoint, position }
  }

  /** Puts back what `state` gave, into a model that knows nothing yet. */
  restore(state: ReadModelState): void {
    for (const [id, application] of state.applications) this.applications.set(id, application)
    for (const [id, source] of state.sources) {
      this.sources.set(id, source)
      for (const object of source.objects) this.#sourceOf.set(applicationId(object), id)
    }
    for (const [name, cluster] of state.clusters) this.clusters.set(name, cluster)
    for (const [id, object] of state.notifications) this.notifications.set(id, object)
    this.inputs = new KnownInputs(state.inputs)
    this.checkpoint = state.checkpoint
    this.position = state.position
  }

  fold(recorded: Recorded): void {
    this.position = recorded.position
    const id = idOf(recorded.stream)
    switch (familyOf(recorded.stream)) {
      case 'application':
      case 'rollout':
      case 'render':
        foldApplication(this.#application(id), recorded)
        break
      case 'deployment':
        foldApplication(this.#application(id.replace(/@[^@]*$/u, '')), recorded)
        break
      case 'intake':
      case 'source':
        this.#foldSource(id, recorded)
        break
      case 'cluster':
      case 'connection':
      case 'profile':
        this.#foldCluster(recorded)
        break
      case 'query':
      case 'demand':
      case 'input':
      case 'secret':
        this.inputs.fold(recorded)
        break
      case 'notification':
      case 'outbox':
        foldNotification((object) => this.#notification(object), recorded)
        break
      case 'checkpoint':
        if (recorded.event.type === 'CheckpointSigned') this.checkpoint = recorded.event.value
        break
      default:
        break
    }
  }

  /** Applications that are there, by id. One that is gone stays until its objects are deleted. */
  present(): readonly ApplicationState[] {
    return [...this.applications.values()]
      .filter((state) => (state.declared || state.refusal !== '') && !isGone(state))
      .toSorted((left, right) => (left.id < right.id ? -1 : 1))
  }

  /** The source that an application takes its files from; `undefined` while none is declared. */
  sourceOf(state: ApplicationState): SourceState | undefined {
    return this.sources.get(this.sourceIdOf(state))
  }

  /** The same, its id; empty while none is declared. */
  sourceIdOf(state: ApplicationState): string {
    return this.#sourceOf.get(sourceObjectId(state)) ?? ''
  }

  /** SHA-256 over all that was folded, in hex. The same log gives the same digest. */
  digest(): string {
    const maps = [this.applications, this.sources, this.clusters, this.notifications]
    const plain = maps.map((map) =>
      [...map.entries()].toSorted(([left], [right]) => (left < right ? -1 : 1)),
    )
    const inputs = this.inputs
      .all()
      .toSorted((left, right) => (inputId(left.ref) < inputId(right.ref) ? -1 : 1))
    const text = JSON.stringify(
      [plain, inputs, this.checkpoint, this.position],
      (_, value: unknown) => {
        if (typeof value === 'bigint') return `${value}n`
        return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value
      },
    )
    return createHash('sha256').update(text).digest('hex')
  }

  #application(id: string): ApplicationState {
    const known = this.applications.get(id) ?? emptyState(id)
    this.applications.set(id, known)
    return known
  }

  #notification(id: string): NotificationState {
    const known = this.notifications.get(id) ?? emptyNotification(id)
    this.notifications.set(id, known)
    return known
  }

  #foldSource(id: string, { event, stored }: Recorded): void {
    const state = this.sources.get(id) ?? {
      id,
      declared: undefined,
      objects: [],
      labels: new Map<string, readonly KeyValue[]>(),
      fetched: undefined,
      fetchedAtUs: 0n,
      failing: undefined,
    }
    this.sources.set(id, state)
    switch (event.type) {
      case 'SourceDeclared':
        state.declared = event.value
        state.objects = [
          ...without(state.objects, event.value.object),
          ...listed(event.value.object),
        ]
        if (event.value.object !== undefined) {
          this.#sourceOf.set(applicationId(event.value.object), id)
          state.labels.set(applicationId(event.value.object), event.value.labels)
        }
        break
      case 'SourceWithdrawn':
        state.objects = without(state.objects, event.value.object)
        this.#withdraw(event.value.object, id)
        state.labels.delete(
          event.value.object === undefined ? '' : applicationId(event.value.object),
        )
        break
      case 'RevisionFetched':
        Object.assign(state, { fetched: event.value, fetchedAtUs: stored.atUs, failing: undefined })
        break
      case 'FetchFailed':
        state.failing = event.value
        break
      case 'FetchRecovered':
        state.failing = undefined
        break
      default:
        break
    }
  }

  #withdraw(object: ObjectRef | undefined, sourceId: string): void {
    const key = object === undefined ? '' : applicationId(object)
    if (this.#sourceOf.get(key) === sourceId) this.#sourceOf.delete(key)
  }

  #foldCluster({ event }: Recorded): void {
    switch (event.type) {
      case 'ClusterRegistered': {
        const { cluster } = event.value
        const known = this.clusters.get(cluster)
        const before = known ?? { described: undefined, reachable: true, message: '' }
        this.clusters.set(cluster, { ...before, registered: event.value })
        break
      }
      case 'ClusterRemoved':
        this.clusters.delete(event.value.cluster)
        break
      case 'ClusterDescribed':
      case 'ClusterDescriptionEnded': {
        const known = this.clusters.get(event.value.cluster)
        if (known !== undefined)
          known.described = event.type === 'ClusterDescribed' ? event.value : undefined
        break
      }
      case 'ClusterReachabilityChanged': {
        const known = this.clusters.get(event.value.cluster)
        if (known === undefined) break
        known.reachable = event.value.reachable
        known.message = event.value.message
        break
      }
      default:
        break
    }
  }
}

function isGone({ removed, rollout }: ApplicationState): boolean {
  return removed && (rollout?.number !== 0n || rollout.phase === 'completed')
}

function listed(object: ObjectRef | undefined): readonly ObjectRef[] {
  return object === undefined ? [] : [object]
}

function without(objects: readonly ObjectRef[], gone: ObjectRef | undefined): ObjectRef[] {
  return objects.filter(
    (object) =>
      object.cluster !== gone?.cluster ||
      object.namespace !== gone.namespace ||
      object.name !== gone.name,
  )
}
