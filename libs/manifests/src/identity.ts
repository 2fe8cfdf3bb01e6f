/** What names an object on a cluster, with the version in which it is written. */
export interface ObjectIdentity {
  /** Empty for the core group. */
  readonly group: string
  readonly version: string
  readonly kind: string
  /** Empty for an object of the whole cluster, or where none was written. */
  readonly namespace: string
  readonly name: string
}

/** `<namespace>_<name>_<group>_<kind>`, as in a Flux inventory. */
export type InventoryId = string

/** Names of RBAC objects may have colons, which are written as two underscores (cli-utils object.ObjMetadata v0.37). */
const RBAC_GROUP = 'rbac.authorization.k8s.io'
const RBAC_KINDS: ReadonlySet<string> = new Set([
  'Role',
  'ClusterRole',
  'RoleBinding',
  'ClusterRoleBinding',
])

/** The id of an object in an inventory (Flux: cli-utils `ObjMetadata.String`). The version is no part of it. */
export function inventoryId({
  namespace,
  name,
  group,
  kind,
}: Omit<ObjectIdentity, 'version'>): InventoryId {
  const escaped = group === RBAC_GROUP && RBAC_KINDS.has(kind) ? name.replaceAll(':', '__') : name
  return `${namespace}_${escaped}_${group}_${kind}`
}

/** Reads an inventory id, or gives undefined for a text that is none. */
export function parseInventoryId(id: InventoryId): Omit<ObjectIdentity, 'version'> | undefined {
  const first = id.indexOf('_')
  const last = id.lastIndexOf('_')
  const middle = id.lastIndexOf('_', last - 1)
  if (first === -1 || middle <= first) return undefined
  const name = id.slice(first + 1, middle).replaceAll('__', ':')
  if (name === '' || name.includes('_') || last === id.length - 1) return undefined
  return {
    namespace: id.slice(0, first),
    name,
    group: id.slice(middle + 1, last),
    kind: id.slice(last + 1),
  }
}

/** `v1` or `apps/v1`. */
export function apiVersionOf({
  group,
  version,
}: Pick<ObjectIdentity, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`
}

/** The two parts of an apiVersion; the group of `v1` is empty. */
export function splitApiVersion(apiVersion: string): {
  readonly group: string
  readonly version: string
} {
  const slash = apiVersion.indexOf('/')
  return slash === -1
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) }
}

/** `Deployment/shop/web` or `Namespace/shop`: how messages name an object. */
export function displayName({
  kind,
  namespace,
  name,
}: Pick<ObjectIdentity, 'kind' | 'namespace' | 'name'>): string {
  return namespace === '' ? `${kind}/${name}` : `${kind}/${namespace}/${name}`
}
