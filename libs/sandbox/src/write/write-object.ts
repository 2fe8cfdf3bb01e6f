import { ApiError, badRequest, conflict, type Subject } from '../api/errors.ts'
import { applyManaged, trackUpdate } from '../fields/field-manager.ts'
import type { Managed } from '../fields/managed.ts'
import { printPath } from '../fields/path-element.ts'
import { ApplyConflicts } from '../fields/updater.ts'
import { objectAt, stringAt, type JsonObject } from '../json.ts'
import { typedErrors } from '../schema/validate-typed.ts'
import type { Resource } from '../store/resource.ts'
import { admitNew } from './admit.ts'
import { decodeObject, strictError, type Decoded } from './decode.ts'
import { endpointOf, writerOf } from './endpoint.ts'
import type { WriteOptions } from './options.ts'
import { storeChanged, storeNew, withSystemMetadata, type WriteTarget } from './store-object.ts'

/** POST: a new object. */
export function createObject(
  target: WriteTarget,
  input: JsonObject,
  options: WriteOptions,
): JsonObject {
  const { cluster, resource } = target
  checkKind(resource, input)
  checkNamespace(target, input)
  if ((stringAt(objectAt(input, 'metadata'), 'resourceVersion') ?? '') !== '') {
    throw new ApiError(500, '', 'resourceVersion should not be set on objects to be created')
  }
  const decoded = report(
    resource,
    decodeObject(resource, withSystemMetadata(target, input)),
    options,
  )
  const endpoint = endpointOf(resource, '')
  const tracked = trackUpdate(endpoint, undefined, decoded, writerOf(cluster, options))
  return storeNew(target, admitNew(cluster, resource, tracked), options)
}

/** PUT, and every patch but apply: the object in place of the one that is there. */
export function replaceObject(
  target: WriteTarget,
  existing: JsonObject,
  input: JsonObject,
  options: WriteOptions,
): JsonObject {
  const { cluster, resource } = target
  checkKind(resource, input)
  checkNamespace(target, input)
  checkIdentity(resource, existing, input)
  const next = report(resource, decodeObject(resource, input), options)
  const endpoint = endpointOf(resource, options.subresource)
  const tracked = trackUpdate(endpoint, existing, next, writerOf(cluster, options))
  return storeChanged(target, existing, tracked, options)
}

export interface ApplyInput {
  readonly name: string
  readonly config: JsonObject
  readonly conflicts: 'force' | 'refuse'
}

/** A server-side apply, which creates what is not there. */
export function applyObject(
  target: WriteTarget,
  existing: JsonObject | undefined,
  { name, config, conflicts }: ApplyInput,
  options: WriteOptions,
): { readonly object: JsonObject; readonly created: boolean } {
  const { cluster, resource } = target
  checkApplied(target, name, config)
  const writer = { ...writerOf(cluster, options), conflicts }
  const endpoint = endpointOf(resource, options.subresource)
  const merged = applyOrConflict(() => applyManaged(endpoint, existing, config, writer))
  if (existing !== undefined) {
    const next = decodeObject(resource, merged).object
    return { object: storeChanged(target, existing, next, options), created: false }
  }
  const uid = stringAt(objectAt(merged, 'metadata'), 'uid')
  if (uid !== undefined && uid !== '') {
    const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`
    throw conflict(resource, name, why)
  }
  const decoded = decodeObject(resource, withSystemMetadata(target, merged)).object
  return { object: storeNew(target, admitNew(cluster, resource, decoded), options), created: true }
}

function checkApplied(
  { resource, namespace }: WriteTarget,
  name: string,
  config: JsonObject,
): void {
  const metadata = objectAt(config, 'metadata')
  const [apiVersion, kind] = [stringAt(config, 'apiVersion') ?? '', stringAt(config, 'kind') ?? '']
  if (apiVersion !== resource.apiVersion || kind !== resource.kind) {
    throw badRequest(`invalid object type: ${printKind(apiVersion, kind)}`)
  }
  if (metadata['managedFields'] !== undefined)
    throw badRequest('metadata.managedFields must be nil')
  const errors = typedErrors(config, resource.schema)
  if (errors.length > 0) {
    const given = `${stringAt(metadata, 'namespace') ?? ''}/${stringAt(metadata, 'name') ?? ''}`
    const what = `${given}; ${printKind(apiVersion, kind)}`
    const why =
      errors.length === 1 ? errors[0] : `errors:\n${errors.map((line) => `  ${line}`).join('\n')}`
    throw new ApiError(500, '', `failed to create typed patch object (${what}): ${why}`)
  }
  const given = stringAt(metadata, 'name') ?? ''
  if (given !== '' && given !== name) throw nameMismatch(given, name)
  checkNamespace({ resource, namespace }, config)
}

/** As Go prints a GroupVersionKind: the core group is empty, its slash stays. */
function printKind(apiVersion: string, kind: string): string {
  return `${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${kind}`
}

function applyOrConflict(apply: () => JsonObject): JsonObject {
  try {
    return apply()
  } catch (error) {
    if (error instanceof ApplyConflicts) throw applyConflict(error)
    throw error
  }
}

/** 409 with one cause for each field, in the API server's words (managedfields/internal/conflict.go). */
function applyConflict({ conflicts }: ApplyConflicts): ApiError {
  const causes = conflicts.map(({ owner, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${printManager(owner)}`,
    field: printPath(path),
  }))
  const [only] = conflicts
  const lines = groupByOwner(conflicts).map(
    ([owner, fields]) =>
      `conflicts with ${owner}:\n${fields.map((field) => `- ${field}`).join('\n')}`,
  )
  const what =
    conflicts.length === 1 && only !== undefined
      ? `1 conflict: conflict with ${printManager(only.owner)}: ${printPath(only.path)}`
      : `${conflicts.length} conflicts: ${lines.join('\n')}`
  return new ApiError(409, 'Conflict', `Apply failed with ${what}`, { causes })
}

function groupByOwner(
  conflicts: ApplyConflicts['conflicts'],
): readonly (readonly [string, string[]])[] {
  const groups = new Map<string, string[]>()
  for (const { owner, path } of conflicts) {
    const name = printManager(owner)
    groups.set(name, [...(groups.get(name) ?? []), printPath(path)])
  }
  return [...groups].toSorted(([left], [right]) => (left < right ? -1 : 1))
}

function printManager({ manager, operation, apiVersion, subresource }: Managed): string {
  const name = JSON.stringify(manager)
  const full = subresource === '' ? name : `${name} with subresource ${JSON.stringify(subresource)}`
  return operation === 'Update' ? `${full} using ${apiVersion}` : full
}

function report(resource: Resource, decoded: Decoded, options: WriteOptions): JsonObject {
  const { complaints, object } = decoded
  if (complaints.length === 0 || options.validation === 'Ignore') return object
  if (options.validation === 'Strict') throw strictError(resource, complaints)
  options.warnings.push(...complaints)
  return object
}

function checkKind(resource: Resource, input: JsonObject): void {
  const apiVersion = stringAt(input, 'apiVersion') ?? resource.apiVersion
  const kind = stringAt(input, 'kind') ?? resource.kind
  if (apiVersion === resource.apiVersion && kind === resource.kind) return
  throw badRequest(
    `the API version in the data (${apiVersion}) does not match the expected API version (${resource.apiVersion})`,
  )
}

function checkNamespace(
  { resource, namespace }: Pick<WriteTarget, 'resource' | 'namespace'>,
  input: JsonObject,
): void {
  const given = stringAt(objectAt(input, 'metadata'), 'namespace') ?? ''
  if (given === '' || !resource.namespaced || given === namespace) return
  throw badRequest(
    'the namespace of the provided object does not match the namespace sent on the request',
  )
}

/** A replacement names the object that it replaces: by name, and by uid when it gives one. */
function checkIdentity(subject: Subject, existing: JsonObject, input: JsonObject): void {
  const [metadata, current] = [objectAt(input, 'metadata'), objectAt(existing, 'metadata')]
  const [given, name] = [stringAt(metadata, 'name') ?? '', stringAt(current, 'name') ?? '']
  if (given !== name) throw nameMismatch(given, name)
  const [uid, actual] = [stringAt(metadata, 'uid') ?? '', stringAt(current, 'uid') ?? '']
  if (uid === '' || uid === actual) return
  throw conflict(
    subject,
    name,
    `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${actual}`,
  )
}

function nameMismatch(given: string, name: string): ApiError {
  return badRequest(
    `the name of the object (${given}) does not match the name on the URL (${name})`,
  )
}
