import type { ClusterState } from '../cluster-state.ts'
import {
  isObject,
  numberAt,
  objectAt,
  stringAt,
  withFields,
  textOf,
  type JsonObject,
} from '../json.ts'
import { applyMergePatch } from '../patch/merge-patch.ts'
import { parseBody } from '../write/decode.ts'
import { writeOptions } from '../write/options.ts'
import { existingObject } from '../write/store-object.ts'
import { replaceObject } from '../write/write-object.ts'
import { ApiError, badRequest, conflict, methodNotAllowed, MODIFIED } from './errors.ts'
import { jsonResponse, type ApiRequest, type ApiResponse } from './request.ts'
import type { Target } from './target.ts'

/** The `scale` subresource of Deployments, ReplicaSets and StatefulSets. */
export function handleScale(
  cluster: ClusterState,
  target: Target,
  request: ApiRequest,
): ApiResponse {
  const { resource, namespace, name = '' } = target
  if (resource.custom !== undefined) {
    const message = 'the sandbox serves the scale subresource for built-in kinds only'
    throw new ApiError(404, 'NotFound', message, {})
  }
  const place = { cluster, resource, namespace }
  const existing = existingObject(place, name)
  if (request.method === 'GET') return jsonResponse(200, JSON.stringify(scaleOf(existing)))
  const options = writeOptions(request, 'scale')
  const changed = changedScale(scaleOf(existing), request)
  const version = stringAt(objectAt(changed, 'metadata'), 'resourceVersion') ?? ''
  if (version !== '' && version !== stringAt(objectAt(existing, 'metadata'), 'resourceVersion')) {
    throw conflict(resource, name, MODIFIED)
  }
  const replicas = numberAt(objectAt(changed, 'spec'), 'replicas') ?? 0
  const spec = withFields(objectAt(existing, 'spec'), { replicas })
  const next = replaceObject(place, existing, withFields(existing, { spec }), options)
  return jsonResponse(200, JSON.stringify(scaleOf(next)), options.warnings)
}

function changedScale(scale: JsonObject, request: ApiRequest): JsonObject {
  const body = parseBody(request.body)
  if (request.method === 'PUT') return body
  if (request.method !== 'PATCH') throw methodNotAllowed()
  const patched = applyMergePatch(scale, body)
  if (!isObject(patched)) throw badRequest('the patched scale is not an object')
  return patched
}

function scaleOf(object: JsonObject): JsonObject {
  const metadata = objectAt(object, 'metadata')
  const spec = objectAt(object, 'spec')
  const labels = objectAt(objectAt(spec, 'selector'), 'matchLabels')
  const selector = Object.entries(labels).map(([key, value]) => `${key}=${textOf(value)}`)
  const kept = ['name', 'namespace', 'uid', 'resourceVersion', 'creationTimestamp']
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: Object.fromEntries(kept.map((key) => [key, metadata[key] ?? ''])),
    spec: { replicas: numberAt(spec, 'replicas') ?? 0 },
    status: {
      replicas: numberAt(objectAt(object, 'status'), 'replicas') ?? 0,
      selector: selector.toSorted().join(','),
    },
  }
}
