import { AssertionError } from '@tidemark/kernel'
import type { ClusterState } from '../cluster-state.ts'
import { discovery } from '../discovery/discovery.ts'
import { openapi } from '../discovery/openapi.ts'
import { recorded } from '../schema/load.ts'
import { deleteMany, deleteOne } from './delete.ts'
import { ApiError, methodNotAllowed, noSuchResource } from './errors.ts'
import { getObject, listObjects } from './read.ts'
import { jsonResponse, type ApiRequest, type ApiResponse } from './request.ts'
import { handleScale } from './scale.ts'
import { parseTarget, type Target } from './target.ts'
import { watchObjects } from './watch.ts'
import { patchObject, postObject, putObject } from './write.ts'

/** Answers one request to a cluster. It never throws: what is refused is a `Status`. */
export function handleRequest(cluster: ClusterState, request: ApiRequest): ApiResponse {
  return answerOrStatus(() => route(cluster, request))
}

function answerOrStatus(answer: () => ApiResponse): ApiResponse {
  try {
    return answer()
  } catch (error) {
    if (error instanceof ApiError) return statusResponse(error)
    if (error instanceof AssertionError) throw error
    const why = error instanceof Error ? error.message : String(error)
    return statusResponse(new ApiError(500, 'InternalError', `Internal error occurred: ${why}`))
  }
}

export function statusResponse(error: ApiError): ApiResponse {
  return jsonResponse(error.code, JSON.stringify(error.status()))
}

function route(cluster: ClusterState, request: ApiRequest): ApiResponse {
  const { path } = request
  if (path === '/version') return get(request, () => jsonResponse(200, versionJson()))
  if (path === '/livez' || path === '/readyz' || path === '/healthz') {
    return get(request, () => ({
      status: 200,
      headers: { 'content-type': 'text/plain' },
      body: 'ok',
    }))
  }
  if (path.startsWith('/openapi/')) return get(request, () => openapi(cluster, request))
  const depth = path.split('/').filter((part) => part !== '').length
  if (isDiscovery(path, depth)) return get(request, () => discovery(cluster, request))
  if (path.startsWith('/api/') || path.startsWith('/apis/')) {
    return handleResource(cluster, parseTarget(cluster, path), request)
  }
  throw noSuchPath()
}

function isDiscovery(path: string, depth: number): boolean {
  if (path === '/api' || path.startsWith('/api/')) return depth <= 2
  return (path === '/apis' || path.startsWith('/apis/')) && depth <= 3
}

function get(request: ApiRequest, answer: () => ApiResponse): ApiResponse {
  if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed()
  return answer()
}

function noSuchPath(): ApiError {
  return noSuchResource()
}

function versionJson(): string {
  const { version } = recorded()
  const [, major = '1', minor = '0'] = /^v(\d+)\.(\d+)/.exec(version) ?? []
  return JSON.stringify({
    major,
    minor,
    gitVersion: version,
    gitCommit: '',
    gitTreeState: 'archive',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: 'none',
    compiler: 'none',
    platform: 'tidemark/sandbox',
  })
}

function handleResource(cluster: ClusterState, target: Target, request: ApiRequest): ApiResponse {
  const { name, subresource, resource } = target
  if (subresource === 'scale' && resource.subresources.has('scale')) {
    return handleScale(cluster, target, request)
  }
  if (
    subresource !== undefined &&
    (subresource !== 'status' || !resource.subresources.has('status'))
  ) {
    throw noSuchResource()
  }
  const answer = (): ApiResponse =>
    name === undefined
      ? handleCollection(cluster, target, request)
      : handleObject(cluster, target, request)
  return resource.storageKey === '/endpoints' ? deprecated(answer) : answer()
}

/** Whoever uses Endpoints is told that they are deprecated, refused or not. */
function deprecated(answer: () => ApiResponse): ApiResponse {
  const response = answerOrStatus(answer)
  const warning =
    '299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"'
  return { ...response, headers: { ...response.headers, warning } }
}

function handleCollection(cluster: ClusterState, target: Target, request: ApiRequest): ApiResponse {
  switch (request.method) {
    case 'GET': {
      const watch = request.query.get('watch')
      const isWatch = watch === 'true' || watch === '1'
      return isWatch
        ? watchObjects(cluster, target, request)
        : listObjects(cluster, target, request)
    }
    case 'POST':
      return postObject(cluster, target, request)
    case 'DELETE':
      return deleteMany(cluster, target, request)
    default:
      throw methodNotAllowed()
  }
}

function handleObject(cluster: ClusterState, target: Target, request: ApiRequest): ApiResponse {
  switch (request.method) {
    case 'GET':
      return getObject(cluster, target, request)
    case 'PUT':
      return putObject(cluster, target, request)
    case 'PATCH':
      return patchObject(cluster, target, request)
    case 'DELETE':
      if (target.subresource !== undefined) throw methodNotAllowed()
      return deleteOne(cluster, target, request)
    default:
      throw methodNotAllowed()
  }
}
