import type { ClusterState } from '../cluster-state.ts'
import type { Resource } from '../store/resource.ts'
import { noSuchResource } from './errors.ts'

/** What a path under `/api` or `/apis` names. */
export interface Target {
  readonly resource: Resource
  /** Empty for all namespaces, and for what is in none. */
  readonly namespace: string
  readonly name: string | undefined
  readonly subresource: string | undefined
}

/**
 * Reads a resource path: `/apis/apps/v1/namespaces/shop/deployments/web/status`.
 *
 * @throws ApiError 404 for what is not served.
 */
export function parseTarget(cluster: ClusterState, path: string): Target {
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map(decodePart)
  const isCore = parts[0] === 'api'
  const group = isCore ? '' : (parts[1] ?? '')
  const version = parts[isCore ? 1 : 2] ?? ''
  const rest = parts.slice(isCore ? 2 : 3)
  const find = (plural: string | undefined): Resource | undefined =>
    plural === undefined ? undefined : cluster.registry.find(group, version, plural)
  // `/namespaces/NAME/RESOURCE` is inside a namespace; `/namespaces/NAME[/status]` is the namespace itself.
  const scoped = rest[0] === 'namespaces' ? find(rest[2]) : undefined
  if (scoped !== undefined && rest[1] !== undefined) {
    if (!scoped.namespaced) throw noSuchResource()
    return targetOf(scoped, rest[1], rest.slice(3))
  }
  const resource = find(rest[0])
  if (resource === undefined) throw noSuchResource()
  if (resource.namespaced && rest.length > 1) throw noSuchResource()
  return targetOf(resource, '', rest.slice(1))
}

function targetOf(resource: Resource, namespace: string, rest: readonly string[]): Target {
  const [name, subresource] = rest
  if (rest.length > 2) throw noSuchResource()
  return { resource, namespace, name, subresource }
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw noSuchResource()
  }
}
