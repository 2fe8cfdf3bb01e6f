import type { ClusterState } from '../cluster-state.ts'
import { isObject, objectAt, stringAt, type Json, type JsonObject } from '../json.ts'
import { applyJsonPatch, OPERATIONS_MAX, PatchError } from '../patch/json-patch.ts'
import { applyMergePatch } from '../patch/merge-patch.ts'
import { applyStrategicMerge } from '../patch/strategic-merge.ts'
import { parseBody } from '../write/decode.ts'
import { parseApplyBody } from '../write/parse-apply.ts'
import { writeOptions, type WriteOptions } from '../write/options.ts'
import { existingObject, findObject, type WriteTarget } from '../write/store-object.ts'
import { applyObject, createObject, replaceObject } from '../write/write-object.ts'
import { negotiate } from './accept.ts'
import { ApiError, badRequest, invalidObject, notFound } from './errors.ts'
import { shaped } from './read.ts'
import { jsonResponse, type ApiRequest, type ApiResponse } from './request.ts'
import type { Target } from './target.ts'

export function postObject(
  cluster: ClusterState,
  target: Target,
  request: ApiRequest,
): ApiResponse {
  const answer = answerer(cluster, target, request)
  requireJson(request)
  const options = writeOptions(request, '')
  const object = createObject(
    writeTarget(cluster, target, request),
    parseBody(request.body),
    options,
  )
  return answer(201, object, options)
}

export function putObject(cluster: ClusterState, target: Target, request: ApiRequest): ApiResponse {
  const answer = answerer(cluster, target, request)
  requireJson(request)
  const options = writeOptions(request, statusOf(target))
  const place = writeTarget(cluster, target, request)
  const input = parseBody(request.body)
  const existing = existingObject(place, target.name ?? '')
  return answer(200, replaceObject(place, existing, input, options), options)
}

export function patchObject(
  cluster: ClusterState,
  target: Target,
  request: ApiRequest,
): ApiResponse {
  const answer = answerer(cluster, target, request)
  const type = contentType(request)
  const options = writeOptions(request, statusOf(target))
  const place = writeTarget(cluster, target, request)
  if (type === 'application/apply-patch+yaml')
    return applyPatch(place, target, { request, options, answer })
  const name = target.name ?? ''
  const existing = existingObject(place, name)
  const patched = patchedObject(place, existing, { type, body: request.body })
  return answer(200, replaceObject(place, existing, patched, options), options)
}

interface Apply {
  readonly request: ApiRequest
  readonly options: WriteOptions
  readonly answer: Answer
}

function applyPatch(
  place: WriteTarget,
  target: Target,
  { request, options, answer }: Apply,
): ApiResponse {
  if ((request.query.get('fieldManager') ?? '') === '') {
    const subject = { group: 'meta.k8s.io', resource: '', kind: 'PatchOptions' }
    const message = 'Required value: is required for apply patch'
    throw invalidObject(subject, '', [
      { field: 'fieldManager', reason: 'FieldValueRequired', message },
    ])
  }
  const name = target.name ?? ''
  const existing = findObject(place, name)
  if (existing === undefined && target.subresource !== undefined)
    throw notFound(place.resource, name)
  const config = parseApplyBody(request.body, options)
  const conflicts = request.query.get('force') === 'true' ? 'force' : 'refuse'
  const { object, created } = applyObject(place, existing, { name, config, conflicts }, options)
  return answer(created ? 201 : 200, object, options)
}

interface Patch {
  readonly type: string
  readonly body: string
}

function patchedObject(
  place: WriteTarget,
  existing: JsonObject,
  { type, body }: Patch,
): JsonObject {
  const patched = patchOrRefuse(type, () => patchedValue(place, existing, { type, body }))
  if (!isObject(patched)) throw badRequest('the patched object is not an object')
  return patched
}

function patchedValue(place: WriteTarget, existing: JsonObject, { type, body }: Patch): Json {
  switch (type) {
    case 'application/json-patch+json': {
      const patch = parseAny(body)
      if (Array.isArray(patch) && patch.length > OPERATIONS_MAX) {
        const limit = `The allowed maximum operations in a JSON patch is ${OPERATIONS_MAX}, got ${patch.length}`
        throw new ApiError(413, 'RequestEntityTooLarge', limit)
      }
      return applyJsonPatch(existing, patch)
    }
    case 'application/merge-patch+json':
      return applyMergePatch(existing, parseBody(body))
    case 'application/strategic-merge-patch+json':
      if (place.resource.custom !== undefined) throw unsupportedPatch(CUSTOM_PATCHES)
      return applyStrategicMerge(existing, parseBody(body), place.resource.schema)
    default:
      throw unsupportedPatch(PATCHES)
  }
}

const CUSTOM_PATCHES: readonly string[] = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/apply-patch+yaml',
]
const PATCHES: readonly string[] = [...CUSTOM_PATCHES, 'application/strategic-merge-patch+json']

function unsupportedPatch(types: readonly string[]): ApiError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${types.join(', ')}`
  return new ApiError(415, 'UnsupportedMediaType', message, {})
}

function patchOrRefuse(type: string, patch: () => Json): Json {
  try {
    return patch()
  } catch (error) {
    if (!(error instanceof PatchError)) throw error
    if (error.kind === 'malformed') throw badRequest(error.message)
    // A strategic merge patch that does not fit is an internal error, in the API server's eyes.
    if (type === 'application/strategic-merge-patch+json')
      throw new ApiError(500, '', error.message)
    throw new ApiError(
      422,
      'Invalid',
      `the server rejected our request due to an error in our request: ${error.message}`,
      {},
    )
  }
}

function parseAny(body: string): Json {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- JSON.parse gives nothing but Json.
    return JSON.parse(body) as Json
  } catch (error) {
    throw badRequest(
      `error decoding patch: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

type Answer = (status: number, object: JsonObject, options: WriteOptions) => ApiResponse

/** The answer to a write has the form that was asked for; a form that is not served is refused beforehand. */
function answerer(cluster: ClusterState, target: Target, request: ApiRequest): Answer {
  const { shape } = negotiate(request.headers['accept'])
  return (status, object, options) =>
    jsonResponse(
      status,
      JSON.stringify(shaped(object, shape, { cluster, target, request })),
      options.warnings,
    )
}

/** A POST to all namespaces takes the namespace of the object, or is refused. */
function writeTarget(cluster: ClusterState, target: Target, request: ApiRequest): WriteTarget {
  const { resource, namespace } = target
  if (!resource.namespaced || namespace !== '') return { cluster, resource, namespace }
  const given = stringAt(objectAt(parseBody(request.body), 'metadata'), 'namespace') ?? ''
  if (given === '') throw badRequest('an empty namespace may not be set during creation')
  return { cluster, resource, namespace: given }
}

function statusOf(target: Target): '' | 'status' {
  return target.subresource === 'status' ? 'status' : ''
}

function contentType(request: ApiRequest): string {
  return (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? ''
}

function requireJson(request: ApiRequest): void {
  const type = contentType(request)
  if (type === '' || type === 'application/json') return
  const message =
    'the body of the request was in an unknown format - accepted media types include: application/json'
  throw new ApiError(415, 'UnsupportedMediaType', message, {})
}
