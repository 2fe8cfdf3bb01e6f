import type { ClusterState } from '../cluster-state.ts'
import { noSuchResource } from '../api/errors.ts'
import { notAcceptable } from '../api/accept.ts'
import { jsonResponse, type ApiRequest, type ApiResponse } from '../api/request.ts'
import { objectAt, withFields, type Json, type JsonObject, type MutableObject } from '../json.ts'
import { recorded } from '../schema/load.ts'
import { schemaOf } from '../custom/structural.ts'
import { builtinDefinitions, definitionName, metaReference } from './definitions.ts'
import type { Resource } from '../store/resource.ts'

/**
 * `/openapi/v3` and its documents, and `/openapi/v2`: types, and which parameters a patch takes. Descriptions are
 * left out: the sandbox records the shape of types only.
 */
export function openapi(cluster: ClusterState, request: ApiRequest): ApiResponse {
  if (!takesJson(request)) throw notAcceptable()
  const { path } = request
  if (path === '/openapi/v2')
    return jsonResponse(
      200,
      cached(cluster, 'v2', () => swagger(cluster)),
    )
  if (path === '/openapi/v3') return jsonResponse(200, JSON.stringify(index(cluster, request)))
  const groupPath = path.slice('/openapi/v3/'.length)
  const resources = cluster.registry.all().filter((resource) => pathOf(resource) === groupPath)
  if (resources.length === 0) throw noSuchResource()
  return jsonResponse(
    200,
    cached(cluster, groupPath, () => JSON.stringify(document(resources))),
  )
}

/** kubectl asks for protobuf first and takes JSON; who takes nothing else is refused. */
function takesJson(request: ApiRequest): boolean {
  const accept = request.headers['accept'] ?? ''
  return accept === '' || accept.includes('json') || accept.includes('*/*')
}

interface Cache {
  readonly generation: number
  readonly texts: Map<string, string>
}

const caches = new WeakMap<ClusterState, Cache>()

function cached(cluster: ClusterState, key: string, make: () => string): string {
  const { generation } = cluster.registry
  let cache = caches.get(cluster)
  if (cache === undefined || cache.generation !== generation) {
    cache = { generation, texts: new Map() }
    caches.set(cluster, cache)
  }
  const found = cache.texts.get(key) ?? make()
  cache.texts.set(key, found)
  return found
}

function pathOf({ group, apiVersion }: Resource): string {
  return group === '' ? `api/${apiVersion}` : `apis/${apiVersion}`
}

function index(cluster: ClusterState, { base = '' }: ApiRequest): JsonObject {
  const paths: MutableObject = {}
  for (const path of new Set(cluster.registry.all().map(pathOf))) {
    const hash = `${recorded().version}-${cluster.registry.generation}`
    paths[path] = { serverRelativeURL: `${base}/openapi/v3/${path}?hash=${hash}` }
  }
  return { paths }
}

function info(): JsonObject {
  return { title: 'Kubernetes', version: recorded().version }
}

function document(resources: readonly Resource[]): JsonObject {
  const schemas: MutableObject = {
    ...builtinDefinitions(resources, '#/components/schemas/'),
    ...customDefinitions(resources, '#/components/schemas/'),
  }
  return { openapi: '3.0.0', info: info(), paths: pathsOf(resources, 3), components: { schemas } }
}

function swagger(cluster: ClusterState): string {
  const resources = cluster.registry.all()
  const definitions = {
    ...builtinDefinitions(resources, '#/definitions/'),
    ...customDefinitions(resources, '#/definitions/'),
  }
  return JSON.stringify({ swagger: '2.0', info: info(), paths: pathsOf(resources, 2), definitions })
}

function customDefinitions(resources: readonly Resource[], prefix: string): MutableObject {
  const out: MutableObject = {}
  for (const resource of resources) {
    if (resource.custom === undefined) continue
    const schema = schemaOf(resource.custom) ?? { type: 'object' }
    const { group, version, kind } = resource
    const properties: Json = {
      ...objectAt(schema, 'properties'),
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: metaReference(prefix),
    }
    out[definitionName(resource)] = withFields(schema, {
      properties,
      'x-kubernetes-group-version-kind': [{ group, version, kind }],
    })
  }
  return out
}

const PATCH_PARAMETERS: readonly string[] = ['dryRun', 'fieldManager', 'fieldValidation', 'force']

/** Only what clients look for: that a kind can be patched with fieldValidation and dryRun. */
function pathsOf(resources: readonly Resource[], version: 2 | 3): JsonObject {
  const out: MutableObject = {}
  for (const resource of resources) {
    const scope = resource.namespaced ? 'namespaces/{namespace}/' : ''
    const path = `/${pathOf(resource)}/${scope}${resource.resource}/{name}`
    const { group, version: of, kind } = resource
    const parameters = PATCH_PARAMETERS.map((name) => parameterOf(name, version))
    const operation = {
      parameters,
      responses: { '200': { description: 'OK' } },
      'x-kubernetes-group-version-kind': { group, version: of, kind },
    }
    out[path] = {
      get: { ...operation, parameters: [], 'x-kubernetes-action': 'get' },
      patch: { ...operation, 'x-kubernetes-action': 'patch' },
    }
  }
  return out
}

/** A parameter of a URL, which holds its type itself in version 2, and in a schema in version 3. */
function parameterOf(name: string, version: 2 | 3): JsonObject {
  const type = name === 'force' ? 'boolean' : 'string'
  if (version === 2) return { name, in: 'query', type, uniqueItems: true }
  return { name, in: 'query', schema: { type, uniqueItems: true } }
}
