import { type KindRef, listAt, textAt, valueAt, type WireValue } from './kube-object.ts'
import type { Wire } from './wire.ts'

/** One kind in one version, as an API server serves it. */
export interface Resource extends KindRef {
  /** The name in paths: `deployments`. */
  readonly plural: string
  readonly scope: 'namespaced' | 'cluster'
  readonly verbs: readonly string[]
}

/** All kinds that an API server serves, and the version that it prefers of each group. */
export interface Resources {
  readonly find: (kind: KindRef) => Resource | undefined
  /** The resource of a group and kind in the preferred version, else in any. */
  readonly preferred: (group: string, kind: string) => Resource | undefined
  readonly all: readonly Resource[]
}

const AGGREGATED =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json'
const GROUPS_MAX = 1_000 // Of a server without aggregated discovery; each costs one request a version.

/**
 * Asks an API server what it serves: two requests to a server with aggregated discovery (Kubernetes 1.26 and newer),
 * else one more for each group version. A group whose own server is down is left out, as kubectl does.
 */
export async function discover(wire: Wire, signal: AbortSignal): Promise<Resources> {
  const [core, groups] = await Promise.all([ask(wire, '/api', signal), ask(wire, '/apis', signal)])
  const lists = await Promise.all([
    resourcesIn(wire, core, signal),
    resourcesIn(wire, groups, signal),
  ])
  return resourcesOf(lists.flat())
}

function resourcesOf(all: readonly Resource[]): Resources {
  const byKind = new Map<string, Resource>()
  const preferred = new Map<string, Resource>()
  for (const resource of all) {
    const { group, version, kind } = resource
    byKind.set(`${group}/${version}/${kind}`, resource)
    const key = `${group}/${kind}`
    if (!preferred.has(key)) preferred.set(key, resource) // Versions are listed best first.
  }
  return {
    find: ({ group, version, kind }) => byKind.get(`${group}/${version}/${kind}`),
    preferred: (group, kind) => preferred.get(`${group}/${kind}`),
    all,
  }
}

async function ask(wire: Wire, path: string, signal: AbortSignal): Promise<WireValue> {
  const answer = await wire.send(
    { verb: 'discover', method: 'GET', path, accept: AGGREGATED, doing: `discover ${path}` },
    signal,
  )
  const value: WireValue = answer.status === 200 ? JSON.parse(answer.text) : null
  return value
}

async function resourcesIn(
  wire: Wire,
  answer: WireValue,
  signal: AbortSignal,
): Promise<readonly Resource[]> {
  if (textAt(answer, 'kind') === 'APIGroupDiscoveryList')
    return listAt(answer, 'items').flatMap(resourcesOfGroup)
  const paths = groupVersionPaths(answer).slice(0, GROUPS_MAX)
  const lists: Resource[] = []
  for (const { path, group, version } of paths) {
    const list = await ask(wire, path, signal)
    lists.push(...listAt(list, 'resources').flatMap((entry) => resourceOf(entry, group, version)))
  }
  return lists
}

/** Aggregated: every version with its resources, best version first. */
function resourcesOfGroup(item: WireValue): readonly Resource[] {
  const group = textAt(item, 'metadata', 'name')
  return listAt(item, 'versions').flatMap((entry) => {
    const version = textAt(entry, 'version')
    return listAt(entry, 'resources').flatMap((resource): readonly Resource[] => {
      const kind = textAt(resource, 'responseKind', 'kind')
      const plural = textAt(resource, 'resource')
      if (kind === '' || plural === '') return []
      const scope = textAt(resource, 'scope') === 'Namespaced' ? 'namespaced' : 'cluster'
      return [{ group, version, kind, plural, scope, verbs: texts(resource, 'verbs') }]
    })
  })
}

function groupVersionPaths(
  answer: WireValue,
): readonly { readonly path: string; readonly group: string; readonly version: string }[] {
  const core = listAt(answer, 'versions').filter((version) => typeof version === 'string')
  if (core.length > 0)
    return core.map((version) => ({ path: `/api/${version}`, group: '', version }))
  return listAt(answer, 'groups').flatMap((entry) => {
    const group = textAt(entry, 'name')
    const best = textAt(entry, 'preferredVersion', 'version')
    const versions = listAt(entry, 'versions').map((version) => textAt(version, 'version'))
    const ordered = [best, ...versions.filter((version) => version !== best)].filter(Boolean)
    return ordered.map((version) => ({ path: `/apis/${group}/${version}`, group, version }))
  })
}

function resourceOf(entry: WireValue, group: string, version: string): readonly Resource[] {
  const plural = textAt(entry, 'name')
  const kind = textAt(entry, 'kind')
  if (plural === '' || kind === '' || plural.includes('/')) return [] // With a slash: a subresource.
  const scope = valueAt(entry, 'namespaced') === true ? 'namespaced' : 'cluster'
  return [{ group, version, kind, plural, scope, verbs: texts(entry, 'verbs') }]
}

function texts(value: WireValue, key: string): readonly string[] {
  return listAt(value, key).filter((item) => typeof item === 'string')
}
