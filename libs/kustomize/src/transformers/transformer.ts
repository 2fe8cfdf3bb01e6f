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

/** Applies a change to the node of every object. */
export function changeEach(
  set: ResourceSet,
  change: (resource: Resource) => Resource['node'],
): void {
  for (const resource of set.resources)
    if (resource.node !== undefined) resource.node = change(resource)
}
