import type { ClusterState } from '../cluster-state.ts'
import { objectAt, stringAt, withFields, type JsonObject } from '../json.ts'
import { keyFor } from '../store/object-store.ts'
import { partial } from '../table/partial.ts'
import { tableOf } from '../table/table.ts'
import { inVersion } from '../write/decode.ts'
import { negotiate, type Shape } from './accept.ts'
import { badRequest, expired, notFound } from './errors.ts'
import { jsonResponse, type ApiRequest, type ApiResponse } from './request.ts'
import { selectableFields, parseFieldSelector, parseLabelSelector } from './selectors.ts'
import type { Target } from './target.ts'

export function getObject(cluster: ClusterState, target: Target, request: ApiRequest): ApiResponse {
  const { resource, namespace, name = '' } = target
  const { shape } = negotiate(request.headers['accept'])
  const key = keyFor(resource.namespaced ? namespace : undefined, name)
  const found = cluster.store.get(resource.storageKey, key)
  if (found === undefined) throw notFound(resource, name)
  const object = inVersion(found, resource.apiVersion)
  return jsonResponse(200, JSON.stringify(shaped(object, shape, { cluster, target, request })))
}

interface Shaping {
  readonly cluster: ClusterState
  readonly target: Target
  readonly request: ApiRequest
}

/** An object in the form that was asked for. */
export function shaped(
  object: JsonObject,
  shape: Shape,
  { cluster, target, request }: Shaping,
): JsonObject {
  switch (shape) {
    case 'table': {
      const metadata = { resourceVersion: objectAt(object, 'metadata')['resourceVersion'] ?? '' }
      return tableOf(target.resource, [object], { metadata, ...tableOptions(cluster, request) })
    }
    case 'partial':
      return partial(object)
    default:
      return object
  }
}

export function tableOptions(
  cluster: ClusterState,
  request: ApiRequest,
): { readonly now: number; readonly includeObject: string } {
  return {
    now: cluster.clock.now(),
    includeObject: request.query.get('includeObject') ?? 'Metadata',
  }
}

/** Does a request select an object? By namespace, name, labels and fields. */
export function selectionOf(target: Target, request: ApiRequest): (object: JsonObject) => boolean {
  const { resource, namespace } = target
  const byLabels = parseLabelSelector(request.query.get('labelSelector') ?? '')
  const byFields = parseFieldSelector(
    request.query.get('fieldSelector') ?? '',
    selectableFields(resource.storageKey),
  )
  return (object) => {
    const metadata = objectAt(object, 'metadata')
    if (namespace !== '' && metadata['namespace'] !== namespace) return false
    return byLabels(objectAt(metadata, 'labels')) && byFields(object)
  }
}

export function listObjects(
  cluster: ClusterState,
  target: Target,
  request: ApiRequest,
): ApiResponse {
  const { shape } = negotiate(request.headers['accept'])
  const page = readPage(cluster, target, request)
  const metadata: JsonObject = {
    resourceVersion: String(page.version),
    ...(page.next === undefined ? emptyToken(target, shape) : { continue: page.next }),
    ...(page.remaining === undefined ? {} : { remainingItemCount: page.remaining }),
  }
  const { resource } = target
  if (shape === 'table') {
    const table = tableOf(resource, page.items, { metadata, ...tableOptions(cluster, request) })
    return jsonResponse(200, JSON.stringify(table))
  }
  const isPartial = shape === 'partial'
  const items = isPartial ? page.items.map(partial) : page.items.map(withoutType)
  const kind = isPartial ? 'PartialObjectMetadataList' : resource.listKind
  const apiVersion = isPartial ? 'meta.k8s.io/v1' : resource.apiVersion
  // Custom resources keep their type in a list; built-in kinds do not.
  const shown = isPartial || resource.custom === undefined ? items : page.items
  return jsonResponse(200, JSON.stringify({ kind, apiVersion, metadata, items: shown }))
}

/** An item of a list of a built-in kind does not repeat its type. */
export function withoutType(object: JsonObject): JsonObject {
  return withFields(object, { apiVersion: undefined, kind: undefined })
}

/** The lists of custom resources say that there is no more; those of built-in kinds say nothing. */
function emptyToken({ resource }: Target, shape: Shape): JsonObject {
  return resource.custom === undefined || shape !== 'object' ? {} : { continue: '' }
}

interface Page {
  readonly items: readonly JsonObject[]
  readonly version: number
  readonly next: string | undefined
  readonly remaining: number | undefined
}

const LIMIT_MAX = 1_000_000 // More objects than any sandbox holds: no limit at all.

function readPage(cluster: ClusterState, target: Target, request: ApiRequest): Page {
  const { query } = request
  const token = query.get('continue') ?? ''
  const from = token === '' ? undefined : decodeToken(token)
  const limit = limitOf(query)
  const version = from?.version ?? cluster.store.version
  const selects = selectionOf(target, request)
  const all = stateAt(cluster, target, version).filter(([, object]) => selects(object))
  const rest = from === undefined ? all : all.filter(([key]) => key > from.key)
  const page = rest.slice(0, limit)
  const items = page.map(([, object]) => inVersion(object, target.resource.apiVersion))
  const last = page.at(-1)?.[0]
  if (rest.length === page.length || last === undefined) {
    return { items, version, next: undefined, remaining: undefined }
  }
  // What a selector would leave out is not counted, so that with one nothing is said.
  const remaining = isSelective(query) ? undefined : rest.length - page.length
  return { items, version, next: encodeToken({ version, key: last }), remaining }
}

function limitOf(query: URLSearchParams): number {
  const limit = Number(query.get('limit') ?? '0')
  if (Number.isInteger(limit) && limit >= 0) return limit === 0 ? LIMIT_MAX : limit
  throw badRequest(`invalid limit ${query.get('limit') ?? ''}`)
}

function isSelective(query: URLSearchParams): boolean {
  return ['labelSelector', 'fieldSelector'].some((name) => (query.get(name) ?? '') !== '')
}

/** The objects as they were at a version, sorted by key: a list in pages is of one moment. */
function stateAt(
  cluster: ClusterState,
  { resource, namespace }: Target,
  version: number,
): readonly (readonly [string, JsonObject])[] {
  const { store } = cluster
  const prefix = resource.namespaced && namespace !== '' ? `${namespace}/` : ''
  const now = store
    .keys(resource.storageKey, prefix)
    .map((key) => [key, store.get(resource.storageKey, key) ?? {}] as const)
  if (version === store.version) return now
  const later = store.since(version, resource.storageKey)
  if (later === undefined) throw expired(TOO_OLD)
  const objects = new Map(now)
  for (const event of later.toReversed()) {
    const metadata = objectAt(event.object, 'metadata')
    const key = keyFor(stringAt(metadata, 'namespace'), stringAt(metadata, 'name') ?? '')
    if (event.previous === undefined) objects.delete(key)
    else objects.set(key, event.previous)
  }
  return [...objects].toSorted(([left], [right]) => (left < right ? -1 : 1))
}

const TOO_OLD =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.'

interface Token {
  readonly version: number
  readonly key: string
}

function encodeToken({ version, key }: Token): string {
  const json = JSON.stringify({ v: 'meta.k8s.io/v1', rv: version, start: key })
  return Buffer.from(json).toString('base64url')
}

function decodeToken(token: string): Token {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString())
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Its parts are checked below.
    const parts = value as JsonObject
    const [version, key] = [parts['rv'], parts['start']]
    if (typeof version === 'number' && typeof key === 'string') return { version, key }
  } catch {
    // It is no token of ours; said below.
  }
  throw badRequest('continue key is not valid')
}
