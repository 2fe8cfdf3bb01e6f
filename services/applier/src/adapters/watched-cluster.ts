import type { LiveState } from '@tidemark/apply'
import type { Clock, Random } from '@tidemark/kernel'
import type { FollowEvent, KindRef, KubeClient, KubeObject, ObjectVersion } from '@tidemark/kube'
import {
  inventoryId,
  splitApiVersion,
  textField,
  type JsonObject,
  type KeyedDigest,
  type ObjectIdentity,
} from '@tidemark/manifests'
import type { Logger } from '@tidemark/service'
import type { WatchedCluster, WatchedOwners } from '../ports.ts'

/** Only what somebody has put there by Git. */
const SELECTORS: Readonly<Record<WatchedOwners, string>> = {
  kustomizations: 'kustomize.toolkit.fluxcd.io/name',
  releases: 'helm.toolkit.fluxcd.io/name',
}
const OWNERS: readonly WatchedOwners[] = ['kustomizations', 'releases']
const LISTED_MS_MAX = 10_000 // After that an apply goes on without knowing what is there.

export interface WatchedClusterOptions {
  readonly client: KubeClient
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly fieldManager: string
  readonly keyed: KeyedDigest
  /** Called with the inventory id of each object that has changed. */
  readonly onChange: (id: string) => void
  readonly onReachable: (reachable: boolean, message: string) => void
  readonly afterWrite: () => void
}

type Listed = Extract<FollowEvent, { readonly kind: 'listed' }>

interface Watch {
  readonly objects: Map<string, JsonObject>
  /** When each was noted, by the monotonic clock; since the last list. */
  readonly noted: Map<string, number>
  listed: boolean
  readonly ready: Promise<void>
}

/** One API server and what its watches have told: the objects that carry an owner's label, by kind. */
export class KubeWatchedCluster implements WatchedCluster, AsyncDisposable {
  readonly client: KubeClient
  readonly clock: Clock
  readonly fieldManager: string
  readonly keyed: KeyedDigest
  readonly afterWrite: (answered?: JsonObject) => void
  readonly #options: WatchedClusterOptions
  readonly #watches = new Map<string, Watch>()
  readonly #ending = new AbortController()
  readonly #running: Promise<void>[] = []
  readonly #interrupted = new Set<string>()
  #wasReachable: boolean | undefined

  constructor(options: WatchedClusterOptions) {
    this.#options = options
    this.client = options.client
    this.clock = options.clock
    this.fieldManager = options.fieldManager
    this.keyed = options.keyed
    this.afterWrite = (answered) => {
      if (answered !== undefined) this.note(answered)
      options.afterWrite()
    }
  }

  async watch(
    identities: Iterable<ObjectIdentity>,
    owners: WatchedOwners,
    signal: AbortSignal,
  ): Promise<void> {
    const kinds = new Map<string, KindRef>()
    for (const { group, version, kind } of identities)
      kinds.set(keyOf({ group, kind }, owners), { group, version, kind })
    const watches = [...kinds].map(
      ([key, kind]) => this.#watches.get(key) ?? this.#begin(key, kind, owners),
    )
    if (watches.every(({ listed }) => listed)) return
    using limit = this.clock.deadline(LISTED_MS_MAX, signal)
    const ended = new Promise<void>((resolve) => {
      limit.signal.addEventListener('abort', () => resolve(), { once: true })
    })
    await Promise.race([Promise.all(watches.map(({ ready }) => ready)), ended])
  }

  live(identity: ObjectIdentity): LiveState {
    const id = inventoryId(identity)
    const watches = OWNERS.flatMap((owners) => this.#watches.get(keyOf(identity, owners)) ?? [])
    if (watches.length === 0 || watches.some(({ listed }) => !listed)) return { kind: 'unknown' }
    const object = watches
      .map(({ objects }) => objects.get(id))
      .find((known) => known !== undefined)
    return object === undefined ? { kind: 'absent' } : { kind: 'present', object }
  }

  /** An answer of the API server, so that it is known before the watch tells it. */
  note(object: JsonObject): void {
    const identity = identityOf(object)
    const label = textField(object, 'metadata', 'labels', SELECTORS.releases)
    const owners = label === undefined ? 'kustomizations' : 'releases'
    const watch = this.#watches.get(keyOf(identity, owners))
    if (watch === undefined) return
    put(watch.objects, inventoryId(identity), object)
    watch.noted.set(inventoryId(identity), this.clock.monotonic())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort()
    await Promise.all(this.#running)
    await this.client[Symbol.asyncDispose]()
  }

  #begin(key: string, kind: KindRef, owners: WatchedOwners): Watch {
    const { promise: ready, resolve: isReady } = Promise.withResolvers<void>()
    const watch: Watch = { objects: new Map(), noted: new Map(), listed: false, ready }
    this.#watches.set(key, watch)
    this.#running.push(this.#follow(key, { kind, owners, watch, isReady }))
    return watch
  }

  async #follow(
    key: string,
    {
      kind,
      owners,
      watch,
      isReady,
    }: { kind: KindRef; owners: WatchedOwners; watch: Watch; isReady: () => void },
  ): Promise<void> {
    const { group } = kind
    const selection = {
      labelSelector: SELECTORS[owners],
      isKnown: ({ name, namespace, uid, resourceVersion }: ObjectVersion) => {
        const id = inventoryId({ group, kind: kind.kind, namespace, name })
        return !isNews({ uid, resourceVersion }, watch.objects.get(id))
      },
    }
    try {
      for await (const event of this.client.follow(kind, selection, this.#ending.signal)) {
        this.#take(key, watch, event)
        if (watch.listed || event.kind === 'not-served') isReady()
      }
    } catch (error) {
      this.#options.log.error('watch ended', { kind: kind.kind, error: String(error) })
    }
    isReady()
    // A kind that is not served now may be tomorrow: the next apply that has it watches again.
    if (this.#watches.get(key) === watch) this.#watches.delete(key)
  }

  #take(key: string, watch: Watch, event: FollowEvent): void {
    switch (event.kind) {
      case 'listed':
        this.#takeList(watch, event)
        this.#reachable(key, true, '')
        break
      case 'changed':
        this.#takeObject(watch, event.object)
        break
      case 'deleted':
        this.#takeDeletion(watch, event.object)
        break
      case 'interrupted':
        this.#reachable(key, false, event.message)
        break
      case 'resumed':
        this.#reachable(key, true, '')
        break
      default:
        break
    }
  }

  /** What was noted behind the list while it was on its way stays: the watch goes on from the list. */
  #takeList(watch: Watch, { objects, resourceVersion, askedMs }: Listed): void {
    const before = new Map(watch.objects)
    watch.objects.clear()
    for (const object of objects) watch.objects.set(inventoryId(identityOf(object)), object)
    for (const [id, notedMs] of watch.noted) {
      const known = before.get(id)
      if (known !== undefined && notedMs >= askedMs && isBehind(resourceVersion, versionOf(known)))
        watch.objects.set(id, known)
    }
    watch.noted.clear()
    watch.listed = true
    for (const id of new Set([...before.keys(), ...watch.objects.keys()]))
      if (versionOf(before.get(id)) !== versionOf(watch.objects.get(id))) this.#options.onChange(id)
  }

  #takeObject(watch: Watch, object: KubeObject): void {
    const id = inventoryId(identityOf(object))
    if (put(watch.objects, id, object)) this.#options.onChange(id)
  }

  #takeDeletion(watch: Watch, object: KubeObject): void {
    const id = inventoryId(identityOf(object))
    const known = watch.objects.get(id)
    const newer = textField(known, 'metadata', 'uid') !== textField(object, 'metadata', 'uid')
    if (known === undefined || newer) return
    watch.objects.delete(id)
    this.#options.onChange(id)
  }

  /** Tells what it was like at first, and each change. */
  #reachable(key: string, reachable: boolean, message: string): void {
    if (reachable) this.#interrupted.delete(key)
    else this.#interrupted.add(key)
    const is = this.#interrupted.size === 0
    if (is === this.#wasReachable) return
    this.#wasReachable = is
    this.#options.onReachable(is, message)
  }
}

function keyOf(kind: Pick<KindRef, 'group' | 'kind'>, owners: WatchedOwners): string {
  return `${owners} of ${kind.group}/${kind.kind}`
}

/** Keeps an object unless a newer one is known. Says whether it was news. */
function put(objects: Map<string, JsonObject>, id: string, object: JsonObject): boolean {
  const uid = textField(object, 'metadata', 'uid')
  const isNew = isNews({ uid, resourceVersion: versionOf(object) }, objects.get(id))
  if (isNew) objects.set(id, object)
  return isNew
}

/** Versions of one object can be compared since Kubernetes 1.35 (KEP-5504), and could in fact before. */
function isNews(
  { uid, resourceVersion: next }: { readonly uid: string | undefined; resourceVersion: string },
  known: JsonObject | undefined,
): boolean {
  if (known === undefined || uid !== textField(known, 'metadata', 'uid')) return true
  const last = versionOf(known)
  return isNumber(next) && isNumber(last) ? isBehind(last, next) : next !== last
}

function isBehind(version: string, other: string): boolean {
  return isNumber(version) && isNumber(other) && BigInt(version) < BigInt(other)
}

function isNumber(version: string): boolean {
  return /^\d+$/u.test(version)
}

function versionOf(object: JsonObject | undefined): string {
  return textField(object, 'metadata', 'resourceVersion') ?? ''
}

function identityOf(object: JsonObject): ObjectIdentity {
  const { group, version } = splitApiVersion(textField(object, 'apiVersion') ?? '')
  return {
    group,
    version,
    kind: textField(object, 'kind') ?? '',
    namespace: textField(object, 'metadata', 'namespace') ?? '',
    name: textField(object, 'metadata', 'name') ?? '',
  }
}
