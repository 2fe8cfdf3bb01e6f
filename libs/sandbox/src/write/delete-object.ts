import { badRequest, conflict, forbiddenRequest } from '../api/errors.ts'
import { draftOf, ensureAt } from '../draft.ts'
import { listAt, objectAt, stringAt, type JsonObject } from '../json.ts'
import { keyOf } from '../store/object-store.ts'
import { inVersion } from './decode.ts'
import type { Resource } from '../store/resource.ts'
import type { WriteTarget } from './store-object.ts'

export type Propagation = 'Background' | 'Foreground' | 'Orphan'

export interface DeleteOptions {
  readonly dryRun: boolean
  readonly propagation: Propagation
  readonly uid: string | undefined
  readonly resourceVersion: string | undefined
  /** What the client is told beside the answer. */
  readonly warnings: readonly string[]
}

const FOREGROUND = 'foregroundDeletion'
const ORPHAN = 'orphan'
const FIXED_NAMESPACES: ReadonlySet<string> = new Set(['default', 'kube-public', 'kube-system'])

/**
 * Deletes an object, or marks it where finalizers must run first. `removed`: it is gone.
 *
 * @throws ApiError when a precondition does not hold.
 */
export function deleteObject(
  target: WriteTarget,
  existing: JsonObject,
  options: DeleteOptions,
): { readonly object: JsonObject; readonly removed: boolean } {
  const { cluster, resource } = target
  const metadata = objectAt(existing, 'metadata')
  const name = stringAt(metadata, 'name') ?? ''
  checkPreconditions(target, metadata, options)
  if (resource.storageKey === '/namespaces' && FIXED_NAMESPACES.has(name)) {
    throw forbiddenRequest(resource, name, 'this namespace may not be deleted')
  }
  const draft = draftOf(existing)
  const finalizers = finalizersFor(metadata, options.propagation)
  const isNamespace = resource.storageKey === '/namespaces'
  if (finalizers.length === 0 && !isNamespace) {
    if (!options.dryRun) cluster.store.delete(resource.storageKey, keyOf(existing))
    return { object: existing, removed: true }
  }
  const marked = ensureAt(draft, 'metadata')
  if (finalizers.length > 0) marked['finalizers'] = [...finalizers]
  marked['deletionTimestamp'] ??= cluster.time()
  if (!isNamespace) marked['deletionGracePeriodSeconds'] ??= 0
  if (typeof marked['generation'] === 'number' && metadata['deletionTimestamp'] === undefined) {
    marked['generation'] += 1
  }
  if (isNamespace) ensureAt(draft, 'status')['phase'] = 'Terminating'
  if (options.dryRun || metadata['deletionTimestamp'] !== undefined) {
    return { object: draft, removed: false }
  }
  const stored = cluster.store.put(resource.storageKey, inVersion(draft, resource.storageVersion))
  return { object: inVersion(stored, resource.apiVersion), removed: false }
}

function finalizersFor(metadata: JsonObject, propagation: Propagation): readonly string[] {
  const given = listAt(metadata, 'finalizers')
    .map(String)
    .filter((finalizer) => finalizer !== FOREGROUND && finalizer !== ORPHAN)
  if (propagation === 'Foreground') return [...given, FOREGROUND]
  return propagation === 'Orphan' ? [...given, ORPHAN] : given
}

function checkPreconditions(
  { resource }: WriteTarget,
  metadata: JsonObject,
  { uid, resourceVersion }: DeleteOptions,
): void {
  const subject = { ...resource, resource: resource.kind }
  const name = stringAt(metadata, 'name') ?? ''
  const actual = { uid: stringAt(metadata, 'uid'), version: stringAt(metadata, 'resourceVersion') }
  if (uid !== undefined && uid !== actual.uid) {
    const why = `the UID in the precondition (${uid}) does not match the UID in record (${actual.uid ?? ''})`
    throw conflict(subject, name, `${why}. The object might have been deleted and then recreated`)
  }
  if (resourceVersion === undefined || resourceVersion === actual.version) return
  const why = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${actual.version ?? ''})`
  throw conflict(subject, name, `${why}. The object might have been modified`)
}

/** Jobs orphan their Pods unless a client says otherwise: batch/v1 promised it once. */
const ORPHANS_BY_DEFAULT: ReadonlySet<string> = new Set(['batch/jobs'])

const PODS_ARE_KEPT =
  'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning'

interface DeleteContext {
  readonly dryRun: boolean
  readonly resource: Resource
}

/**
 * The options of a deletion, which are in its body and in its URL.
 *
 * @throws ApiError 400 for a propagation policy that does not exist.
 */
export function deleteOptions(
  body: JsonObject,
  query: URLSearchParams,
  { dryRun, resource }: DeleteContext,
): DeleteOptions {
  const given = query.get('propagationPolicy') ?? stringAt(body, 'propagationPolicy') ?? ''
  const preconditions = objectAt(body, 'preconditions')
  const orphan = query.get('orphanDependents') ?? String(body['orphanDependents'] === true)
  const keepsPods = given === '' && orphan !== 'true' && ORPHANS_BY_DEFAULT.has(resource.storageKey)
  const byDefault = orphan === 'true' || keepsPods
  return {
    warnings: keepsPods ? [PODS_ARE_KEPT] : [],
    dryRun: dryRun || listAt(body, 'dryRun').includes('All'),
    propagation: given === '' && byDefault ? 'Orphan' : propagationOf(given),
    uid: stringAt(preconditions, 'uid'),
    resourceVersion: stringAt(preconditions, 'resourceVersion'),
  }
}

function propagationOf(given: string): Propagation {
  if (given === '') return 'Background'
  if (given === 'Background' || given === 'Foreground' || given === 'Orphan') return given
  throw badRequest(
    `propagationPolicy: Unsupported value: ${JSON.stringify(given)}: supported values: "Background", "Foreground", "Orphan"`,
  )
}
