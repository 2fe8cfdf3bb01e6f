import { listAt, objectAt, stringAt, type JsonObject } from '../json.ts'
import { keyOf, type StoreEvent } from '../store/object-store.ts'
import { definedKey } from '../store/registry.ts'
import { collectDependents, dropCustomObjects, finishDeletion, finishNamespace } from './collect.ts'
import { reconcileDeployment } from './deployment.ts'
import { templateHash } from './hash.ts'
import { reconcileJob } from './job.ts'
import { reconcilePod, type Timing } from './pods.ts'
import { reconcileDaemonSet, reconcileReplicaSet, reconcileStatefulSet } from './replicas.ts'
import {
  observeGeneration,
  reconcileBalancer,
  reconcileClaim,
  reconcileVolume,
} from './storage-and-network.ts'
import { controllerKey, isEnding, namespaceOf, nameOf, type World } from './world.ts'

type Reconcile = (world: World, object: JsonObject, timing: Timing) => number | undefined

/** What controllers do about each kind; what they answer is after how many milliseconds to look again. */
const RECONCILERS: Readonly<Record<string, Reconcile>> = {
  '/pods': reconcilePod,
  'apps/deployments': (world, object) => reconcileDeployment(world, object),
  'apps/replicasets': done((world, object) => reconcileReplicaSet(world, object)),
  'apps/statefulsets': done((world, object) =>
    reconcileStatefulSet(world, object, revisionName(object)),
  ),
  'apps/daemonsets': done((world, object) =>
    reconcileDaemonSet(world, object, revisionHash(object)),
  ),
  'batch/jobs': done((world, object) => reconcileJob(world, object)),
  '/persistentvolumeclaims': done((world, object) => reconcileClaim(world, object)),
  '/persistentvolumes': done((world, object) => reconcileVolume(world, object)),
  '/services': done((world, object) => reconcileBalancer(world, '/services', object)),
  'networking.k8s.io/ingresses': done((world, object) =>
    reconcileBalancer(world, 'networking.k8s.io/ingresses', object),
  ),
  'policy/poddisruptionbudgets': done((world, object) =>
    observeGeneration(world, 'policy/poddisruptionbudgets', object),
  ),
}

function done(reconcile: (world: World, object: JsonObject) => void): Reconcile {
  return (world, object) => {
    reconcile(world, object)
    return undefined
  }
}

function revisionHash(object: JsonObject): string {
  return templateHash(objectAt(objectAt(object, 'spec'), 'template'))
}

function revisionName(object: JsonObject): string {
  return `${nameOf(object)}-${revisionHash(object)}`
}

/** Whose turn comes when something that they own changes. */
const OWNERS: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  '/pods': [
    ['ReplicaSet', 'apps/replicasets'],
    ['StatefulSet', 'apps/statefulsets'],
    ['DaemonSet', 'apps/daemonsets'],
    ['Job', 'batch/jobs'],
  ],
  'apps/replicasets': [['Deployment', 'apps/deployments']],
}

const PASS_MAX = 64 // So many objects are looked at before requests have their turn again.

/** The controllers of one cluster: each change wakes those whom it concerns. */
export class ControlLoop implements AsyncDisposable {
  readonly #world: World
  readonly #timing: Timing
  /** What is to be looked at, and when (in milliseconds of the monotonic clock). */
  readonly #due = new Map<string, number>()
  readonly #stop = new AbortController()
  #wake: (() => void) | undefined
  readonly #running: Promise<void>
  readonly #silence: () => void

  constructor(world: World, timing: Timing) {
    this.#world = world
    this.#timing = timing
    this.#silence = world.cluster.store.listenToAll((event) => this.#onEvent(event))
    for (const storageKey of world.cluster.store.storageKeys()) {
      for (const key of world.cluster.store.keys(storageKey)) this.#mark(storageKey, key, 0)
    }
    this.#running = this.#run()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#silence()
    this.#stop.abort()
    this.#wake?.()
    await this.#running
  }

  #onEvent(event: StoreEvent): void {
    const { storageKey, object, type } = event
    if (type === 'DELETED') {
      if (this.#world.cluster.registry.isDefinition(storageKey)) {
        dropCustomObjects(this.#world, definedKey(object))
      }
      collectDependents(this.#world, object)
      this.#markEnding(object)
    } else {
      this.#mark(storageKey, keyOf(object), 0)
    }
    this.#markOwners(storageKey, object)
  }

  #markOwners(storageKey: string, object: JsonObject): void {
    for (const [kind, owner] of OWNERS[storageKey] ?? []) {
      const key = controllerKey(object, kind)
      if (key !== undefined) this.#mark(owner, key, 0)
    }
    if (storageKey !== '/persistentvolumeclaims') return
    const volume = objectAt(object, 'spec')['volumeName']
    if (typeof volume === 'string') this.#mark('/persistentvolumes', volume, 0)
  }

  /** Something that was waited for is gone: a namespace, or an owner in the foreground. */
  #markEnding(object: JsonObject): void {
    const namespace = namespaceOf(object)
    const found = this.#world.get('/namespaces', namespace)
    if (found !== undefined && isEnding(found)) this.#mark('/namespaces', namespace, 0)
    const owners = listAt(objectAt(object, 'metadata'), 'ownerReferences')
    for (const storageKey of Object.keys(RECONCILERS)) {
      for (const owner of owners) {
        const name = `${namespace}/${stringAt(owner, 'name') ?? ''}`
        if (this.#world.get(storageKey, name) !== undefined) this.#mark(storageKey, name, 0)
      }
    }
  }

  #mark(storageKey: string, key: string, afterMs: number): void {
    const place = `${storageKey}|${key}`
    const at = this.#world.cluster.clock.monotonic() + afterMs
    const known = this.#due.get(place)
    if (known !== undefined && known <= at) return
    this.#due.set(place, at)
    this.#wake?.()
  }

  async #run(): Promise<void> {
    const { clock } = this.#world.cluster
    while (!this.#stop.signal.aborted) {
      const next = Math.min(...this.#due.values())
      const now = clock.monotonic() // Looked at once: it goes on meanwhile.
      if (next === Infinity) await this.#pause(undefined)
      else if (next > now) await this.#pause(next - now)
      else await this.#pass(now)
    }
  }

  async #pass(now: number): Promise<void> {
    let count = 0
    for (const [place, at] of this.#due) {
      if (at > now) continue
      if (count === PASS_MAX) break
      count += 1
      this.#due.delete(place)
      const split = place.indexOf('|')
      this.#reconcile(place.slice(0, split), place.slice(split + 1))
    }
    await this.#world.cluster.clock.sleep(0, this.#stop.signal)
  }

  #reconcile(storageKey: string, key: string): void {
    const object = this.#world.get(storageKey, key)
    if (object === undefined) return
    if (isEnding(object)) {
      finishDeletion(this.#world, storageKey, object)
      if (storageKey === '/namespaces') finishNamespace(this.#world, object)
    }
    const current = this.#world.get(storageKey, key)
    if (current === undefined) return
    const again = RECONCILERS[storageKey]?.(this.#world, current, this.#timing)
    if (again !== undefined) this.#mark(storageKey, key, again)
  }

  /** Sleeps for a time, or for good, until something is marked. */
  async #pause(ms: number | undefined): Promise<void> {
    const woken = new AbortController()
    const wait = new Promise<void>((resolve) => {
      this.#wake = () => {
        woken.abort()
        resolve()
      }
    })
    if (ms === undefined) await wait
    else await this.#world.cluster.clock.sleep(Math.min(ms, SLEEP_MS_MAX), woken.signal)
    this.#wake = undefined
  }
}

const SLEEP_MS_MAX = 60_000 // A longer wait is slept in parts.
