import type { ClusterState } from '../cluster-state.ts'
import { objectAt, stringAt, type JsonObject } from '../json.ts'
import { keyFor } from '../store/object-store.ts'
import { parseBody } from '../write/decode.ts'
import { deleteObject, deleteOptions, type DeleteOptions } from '../write/delete-object.ts'
import { isDryRun } from '../write/options.ts'
import { existingObject } from '../write/store-object.ts'
import { selectionOf, withoutType } from './read.ts'
import { jsonResponse, type ApiRequest, type ApiResponse } from './request.ts'
import type { Resource } from '../store/resource.ts'
import type { Target } from './target.ts'
import { inVersion } from '../write/decode.ts'

export function deleteOne(cluster: ClusterState, target: Target, request: ApiRequest): ApiResponse {
  const { resource, namespace, name = '' } = target
  const place = { cluster, resource, namespace }
  const existing = existingObject(place, name)
  const options = optionsOf(resource, request)
  const { object, removed } = deleteObject(place, existing, options)
  const showsObject = !removed || SHOWN.has(resource.storageKey)
  return jsonResponse(
    200,
    JSON.stringify(showsObject ? object : success(target, object)),
    options.warnings,
  )
}

/** What the API server answers with itself when it is deleted; of others it says that they are. */
const SHOWN: ReadonlySet<string> = new Set([
  '/pods',
  '/services',
  '/serviceaccounts',
  '/persistentvolumes',
  '/persistentvolumeclaims',
  '/resourcequotas',
  'storage.k8s.io/storageclasses',
])

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
  const options = optionsOf(resource, request)
  const selects = selectionOf(target, request)
  const version = String(cluster.store.version)
  const items = cluster.store
    .keys(resource.storageKey, namespace === '' ? '' : keyFor(namespace, ''))
    .map((key) => cluster.store.get(resource.storageKey, key) ?? {})
    .filter(selects)
    .map((object) => {
      const place = {
        cluster,
        resource,
        namespace: stringAt(objectAt(object, 'metadata'), 'namespace') ?? '',
      }
      const deleted = deleteObject(place, inVersion(object, resource.apiVersion), options).object
      return resource.custom === undefined ? withoutType(deleted) : deleted
    })
  const { listKind: kind, apiVersion } = resource
  return jsonResponse(
    200,
    JSON.stringify({ kind, apiVersion, metadata: { resourceVersion: version }, items }),
  )
}

function optionsOf(resource: Resource, request: ApiRequest): DeleteOptions {
  const body = request.body.trim() === '' ? {} : parseBody(request.body)
  return deleteOptions(body, request.query, { dryRun: isDryRun(request.query), resource })
}
