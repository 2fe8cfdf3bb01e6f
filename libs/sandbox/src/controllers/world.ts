import { ApiError } from '../api/errors.ts'
import type { ClusterState } from '../cluster-state.ts'
import { isObject, listAt, objectAt, stringAt, withFields, type JsonObject } from '../json.ts'
import { keyFor, keyOf } from '../store/object-store.ts'
import type { Resource } from '../store/resource.ts'
import { inVersion } from '../write/decode.ts'
import { deleteObject } from '../write/delete-object.ts'
import type { WriteOptions } from '../write/options.ts'
import { createObject, replaceObject } from '../write/write-object.ts'
import { assert } from '@tidemark/kernel'

const CONTROLLER = 'kube-controller-manager'
const KUBELET = 'kubelet'

/** What controllers see of their cluster, and what they do to it: the same writes that clients make. */
export class World {
  readonly cluster: ClusterState
  readonly #owned = new Map<string, Set<string>>()

  constructor(cluster: ClusterState) {
    this.cluster = cluster
    cluster.store.listenToAll((event) => {
      // Owners come and go with changes too: an orphan has none any more.
      if (event.previous !== undefined) this.#forget(event.storageKey, event.previous)
      if (event.type !== 'DELETED') this.#remember(event.storageKey, event.object)
    })
  }

  /** Learns what was stored before this world began. */
  adopt(): void {
    for (const { storageKey, object } of this.cluster.store.snapshot()) {
      if (object !== undefined) this.#remember(storageKey, object)
    }
  }

  get(storageKey: string, key: string): JsonObject | undefined {
    return this.cluster.store.get(storageKey, key)
  }

  /** Where the dependents of an object are: storage key and key of each. */
  dependents(uid: string): readonly (readonly [string, string])[] {
    return [...(this.#owned.get(uid) ?? [])].map((place) => {
      const at = place.indexOf('|')
      return [place.slice(0, at), place.slice(at + 1)] as const
    })
  }

  /** The objects of one resource that an owner controls, sorted by name. */
  controlled(owner: JsonObject, storageKey: string): readonly JsonObject[] {
    return this.dependents(uidOf(owner))
      .filter(([key]) => key === storageKey)
      .map(([, key]) => this.get(storageKey, key))
      .filter((object) => object !== undefined)
      .toSorted((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1))
  }

  /** Creates an object; one that is there already is left alone. */
  create(storageKey: string, object: JsonObject): void {
    const resource = this.resource(storageKey)
    const namespace = stringAt(objectAt(object, 'metadata'), 'namespace') ?? ''
    try {
      createObject({ cluster: this.cluster, resource, namespace }, object, options(CONTROLLER, ''))
    } catch (error) {
      // The namespace ends, or the name is taken: the controller looks again when something changes.
      if (!(error instanceof ApiError)) throw error
    }
  }

  /** Writes the status of an object, as a controller or a kubelet does. */
  setStatus(storageKey: string, object: JsonObject, status: JsonObject): void {
    const manager = storageKey === '/pods' ? KUBELET : CONTROLLER
    this.#replace(storageKey, withFields(object, { status }), options(manager, 'status'))
  }

  /** Replaces an object but for its status. */
  update(storageKey: string, object: JsonObject): void {
    this.#replace(storageKey, object, options(CONTROLLER, ''))
  }

  delete(storageKey: string, object: JsonObject): void {
    const resource = this.resource(storageKey)
    const namespace = stringAt(objectAt(object, 'metadata'), 'namespace') ?? ''
    const target = { cluster: this.cluster, resource, namespace }
    deleteObject(target, inVersion(object, resource.apiVersion), {
      dryRun: false,
      propagation: 'Background',
      uid: undefined,
      resourceVersion: undefined,
      warnings: [],
    })
  }

  resource(storageKey: string): Resource {
    const resource = this.cluster.registry.findStored(storageKey)
    assert(resource !== undefined, `${storageKey} is served while it has objects`)
    return resource
  }

  #replace(storageKey: string, object: JsonObject, how: WriteOptions): void {
    const resource = this.resource(storageKey)
    const namespace = stringAt(objectAt(object, 'metadata'), 'namespace') ?? ''
    const existing = this.get(storageKey, keyOf(object))
    if (existing === undefined) return
    const target = { cluster: this.cluster, resource, namespace }
    try {
      const current = inVersion(existing, resource.apiVersion)
      replaceObject(target, current, inVersion(object, resource.apiVersion), how)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
    }
  }

  #remember(storageKey: string, object: JsonObject): void {
    for (const uid of ownersOf(object)) {
      const places = this.#owned.get(uid) ?? new Set()
      this.#owned.set(uid, places)
      places.add(`${storageKey}|${keyOf(object)}`)
    }
  }

  #forget(storageKey: string, object: JsonObject): void {
    for (const uid of ownersOf(object)) {
      const places = this.#owned.get(uid)
      places?.delete(`${storageKey}|${keyOf(object)}`)
      if (places?.size === 0) this.#owned.delete(uid)
    }
  }
}

function options(manager: string, subresource: '' | 'status'): WriteOptions {
  return { manager, dryRun: false, validation: 'Ignore', warnings: [], subresource }
}

function ownersOf(object: JsonObject): readonly string[] {
  const references = listAt(objectAt(object, 'metadata'), 'ownerReferences')
  return references.flatMap((reference) => stringAt(reference, 'uid') ?? [])
}

export function uidOf(object: JsonObject): string {
  return stringAt(objectAt(object, 'metadata'), 'uid') ?? ''
}

export function nameOf(object: JsonObject): string {
  return stringAt(objectAt(object, 'metadata'), 'name') ?? ''
}

export function namespaceOf(object: JsonObject): string {
  return stringAt(objectAt(object, 'metadata'), 'namespace') ?? ''
}

export function isEnding(object: JsonObject): boolean {
  return objectAt(object, 'metadata')['deletionTimestamp'] !== undefined
}

/** The key of the controller of an object of some kind in its own namespace, if it has one. */
export function controllerKey(object: JsonObject, kind: string): string | undefined {
  const reference = listAt(objectAt(object, 'metadata'), 'ownerReferences').find(
    (item) => isObject(item) && item['kind'] === kind && item['controller'] === true,
  )
  const name = stringAt(reference, 'name')
  return name === undefined ? undefined : keyFor(namespaceOf(object), name)
}

/** The reference by which a controller owns what it makes. */
export function ownedBy(owner: JsonObject): JsonObject {
  return {
    apiVersion: stringAt(owner, 'apiVersion') ?? '',
    kind: stringAt(owner, 'kind') ?? '',
    name: nameOf(owner),
    uid: uidOf(owner),
    controller: true,
    blockOwnerDeletion: true,
  }
}
