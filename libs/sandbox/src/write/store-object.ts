import {
  alreadyExists,
  conflict,
  forbiddenRequest,
  invalid,
  invalidObject,
  MODIFIED,
  notFound,
  type FieldError,
} from '../api/errors.ts'
import type { ClusterState } from '../cluster-state.ts'
import { schemaOf } from '../custom/structural.ts'
import { validateCustom } from '../custom/validate-custom.ts'
import { draftOf, ensureAt, type Draft } from '../draft.ts'
import { withoutManagers } from '../fields/managed.ts'
import { equalJson, listAt, objectAt, stringAt, withFields, type JsonObject } from '../json.ts'
import { rulesOf } from '../kinds/rules-table.ts'
import { validateMetadata, validateMetadataUpdate } from '../kinds/validate-metadata.ts'
import { keyFor, keyOf } from '../store/object-store.ts'
import type { Resource } from '../store/resource.ts'
import { inVersion } from './decode.ts'
import { randomSuffix } from './names.ts'
import type { WriteOptions } from './options.ts'

export interface WriteTarget {
  readonly cluster: ClusterState
  readonly resource: Resource
  readonly namespace: string
}

/** `metadata` of a new object: uid, time and a generated name. What a client may not set is gone. */
export function withSystemMetadata(target: WriteTarget, object: JsonObject): JsonObject {
  const { cluster, resource, namespace } = target
  const given = objectAt(object, 'metadata')
  const prefix = stringAt(given, 'generateName') ?? ''
  const name = stringAt(given, 'name') ?? ''
  const isGenerated = name === '' && prefix !== ''
  const metadata = withFields(given, {
    name: isGenerated ? prefix + randomSuffix(cluster.random) : given['name'],
    namespace: resource.namespaced ? namespace : undefined,
    uid: cluster.random.uuid(),
    creationTimestamp: cluster.time(),
    resourceVersion: undefined,
    deletionTimestamp: undefined,
    deletionGracePeriodSeconds: undefined,
    selfLink: undefined,
    generation: undefined,
  })
  return withFields(object, { metadata })
}

/**
 * Stores a new object that was decoded, defaulted and tracked.
 *
 * @throws ApiError when the namespace is missing or ends, the name is taken, or the object breaks rules.
 */
export function storeNew(
  target: WriteTarget,
  object: JsonObject,
  options: WriteOptions,
): JsonObject {
  const { cluster, resource } = target
  const rules = rulesOf(resource.storageKey)
  const draft = draftOf(object)
  const metadata = ensureAt(draft, 'metadata')
  delete metadata['generation']
  if (rules.generation !== undefined || resource.custom !== undefined) metadata['generation'] = 1
  if (resource.subresources.has('status')) clearStatus(draft, resource)
  rules.prepareCreate?.(draft, cluster.tools)
  const name = stringAt(metadata, 'name') ?? ''
  const errors = [
    ...(rules.validate?.(draft) ?? []),
    ...validateBySchema(resource, draft),
    ...validateMetadata(draft, resource),
  ]
  if (errors.length > 0) throw invalidObject(resource, name, errors)
  requireNamespace(target, name)
  if (cluster.store.get(resource.storageKey, keyOf(draft)) !== undefined) {
    throw alreadyExists(resource, name)
  }
  const stored = inVersion(draft, resource.storageVersion)
  if (options.dryRun) return draft
  return inVersion(cluster.store.put(resource.storageKey, stored), resource.apiVersion)
}

function clearStatus(draft: Draft, resource: Resource): void {
  const zero = resource.zero['status']
  if (zero === undefined) delete draft['status']
  else draft['status'] = draftOf(objectAt(resource.zero, 'status'))
}

function validateBySchema(resource: Resource, object: JsonObject): readonly FieldError[] {
  const schema = resource.custom === undefined ? undefined : schemaOf(resource.custom)
  return schema === undefined ? [] : validateCustom(object, schema)
}

function requireNamespace({ cluster, resource, namespace }: WriteTarget, name: string): void {
  if (!resource.namespaced) return
  const found = cluster.store.get('/namespaces', namespace)
  if (found === undefined) {
    const namespaces = { group: '', resource: 'namespaces', kind: 'Namespace' }
    throw notFound(namespaces, namespace)
  }
  if (objectAt(found, 'metadata')['deletionTimestamp'] === undefined) return
  throw forbiddenRequest(
    resource,
    name,
    `unable to create new content in namespace ${namespace} because it is being terminated`,
  )
}

/**
 * Stores a changed object that was decoded, defaulted and tracked. An object that does not change keeps its
 * version.
 *
 * @throws ApiError when another write came between, or the object breaks rules.
 */
export function storeChanged(
  target: WriteTarget,
  existing: JsonObject,
  next: JsonObject,
  options: WriteOptions,
): JsonObject {
  const { cluster, resource } = target
  const name = stringAt(objectAt(existing, 'metadata'), 'name') ?? ''
  checkVersion(target, existing, next)
  const draft = draftOf(next)
  keepWhatIsTheServers(draft, existing)
  if (options.subresource === 'status') keepAllButStatus(draft, existing)
  else prepareMain(target, draft, existing)
  const errors = [
    ...validateMetadata(draft, resource),
    // Both the registry and the strategy of a kind check them: the API server says them twice.
    ...validateMetadataUpdate(draft, existing),
    ...validateMetadataUpdate(draft, existing),
    ...validateChange(resource, draft, existing, options),
  ]
  if (errors.length > 0) throw invalidObject(resource, name, errors)
  if (isSame(draft, existing)) return existing
  if (options.dryRun) return draft
  if (isFinished(draft, existing)) {
    cluster.store.delete(resource.storageKey, keyOf(existing))
    return draft
  }
  const stored = inVersion(draft, resource.storageVersion)
  return inVersion(cluster.store.put(resource.storageKey, stored), resource.apiVersion)
}

function checkVersion({ resource }: WriteTarget, existing: JsonObject, next: JsonObject): void {
  const given = stringAt(objectAt(next, 'metadata'), 'resourceVersion') ?? ''
  const current = objectAt(existing, 'metadata')
  if (given === '' && needsVersion(resource)) {
    const field = 'metadata.resourceVersion'
    const kind = { ...resource, kind: resource.resource }
    throw invalidObject(kind, stringAt(current, 'name') ?? '', [
      invalid(field, 0, 'must be specified for an update'),
    ])
  }
  if (given === '' || given === current['resourceVersion']) return
  throw conflict(resource, stringAt(current, 'name') ?? '', MODIFIED)
}

/** Kinds that are never replaced without saying which version is meant. */
const VERSIONED: ReadonlySet<string> = new Set([
  'policy/poddisruptionbudgets',
  'coordination.k8s.io/leases',
  'apiextensions.k8s.io/customresourcedefinitions',
  'admissionregistration.k8s.io/validatingwebhookconfigurations',
  'admissionregistration.k8s.io/mutatingwebhookconfigurations',
  'admissionregistration.k8s.io/validatingadmissionpolicies',
  'admissionregistration.k8s.io/validatingadmissionpolicybindings',
])

function needsVersion({ storageKey, custom }: Resource): boolean {
  return custom !== undefined || VERSIONED.has(storageKey)
}

function keepWhatIsTheServers(draft: Draft, existing: JsonObject): void {
  const metadata = ensureAt(draft, 'metadata')
  const before = draftOf(objectAt(existing, 'metadata'))
  for (const name of ['uid'] as const) {
    if ((metadata[name] ?? '') === '') metadata[name] = before[name] ?? ''
  }
  const fixed = ['creationTimestamp', 'deletionTimestamp', 'generation', 'namespace', 'selfLink']
  for (const name of [...fixed, 'resourceVersion', 'deletionGracePeriodSeconds']) {
    const value = before[name]
    if (value === undefined) delete metadata[name]
    else metadata[name] = value
  }
}

function keepAllButStatus(draft: Draft, existing: JsonObject): void {
  const status = draft['status']
  const managers = ensureAt(draft, 'metadata')['managedFields']
  for (const key of Object.keys(draft)) delete draft[key]
  Object.assign(draft, draftOf(existing))
  if (status === undefined) delete draft['status']
  else draft['status'] = status
  const metadata = ensureAt(draft, 'metadata')
  if (managers === undefined) delete metadata['managedFields']
  else metadata['managedFields'] = managers
}

function prepareMain({ cluster, resource }: WriteTarget, draft: Draft, existing: JsonObject): void {
  const rules = rulesOf(resource.storageKey)
  if (resource.subresources.has('status')) {
    const status = existing['status']
    if (status === undefined) delete draft['status']
    else draft['status'] = draftOf(objectAt(existing, 'status'))
  }
  rules.prepareUpdate?.(draft, existing, cluster.tools)
  if (hasNewGeneration(resource, draft, existing)) {
    const metadata = ensureAt(draft, 'metadata')
    metadata['generation'] = Number(metadata['generation'] ?? 0) + 1
  }
}

function hasNewGeneration(resource: Resource, draft: JsonObject, existing: JsonObject): boolean {
  if (resource.custom === undefined) {
    const fields = rulesOf(resource.storageKey).generation ?? []
    return fields.some((field) => !equalJson(draft[field], existing[field]))
  }
  const content = (object: JsonObject): JsonObject =>
    withFields(object, {
      apiVersion: undefined,
      metadata: undefined,
      ...(resource.subresources.has('status') ? { status: undefined } : {}),
    })
  return !equalJson(content(draft), content(existing))
}

function validateChange(
  resource: Resource,
  draft: JsonObject,
  existing: JsonObject,
  options: WriteOptions,
): readonly FieldError[] {
  if (options.subresource === 'status') return []
  const rules = rulesOf(resource.storageKey)
  return [
    ...(rules.validateUpdate?.(draft, existing) ?? []),
    ...(rules.validate?.(draft) ?? []),
    ...validateBySchema(resource, draft),
  ]
}

/** Equal but for the times in managedFields: such a write changes nothing. */
function isSame(draft: JsonObject, existing: JsonObject): boolean {
  if (!equalJson(withoutManagers(draft), withoutManagers(existing))) return false
  return equalJson(timeless(draft), timeless(existing))
}

function timeless(object: JsonObject): readonly JsonObject[] {
  return listAt(objectAt(object, 'metadata'), 'managedFields').map((entry) =>
    withFields(objectAt({ entry }, 'entry'), { time: undefined }),
  )
}

/** The last finalizer of an object that is being deleted is gone. */
function isFinished(draft: JsonObject, existing: JsonObject): boolean {
  const isDeleting = objectAt(existing, 'metadata')['deletionTimestamp'] !== undefined
  if (!isDeleting || listAt(objectAt(draft, 'metadata'), 'finalizers').length > 0) return false
  return listAt(objectAt(draft, 'spec'), 'finalizers').length === 0 || draft['kind'] !== 'Namespace'
}

/**
 * The stored object under a name.
 *
 * @throws ApiError 404 when there is none.
 */
export function existingObject(target: WriteTarget, name: string): JsonObject {
  const found = findObject(target, name)
  if (found === undefined) throw notFound(target.resource, name)
  return found
}

export function findObject(target: WriteTarget, name: string): JsonObject | undefined {
  const { cluster, resource, namespace } = target
  const key = keyFor(resource.namespaced ? namespace : undefined, name)
  const found = cluster.store.get(resource.storageKey, key)
  return found === undefined ? undefined : inVersion(found, resource.apiVersion)
}
