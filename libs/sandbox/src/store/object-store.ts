import { objectAt, stringAt, withFields, type JsonObject } from '../json.ts'

export type EventType = 'ADDED' | 'MODIFIED' | 'DELETED'

/** One change of one object. Versions rise by one with each change in a cluster. */
export interface StoreEvent {
  readonly type: EventType
  readonly storageKey: string
  readonly object: JsonObject
  readonly previous: JsonObject | undefined
  readonly version: number
}

/** A change in the form that is kept: the object, or `undefined` where it was deleted. */
export interface JournalRecord {
  readonly storageKey: string
  readonly key: string
  readonly version: number
  readonly object?: JsonObject
}

export type StoreListener = (event: StoreEvent) => void

/**
 * How many changes a watch can catch up on. A thousand clusters keep a few MB of references; a client that is
 * further behind lists again, as with the API server after five minutes.
 */
const HISTORY_MAX = 4096
const HISTORY_SLACK = 1024 // Trimmed in steps, so that a write stays O(1).

/** The objects of one cluster, in memory, with their recent history. */
export class ObjectStore {
  readonly #objects = new Map<string, Map<string, JsonObject>>()
  readonly #sorted = new Map<string, readonly string[]>()
  readonly #listeners = new Map<string, Set<StoreListener>>()
  readonly #everything = new Set<StoreListener>()
  #history: StoreEvent[] = []
  #version = 1
  #oldest = 1

  /** The version of the last change; a list of now has it. */
  get version(): number {
    return this.#version
  }

  get(storageKey: string, key: string): JsonObject | undefined {
    return this.#objects.get(storageKey)?.get(key)
  }

  /** The keys of a resource, sorted as etcd sorts them; `prefix` is `namespace/`, or empty for all. */
  keys(storageKey: string, prefix = ''): readonly string[] {
    let sorted = this.#sorted.get(storageKey)
    if (sorted === undefined) {
      sorted = [...(this.#objects.get(storageKey)?.keys() ?? [])].toSorted(compareKeys)
      this.#sorted.set(storageKey, sorted)
    }
    return prefix === '' ? sorted : sorted.filter((key) => key.startsWith(prefix))
  }

  storageKeys(): readonly string[] {
    return [...this.#objects.keys()]
  }

  /** Stores an object under a new version and returns it as it is now. */
  put(storageKey: string, object: JsonObject): JsonObject {
    const version = (this.#version += 1)
    const stored = withVersion(object, version)
    const key = keyOf(stored)
    const objects = this.#objectsOf(storageKey)
    const previous = objects.get(key)
    if (previous === undefined) this.#sorted.delete(storageKey)
    objects.set(key, stored)
    const type = previous === undefined ? 'ADDED' : 'MODIFIED'
    this.#publish({ type, storageKey, object: stored, previous, version })
    return stored
  }

  /** Removes an object; what watchers see of it has the version of its removal. */
  delete(storageKey: string, key: string): JsonObject | undefined {
    const previous = this.#objects.get(storageKey)?.get(key)
    if (previous === undefined) return undefined
    const version = (this.#version += 1)
    this.#objects.get(storageKey)?.delete(key)
    this.#sorted.delete(storageKey)
    const object = withVersion(previous, version)
    this.#publish({ type: 'DELETED', storageKey, object, previous, version })
    return object
  }

  /** Takes in a change that was kept before. Nobody is told. */
  restore(record: JournalRecord): void {
    if (record.object !== undefined) {
      this.#objectsOf(record.storageKey).set(record.key, record.object)
    } else this.#objects.get(record.storageKey)?.delete(record.key)
    this.#sorted.delete(record.storageKey)
    this.#version = Math.max(this.#version, record.version)
    // Nothing is known of the history before the start.
    this.#oldest = this.#version
  }

  /** All that is stored, to be kept as a snapshot. */
  snapshot(): readonly JournalRecord[] {
    return [...this.#objects].flatMap(([storageKey, objects]) =>
      [...objects].map(([key, object]) => ({
        storageKey,
        key,
        version: versionOf(object),
        object,
      })),
    )
  }

  /** The changes after `version`, oldest first, or `undefined` when some of them are forgotten. */
  since(version: number, storageKey: string): readonly StoreEvent[] | undefined {
    if (version < this.#oldest) return undefined
    return this.#history.filter(
      (event) => event.version > version && event.storageKey === storageKey,
    )
  }

  /** The oldest version from which a watch can start. */
  get oldest(): number {
    return this.#oldest
  }

  /** Forgets the history, as compaction does: watches from an older version get 410. */
  compact(): void {
    this.#history = []
    this.#oldest = this.#version
  }

  listen(storageKey: string, listener: StoreListener): () => void {
    const listeners = this.#listeners.get(storageKey) ?? new Set()
    this.#listeners.set(storageKey, listeners)
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  listenToAll(listener: StoreListener): () => void {
    this.#everything.add(listener)
    return () => this.#everything.delete(listener)
  }

  #objectsOf(storageKey: string): Map<string, JsonObject> {
    const objects = this.#objects.get(storageKey) ?? new Map<string, JsonObject>()
    this.#objects.set(storageKey, objects)
    return objects
  }

  #publish(event: StoreEvent): void {
    this.#history.push(event)
    if (this.#history.length > HISTORY_MAX + HISTORY_SLACK) {
      this.#history = this.#history.slice(-HISTORY_MAX)
      this.#oldest = (this.#history[0]?.version ?? this.#version) - 1
    }
    for (const listener of this.#everything) listener(event)
    for (const listener of this.#listeners.get(event.storageKey) ?? []) listener(event)
  }
}

/** `namespace/name`, or `name` for what is in no namespace. */
export function keyOf(object: JsonObject): string {
  const metadata = objectAt(object, 'metadata')
  return keyFor(stringAt(metadata, 'namespace'), stringAt(metadata, 'name') ?? '')
}

export function keyFor(namespace: string | undefined, name: string): string {
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`
}

function versionOf(object: JsonObject): number {
  return Number(stringAt(objectAt(object, 'metadata'), 'resourceVersion') ?? '0')
}

function withVersion(object: JsonObject, version: number): JsonObject {
  const metadata = { ...objectAt(object, 'metadata'), resourceVersion: String(version) }
  return withFields(object, { metadata })
}

function compareKeys(left: string, right: string): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}
