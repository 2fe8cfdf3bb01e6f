import { apiVersionOf, type Gvk, gvkText, isSelected, sameGvk } from './gvk.ts'
import type { Scopes } from '../schema/scopes.ts'

/** What an object is called, now or before a transformer renamed it. */
export interface ResourceId extends Gvk {
  readonly name: string
  readonly namespace: string
  /** Known to be no member of a namespace; what is not known is taken for a member. */
  readonly clusterScoped: boolean
}

const NOT_A_NAMESPACE = '_non_namespaceable_'

/** The namespace for comparisons: an empty one is `default`. */
export function effectiveNamespace(id: ResourceId): string {
  if (id.clusterScoped) return NOT_A_NAMESPACE
  return id.namespace === '' ? 'default' : id.namespace
}

export function sameId(left: ResourceId, right: ResourceId): boolean {
  return (
    left.name === right.name &&
    sameGvk(left, right) &&
    effectiveNamespace(left) === effectiveNamespace(right)
  )
}

/** A key that is equal exactly for ids that are the same. */
export function idKey(id: ResourceId): string {
  return `${id.group}|${id.version}|${id.kind}|${effectiveNamespace(id)}|${id.name}`
}

export function inSameNamespace(left: ResourceId, right: ResourceId): boolean {
  return effectiveNamespace(left) === effectiveNamespace(right)
}

/** How kustomize names an object in messages: `Deployment.v1.apps/web.[noNs]`. */
export function idText(id: Gvk & { readonly name: string; readonly namespace: string }): string {
  return `${gvkText(id)}/${id.name || '[noName]'}.${id.namespace || '[noNs]'}`
}

/** Whether a selector with optional parts means this object. */
export function isIdSelected(id: ResourceId, selector: ResourceId): boolean {
  return (
    (selector.name === '' || selector.name === id.name) &&
    (selector.namespace === '' || inSameNamespace(selector, id)) &&
    isSelected(id, selector)
  )
}

export function makeId(
  gvk: Gvk,
  named: { name: string; namespace: string },
  scopes: Scopes,
): ResourceId {
  return {
    group: gvk.group,
    version: gvk.version,
    kind: gvk.kind,
    name: named.name,
    namespace: named.namespace,
    clusterScoped: scopes.isClusterScoped(apiVersionOf(gvk), gvk.kind),
  }
}
