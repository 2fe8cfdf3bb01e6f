import type { ClusterState } from '../cluster-state.ts'
import { objectAt, stringAt, type JsonObject } from '../json.ts'
import { keyFor } from '../store/object-store.ts'
import { parseBody } from '../write/decode.ts'
import { deleteObject, deleteOptions, type DeleteOptions } from '../write/delete-object.ts'
import { isDryRun } from '../write/options.ts'
import { existingObject } from '../write/store-object.ts'
import { selectionOf } from './read.ts'
import { jsonResponse, type ApiRequest, type ApiResponse } from './request.ts'
import type { Target } from './target.ts'
import { inVersion } from '../write/decode.ts'

export function deleteOne(cluster: ClusterState, target: Target, request: ApiRequest): ApiResponse {
  const { resource, namespace, name = '' } = target
  const place = { cluster, resource, namespace }
  const existing = existingObject(place, name)
  const { object, removed } = deleteObject(place, existing, optionsOf(request))
  // Pods and namespaces are answered with themselves: their end takes time in a real cluster.
  const showsObject = !removed || resource.storageKey === '/pods'
  return jsonResponse(200, JSON.stringify(showsObject ? object : success(target, object)))
}

function success({ resource, name = '' }: Target, object: JsonObject): JsonObject {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name,
      ...(resource.group === '' ? {} : { group: resource.group }),
      kind: resource.resource,
      uid: stringAt(objectAt(object, 'metadata'), 'uid') ?? '',
    },
  }
}

/** Deletes what a request selects, and answers with the list of it. */
export function deleteMany(
  cluster: ClusterState,
  target: Target,
  request: ApiRequest,
): ApiResponse {
  const { resource, namespace } = target
  const options = optionsOf(request)
  const selects = selectionOf(target, request)
  const version = String(cluster.store.version)
  const items = cluster.store
    .keys(resource.storageKey, namespace === '' ? '' : keyFor(namespace, ''))
    .map((key) => cluster.store.get(resource.storageKey, key) ?? {})
    .filter(selects)
    .map(
      (object) =>
        deleteObject(
          { cluster, resource, namespace },
          inVersion(object, resource.apiVersion),
          options,
        ).object,
    )
  const { listKind: kind, apiVersion } = resource
  return jsonResponse(
    200,
    JSON.stringify({ kind, apiVersion, metadata: { resourceVersion: version }, items }),
  )
}

function optionsOf(request: ApiRequest): DeleteOptions {
  const body = request.body.trim() === '' ? {} : parseBody(request.body)
  return deleteOptions(body, request.query, isDryRun(request.query))
}
