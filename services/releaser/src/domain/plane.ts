import {
  evolveInput,
  familyOf,
  idOf,
  inputId,
  inputOf,
  unknownInput,
  type AnyEvent,
  type ClusterDescribed,
  type ClusterRegistered,
  type ClusterInputRef,
  type KnownInput,
  type ObjectRef,
  type RootDeclared,
} from '@tidemark/contracts'
import { emptyApplication, evolveApplication, type Application } from './application.ts'
import { evolveNotification, type NotificationObject } from './notification.ts'
import { emptySource, evolveSource, objectKey, type Source } from './source.ts'

/** An event with the place that it has, or is about to have. */
export interface Placed {
  readonly stream: string
  readonly version: bigint
  readonly event: AnyEvent
}

/** A plane as plain data: maps, objects, numbers, text and bytes. */
export interface PlaneState {
  readonly applications: ReadonlyMap<string, Application>
  readonly sources: ReadonlyMap<string, Source>
  readonly clusters: ReadonlyMap<string, ClusterRegistered>
  readonly roots: ReadonlyMap<string, RootDeclared>
  readonly profiles: ReadonlyMap<string, ClusterDescribed>
  readonly inputs: ReadonlyMap<string, KnownInput>
  readonly notifications: ReadonlyMap<string, NotificationObject>
  readonly sourceOf: ReadonlyMap<string, string>
  readonly versions: ReadonlyMap<string, bigint>
}

/**
 * All that the releaser knows: a fold over the ledger, in memory. An event of our own is folded when it is
 * appended, and left alone when it comes back.
 */
export class Plane {
  readonly applications: Map<string, Application> = new Map()
  readonly sources: Map<string, Source> = new Map()
  readonly clusters: Map<string, ClusterRegistered> = new Map()
  readonly roots: Map<string, RootDeclared> = new Map()
  /** What Git says of clusters. */
  readonly profiles: Map<string, ClusterDescribed> = new Map()
  /** Secrets and ConfigMaps that Flux objects name. */
  readonly inputs: Map<string, KnownInput> = new Map()
  /** Receivers, Providers and Alerts, by id. */
  readonly notifications: Map<string, NotificationObject> = new Map()
  /** Flux object of a source -> the source that it stands for. */
  readonly sourceOf: Map<string, string> = new Map()
  readonly #versions: Map<string, bigint> = new Map()
  #declarations = 0
  #before: (() => void)[] | undefined

  /** All that is known, as plain data. It shares what it holds with the plane, which replaces and never changes it. */
  state(): PlaneState {
    const { applications, sources, notifications, inputs, sourceOf } = this
    const { clusters, roots, profiles } = this
    const versions = this.#versions
    const objects = { applications, sources, notifications, inputs, sourceOf }
    return { ...objects, clusters, roots, profiles, versions }
  }

  /** Puts back what `state` gave, into a plane that knows nothing yet. */
  restore(state: PlaneState): void {
    putAll(this.applications, state.applications)
    putAll(this.sources, state.sources)
    putAll(this.clusters, state.clusters)
    putAll(this.roots, state.roots)
    putAll(this.profiles, state.profiles)
    putAll(this.inputs, state.inputs)
    putAll(this.notifications, state.notifications)
    putAll(this.sourceOf, state.sourceOf)
    putAll(this.#versions, state.versions)
    this.#declarations += 1
  }

  /** Remembers how things were, until `forget`. What is known is replaced and never changed, so that is cheap. */
  remember(): void {
    this.#before = []
  }

  /** Takes back what was folded since `remember`. */
  takeBack(): void {
    for (const restore of this.#before?.toReversed() ?? []) restore()
    this.#before = undefined
    this.#declarations += 1
  }

  forget(): void {
    this.#before = undefined
  }

  /** Goes up whenever the declaration of an application is another one, has its first release, or ends: for what is derived from all of them. */
  get declarations(): number {
    return this.#declarations
  }

  /** The version of a stream, of those that the releaser writes. */
  version(stream: string): bigint {
    return this.#versions.get(stream) ?? 0n
  }

  application(id: string): Application {
    return this.applications.get(id) ?? emptyApplication(id)
  }

  input(ref: ClusterInputRef): KnownInput {
    return this.inputs.get(inputId(ref)) ?? unknownInput(ref)
  }

  source(id: string): Source {
    return this.sources.get(id) ?? emptySource(id)
  }

  /** Folds one event. Gives false for one that is known already. */
  fold({ stream, version, event }: Placed): boolean {
    if (version <= this.version(stream)) return false
    this.#set(this.#versions, stream, version)
    switch (familyOf(stream)) {
      case 'application':
      case 'rollout':
      case 'render':
        this.#foldApplication(idOf(stream), event)
        break
      case 'deployment':
        this.#foldApplication(idOf(stream).replace(/@[^@]*$/u, ''), event)
        break
      case 'intake':
      case 'source':
        this.#foldSource(idOf(stream), event)
        break
      case 'cluster':
        this.#foldCluster(event)
        break
      case 'profile':
        this.#foldProfile(event)
        break
      case 'query':
      case 'demand':
      case 'input':
      case 'secret':
        this.#foldInput({ stream, version, event })
        break
      case 'notification':
        this.#foldNotification(idOf(stream), event)
        break
      default:
        break
    }
    return true
  }

  #foldApplication(id: string, event: AnyEvent): void {
    const known = this.application(id)
    const next = evolveApplication(known, event)
    const isFirst = known.releases.length === 0 && next.releases.length > 0
    if (isFirst || next.declared !== known.declared || next.removed !== known.removed)
      this.#declarations += 1
    this.#set(this.applications, id, next)
  }

  #foldInput(placed: Placed): void {
    const ref = inputOf(placed.event)
    if (ref !== undefined)
      this.#set(this.inputs, inputId(ref), evolveInput(this.input(ref), placed))
  }

  #foldSource(id: string, event: AnyEvent): void {
    this.#set(this.sources, id, evolveSource(this.source(id), event))
    if (event.type === 'SourceDeclared') this.#bind(event.value.object, id)
    if (event.type === 'SourceWithdrawn') {
      const key = objectKey(event.value.object)
      if (this.sourceOf.get(key) === id) this.#set(this.sourceOf, key, undefined)
    }
  }

  #bind(object: ObjectRef | undefined, id: string): void {
    this.#set(this.sourceOf, objectKey(object), id)
  }

  #set<Value>(map: Map<string, Value>, key: string, value: Value | undefined): void {
    const known = map.get(key)
    this.#before?.push(() => put(map, key, known))
    put(map, key, value)
  }

  #foldNotification(id: string, event: AnyEvent): void {
    const next = evolveNotification(this.notifications.get(id), event)
    this.#set(this.notifications, id, next)
  }

  #foldProfile({ type, value }: AnyEvent): void {
    if (type === 'ClusterDescribed') this.#set(this.profiles, value.cluster, value)
    if (type === 'ClusterDescriptionEnded') this.#set(this.profiles, value.cluster, undefined)
  }

  #foldCluster(event: AnyEvent): void {
    if (event.type === 'ClusterRegistered') this.clusters.set(event.value.cluster, event.value)
    if (event.type === 'ClusterRemoved') {
      this.clusters.delete(event.value.cluster)
      this.roots.delete(event.value.cluster)
    }
    if (event.type === 'RootDeclared') this.roots.set(event.value.cluster, event.value)
    if (event.type === 'RootWithdrawn') this.roots.delete(event.value.cluster)
  }
}

function putAll<Value>(map: Map<string, Value>, entries: ReadonlyMap<string, Value>): void {
  for (const [key, value] of entries) map.set(key, value)
}

function put<Value>(map: Map<string, Value>, key: string, value: Value | undefined): void {
  if (value === undefined) map.delete(key)
  else map.set(key, value)
}
