import { listAt, objectAt, stringAt, withFields, type JsonObject } from '../json.ts'
import { removeFinalizer } from './storage-and-network.ts'
import { isEnding, nameOf, uidOf, type World } from './world.ts'

/** The garbage collector: what a deleted object owned goes with it. */
export function collectDependents(world: World, owner: JsonObject): void {
  const uid = uidOf(owner)
  for (const [storageKey, key] of world.dependents(uid)) {
    const object = world.get(storageKey, key)
    if (object === undefined || isEnding(object)) continue
    const owners = listAt(objectAt(object, 'metadata'), 'ownerReferences')
    if (owners.some((reference) => stringAt(reference, 'uid') !== uid))
      disown(world, storageKey, object, uid)
    else world.delete(storageKey, object)
  }
}

/** An object that ends in the foreground goes after its dependents; one that orphans them lets go of them first. */
export function finishDeletion(world: World, storageKey: string, object: JsonObject): void {
  const finalizers = listAt(objectAt(object, 'metadata'), 'finalizers')
  const uid = uidOf(object)
  if (finalizers.includes('orphan')) {
    for (const [place, key] of world.dependents(uid)) {
      const dependent = world.get(place, key)
      if (dependent !== undefined) disown(world, place, dependent, uid)
    }
    removeFinalizer(world, storageKey, object, 'orphan')
    return
  }
  if (!finalizers.includes('foregroundDeletion')) return
  collectDependents(world, object)
  if (world.dependents(uid).length > 0) return
  removeFinalizer(world, storageKey, object, 'foregroundDeletion')
}

function disown(world: World, storageKey: string, object: JsonObject, uid: string): void {
  const metadata = objectAt(object, 'metadata')
  const rest = listAt(metadata, 'ownerReferences').filter((item) => stringAt(item, 'uid') !== uid)
  const changed = withFields(metadata, { ownerReferences: rest.length === 0 ? undefined : rest })
  world.update(storageKey, withFields(object, { metadata: changed }))
}

/** A namespace that ends: all in it is deleted, then it goes itself. */
export function finishNamespace(world: World, namespace: JsonObject): void {
  const { store } = world.cluster
  const prefix = `${nameOf(namespace)}/`
  let left = 0
  for (const storageKey of store.storageKeys()) {
    for (const key of store.keys(storageKey, prefix)) {
      const object = store.get(storageKey, key)
      if (object !== undefined && !isEnding(object)) world.delete(storageKey, object)
      if (store.get(storageKey, key) !== undefined) left += 1
    }
  }
  if (left === 0 && listAt(objectAt(namespace, 'metadata'), 'finalizers').length === 0) {
    store.delete('/namespaces', nameOf(namespace))
  }
}

/** The objects of a definition that is gone go too. */
export function dropCustomObjects(world: World, storageKey: string): void {
  const { store } = world.cluster
  for (const key of store.keys(storageKey)) store.delete(storageKey, key)
}
