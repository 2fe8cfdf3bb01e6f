import type { ClusterState } from '../cluster-state.ts'
import { noSuchResource } from '../api/errors.ts'
import { jsonResponse, type ApiRequest, type ApiResponse } from '../api/request.ts'
import type { Json, JsonObject } from '../json.ts'
import type { Resource } from '../store/resource.ts'

const AGGREGATED = 'g=apidiscovery.k8s.io'

/** `/api`, `/apis` and the documents of groups and versions; the first two aggregated where that is asked for. */
export function discovery(cluster: ClusterState, request: ApiRequest): ApiResponse {
  const parts = request.path.split('/').filter((part) => part !== '')
  const isCore = parts[0] === 'api'
  const resources = cluster.registry.all().filter(({ group }) => (group === '') === isCore)
  if (parts.length === 1) return root(resources, isCore, request)
  if (isCore) return jsonResponse(200, JSON.stringify(resourceList(resources, parts[1] ?? '')))
  const [, group = '', version] = parts
  const served = resources.filter((resource) => resource.group === group)
  if (served.length === 0) throw noSuchResource()
  const document =
    version === undefined
      ? { kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(group, served) }
      : resourceList(served, `${group}/${version}`)
  return jsonResponse(200, JSON.stringify(document))
}

function root(resources: readonly Resource[], isCore: boolean, request: ApiRequest): ApiResponse {
  if (wantsAggregated(request)) {
    const answer = jsonResponse(200, JSON.stringify(aggregated(resources)))
    const type = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
    return { ...answer, headers: { ...answer.headers, 'content-type': type } }
  }
  const document = isCore
    ? { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] }
    : {
        kind: 'APIGroupList',
        apiVersion: 'v1',
        groups: groupsOf(resources).map(([name, of]) => apiGroup(name, of)),
      }
  return jsonResponse(200, JSON.stringify(document))
}

function wantsAggregated(request: ApiRequest): boolean {
  const ranges = (request.headers['accept'] ?? '').split(',')
  return ranges.some((range) => range.includes(AGGREGATED) && /;\s*v=v2(;|$)/.test(range.trim()))
}

function groupsOf(
  resources: readonly Resource[],
): readonly (readonly [string, readonly Resource[]])[] {
  const groups = new Map<string, Resource[]>()
  for (const resource of resources) {
    const group = groups.get(resource.group)
    if (group === undefined) groups.set(resource.group, [resource])
    else group.push(resource)
  }
  return [...groups]
}

function versionsOf(resources: readonly Resource[]): readonly string[] {
  return [...new Set(resources.map(({ version }) => version))].toSorted(compareVersions)
}

/** The newest stable version first, as Kubernetes orders versions: v2, v1, v1beta1, v1alpha1. */
function compareVersions(left: string, right: string): number {
  return versionRank(right) - versionRank(left) || (left < right ? -1 : 1)
}

function versionRank(version: string): number {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version)
  if (match === null) return 0
  const [, major = '0', stage, minor = '0'] = match
  const stages: Readonly<Record<string, number>> = { alpha: 1, beta: 2 }
  const rank = stage === undefined ? 3 : (stages[stage] ?? 0)
  return rank * 1_000_000 + Number(major) * 1000 + Number(minor)
}

function apiGroup(name: string, resources: readonly Resource[]): JsonObject {
  const versions = versionsOf(resources).map((version) => ({
    groupVersion: `${name}/${version}`,
    version,
  }))
  return { name, versions, preferredVersion: versions[0] ?? {} }
}

function resourceList(resources: readonly Resource[], groupVersion: string): JsonObject {
  const served = resources.filter(({ apiVersion }) => apiVersion === groupVersion)
  if (served.length === 0) throw noSuchResource()
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion,
    resources: served.flatMap((resource) =>
      [listed(resource)].concat(
        Array.from(resource.subresources, (name) => listedSubresource(resource, name)),
      ),
    ),
  }
}

function listed(resource: Resource): JsonObject {
  return {
    name: resource.resource,
    singularName: resource.singular,
    namespaced: resource.namespaced,
    kind: resource.kind,
    verbs: resource.verbs,
    ...(resource.shortNames.length === 0 ? {} : { shortNames: resource.shortNames }),
    ...(resource.categories.length === 0 ? {} : { categories: resource.categories }),
  }
}

const SUBRESOURCE_VERBS: readonly string[] = ['get', 'patch', 'update']

function listedSubresource(resource: Resource, name: string): JsonObject {
  const isScale = name === 'scale'
  return {
    name: `${resource.resource}/${name}`,
    singularName: '',
    namespaced: resource.namespaced,
    ...(isScale ? { group: 'autoscaling', version: 'v1' } : {}),
    kind: isScale ? 'Scale' : resource.kind,
    verbs: SUBRESOURCE_VERBS,
  }
}

function aggregated(resources: readonly Resource[]): JsonObject {
  const items: Json[] = groupsOf(resources).map(([name, served]) => ({
    metadata: { name: name === '' ? null : name, creationTimestamp: null },
    versions: versionsOf(served).map((version) => ({
      version,
      freshness: 'Current',
      resources: served.filter((resource) => resource.version === version).map(aggregatedResource),
    })),
  }))
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items,
  }
}

function aggregatedResource(resource: Resource): JsonObject {
  const { group, version, kind } = resource
  return {
    resource: resource.resource,
    responseKind: { group, version, kind },
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: resource.singular,
    verbs: resource.verbs,
    ...(resource.shortNames.length === 0 ? {} : { shortNames: resource.shortNames }),
    ...(resource.categories.length === 0 ? {} : { categories: resource.categories }),
    ...(resource.subresources.size === 0
      ? {}
      : {
          subresources: [...resource.subresources].map((name) =>
            aggregatedSubresource(resource, name),
          ),
        }),
  }
}

function aggregatedSubresource({ group, version, kind }: Resource, name: string): JsonObject {
  const scale = { group: 'autoscaling', version: 'v1', kind: 'Scale' }
  return {
    subresource: name,
    responseKind: name === 'scale' ? scale : { group, version, kind },
    verbs: SUBRESOURCE_VERBS,
  }
}
