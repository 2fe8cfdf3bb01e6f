import { remembered } from '../node/remembered.ts'
import type { Resource } from '../resource.ts'
import type { ResourceSet } from '../resource-set.ts'

/** One step of a build over all objects. */
export interface Transformer {
  /** The built-in kind: `NamespaceTransformer`. */
  readonly kind: string
  /** The file that it, or its patch, was read from. */
  readonly path?: string
  transform(set: ResourceSet): void
}

/** Changes every object by itself. `step` names all that the change depends on beside the object. */
export function changeEach(
  set: ResourceSet,
  step: string,
  change: (resource: Resource) => void,
): void {
  for (const resource of set.resources) changeOne(resource, step, change)
}

// What is remembered lives as long as what it was made of: a thousand patches would leave a thousand objects of each.
const REMEMBERED_CHANGES_MAX = 32

/** Changes an object, or does what came of that before. */
export function changeOne(
  resource: Resource,
  step: string,
  change: (resource: Resource) => void,
): void {
  const { node, scopes } = resource
  // With schemas of one's own, what is done depends on those too.
  if (node === undefined || !scopes.arePlain || resource.changes > REMEMBERED_CHANGES_MAX) {
    change(resource)
    return
  }
  resource.node = remembered(node, step, () => {
    change(resource)
    return resource.node
  })
  if (resource.node !== node) resource.changes += 1
}
