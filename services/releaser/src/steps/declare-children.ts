import { applicationId, event, Removal, streams, type ObjectRef } from '@tidemark/contracts'
import { FLEET_API, isRecord, roleOf, textOf, type ApplicationModel } from '@tidemark/flux'
import type { Cause } from '@tidemark/service'
import type { Application } from '../domain/application.ts'
import { objectKey } from '../domain/source.ts'
import { advance } from './advance.ts'
import { declareGenerator } from './declare-generator.ts'
import { declaredNotifications, withdrawNotifications } from './declare-notification.ts'
import { declareObject } from './declare-object.ts'
import type { ReleaserDeps } from './deps.ts'
import { endDescription } from './describe-cluster.ts'
import { impliedKeys, withdrawImplied } from './declare-implied.ts'
import { releaseInputs } from './follow-input.ts'
import { modelOf } from './models.ts'
import type { Parent } from './refuse-object.ts'

const OBJECTS_FREE = 5 // RELIABILITY 2, T27: more than this and more than a fifth waits for a person.
const SHARE_FREE = 0.2

export interface DeclareOptions {
  readonly id: string
  readonly cause: Cause
  /** A person has said that what is gone may be deleted. */
  readonly approved?: boolean
}

/**
 * Declares the sources and applications that the applied release of an application holds, and removes those
 * that it no longer holds. Deletion follows `deletionPolicy`; a large one waits for a person.
 */
export async function declareChildren(
  deps: ReleaserDeps,
  { id, cause, approved = false }: DeclareOptions,
  signal: AbortSignal,
): Promise<void> {
  const state = deps.plane.application(id)
  const children = childrenOf(deps, id)
  const objects = await interpretedOf(deps, state, hadChildren(deps, id), signal)
  if (objects === undefined) return
  const { cluster, project } = state.declared ?? { cluster: '', project: '' }
  const parent = { id, cluster, project }
  const kept = new Set(impliedKeys(state))
  for (const object of inOrder(objects)) {
    const ref = refOf(object, parent)
    kept.add(objectKey(ref))
    const declaration = { object, parent, ref, cause }
    if (ref.kind === 'ArtifactGenerator')
      for (const key of await declareGenerator(deps, declaration, signal)) kept.add(key)
    else await declareObject(deps, declaration, signal)
  }
  forgetRefused(deps, { parent, kept, cause })
  if (modelOf(state)?.prune !== true) return releaseInputs(deps, cause)
  withdrawSources(deps, { parent, kept, cause })
  withdrawNotifications(deps, { parentId: id, kept: idsOf(kept), cause })
  if (!objects.some(isCluster)) await endDescription(deps, { parentId: id, cluster, cause }, signal)
  const gone = children.filter((child) => !kept.has(objectKey(child.declared?.object)))
  removeApplications(deps, { gone, children, cause, approved })
  releaseInputs(deps, cause)
}

/** The Flux objects of the release that runs; `undefined` where there are none and there were none. */
async function interpretedOf(
  { library }: ReleaserDeps,
  state: Application,
  hasChildren: boolean,
  signal: AbortSignal,
): Promise<readonly unknown[] | undefined> {
  const release = state.releases.find(({ number }) => number === state.deployment?.number)
  if (release === undefined) return undefined
  if (release.fluxObjectCount === 0) return hasChildren ? [] : undefined
  const objects = await library.manifests(release.manifestBlob, signal)
  return objects.filter((object) => roleOf(object) === 'interpreted')
}

function refOf(object: unknown, { cluster }: Parent): ObjectRef {
  const value = isRecord(object) ? object : {}
  const metadata = isRecord(value['metadata']) ? value['metadata'] : {}
  return {
    cluster,
    apiVersion: textOf(value['apiVersion']),
    kind: textOf(value['kind']),
    namespace: textOf(metadata['namespace']),
    name: textOf(metadata['name']),
  }
}

function isSource(object: unknown): boolean {
  return isRecord(object) && textOf(object['apiVersion']).startsWith('source.')
}

function isCluster(object: unknown): boolean {
  if (!isRecord(object)) return false
  return object['apiVersion'] === FLEET_API && object['kind'] === 'Cluster'
}

/** An application is rendered with the variables of its cluster, and would wait for nothing before its source. */
function inOrder(objects: readonly unknown[]): readonly unknown[] {
  return objects.toSorted((left, right) => rankOf(left) - rankOf(right))
}

function rankOf(object: unknown): number {
  if (isCluster(object)) return 0
  return isSource(object) ? 1 : 2
}

function hadChildren({ plane }: ReleaserDeps, id: string): boolean {
  if (declaredNotifications(plane).some(({ declared }) => declared?.declaredBy === id)) return true
  const states = [...plane.applications.values()]
  const sources = [...plane.sources.values()].flatMap(({ objects }) => objects)
  const described = [...plane.profiles.values()].some(({ declaredBy }) => declaredBy === id)
  return (
    described ||
    states.some(({ declared, refusedIn }) => declared?.parentId === id || refusedIn === id) ||
    sources.some(({ declaredBy }) => declaredBy === id)
  )
}

function childrenOf({ plane }: ReleaserDeps, id: string): readonly Application[] {
  return [...plane.applications.values()].filter(
    (state) => state.declared?.parentId === id && state.removed === undefined,
  )
}

function withdrawSources(
  { plane, decisions }: ReleaserDeps,
  { parent, kept, cause }: { parent: Parent; kept: ReadonlySet<string>; cause: Cause },
): void {
  for (const { id, objects } of plane.sources.values())
    for (const { key, ref, declaredBy } of objects) {
      if (declaredBy !== parent.id || kept.has(key)) continue
      const reason = `no longer in ${parent.id}`
      const withdrawn = event('SourceWithdrawn', { sourceId: id, object: ref, reason })
      decisions.record(cause, [{ stream: streams.intake(id), event: withdrawn }])
    }
}

/** An object that could never be used, and is gone from Git: nothing of it is left to tell. */
function forgetRefused(
  { plane, decisions }: ReleaserDeps,
  { parent, kept, cause }: { parent: Parent; kept: ReadonlySet<string>; cause: Cause },
): void {
  const ids = idsOf(kept)
  for (const { id, declared, removed, refusal, refusedIn } of plane.applications.values()) {
    const runs = declared !== undefined && removed === undefined
    if (runs || refusal === '' || refusedIn !== parent.id || ids.has(id)) continue
    const removal = Removal.REMOVAL_ORPHAN
    const reason = `no longer in ${parent.id}`
    const forgotten = event('ApplicationRemoved', { applicationId: id, removal, reason })
    decisions.record(cause, [{ stream: streams.application(id), event: forgotten }])
  }
}

function idsOf(keys: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...keys].map(idOfKey))
}

function idOfKey(key: string): string {
  const [cluster = '', kind = '', namespace = '', name = ''] = key.split('/')
  return applicationId({ cluster, kind, namespace, name })
}

interface Removals {
  readonly gone: readonly Application[]
  readonly children: readonly Application[]
  readonly cause: Cause
  readonly approved: boolean
}

function removeApplications(
  deps: ReleaserDeps,
  { gone, children, cause, approved }: Removals,
): void {
  const deleted = gone.filter((child) => removalOf(modelOf(child)) === Removal.REMOVAL_DELETE)
  const objects = countObjects(deps, deleted)
  const share = countObjects(deps, children) * SHARE_FREE
  const held = !approved && objects > Math.max(OBJECTS_FREE, share)
  for (const child of gone) {
    const removal = removalOf(modelOf(child))
    const stream = streams.application(child.id)
    if (held && removal === Removal.REMOVAL_DELETE) {
      if (child.removalHeld) continue
      const message =
        `gone from Git; deleting ${objects} objects waits for a person: ` +
        `tidemark reconcile ${child.declared?.parentId ?? ''} --approve-prune`
      const held_ = event('RemovalHeld', {
        applicationId: child.id,
        message,
        objectCount: objects,
      })
      deps.decisions.record(cause, [{ stream, event: held_ }])
      continue
    }
    const removed = event('ApplicationRemoved', {
      applicationId: child.id,
      removal,
      reason: `no longer in ${child.declared?.parentId ?? ''}`,
    })
    deps.decisions.record(cause, [{ stream, event: removed }])
    withdrawImplied(deps, child.id, cause)
    advance(deps, child.id, cause, { pruneApproved: approved })
    removeGrandchildren(deps, child, cause)
  }
}

/** What an application declared goes with it, when it is deleted: the guard has counted it. */
function removeGrandchildren(deps: ReleaserDeps, child: Application, cause: Cause): void {
  if (removalOf(modelOf(child)) !== Removal.REMOVAL_DELETE) return
  const { cluster, project } = child.declared ?? { cluster: '', project: '' }
  withdrawSources(deps, { parent: { id: child.id, cluster, project }, kept: new Set(), cause })
  withdrawNotifications(deps, { parentId: child.id, kept: new Set(), cause })
  const gone = childrenOf(deps, child.id)
  if (gone.length > 0) removeApplications(deps, { gone, children: gone, cause, approved: true })
}

/** Objects of the applications and of all that they declare: the guard counts what would really go. */
function countObjects(deps: ReleaserDeps, states: readonly Application[]): number {
  return states.reduce(
    (total, state) =>
      total +
      (state.releases.at(-1)?.objectCount ?? 0) +
      countObjects(deps, childrenOf(deps, state.id)),
    0,
  )
}

/** Flux's deletionPolicy: by default what `prune` says; a suspended one deletes nothing. */
function removalOf(model: ApplicationModel | undefined): Removal {
  if (model === undefined || model.suspend) return Removal.REMOVAL_ORPHAN
  if (model.deletionPolicy === 'Orphan') return Removal.REMOVAL_ORPHAN
  const deletes = model.deletionPolicy !== 'MirrorPrune' || model.prune
  return deletes ? Removal.REMOVAL_DELETE : Removal.REMOVAL_ORPHAN
}
