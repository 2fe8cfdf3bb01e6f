import { applicationId, event, streams } from '@tidemark/contracts'
import {
  describeProblems,
  FLEET_API,
  groupOf,
  isSourceKind,
  readApplication,
  type ApplicationModel,
} from '@tidemark/flux'
import type { Application } from '../domain/application.ts'
import type { Plane } from '../domain/plane.ts'
import { objectKey } from '../domain/source.ts'
import { declareNotification, isNotification } from './declare-notification.ts'
import type { ReleaserDeps } from './deps.ts'
import { declareImplied } from './declare-implied.ts'
import { declareSource } from './declare-source.ts'
import { describeCluster } from './describe-cluster.ts'
import { findCycle } from './find-cycle.ts'
import { nameOf, refuse, type Declaration, type Parent } from './refuse-object.ts'
import { considerRender } from './request-renders.ts'

const DEPTH_MAX = 8 // DECISIONS 13.
const OBJECT_BYTES_MAX = 32 * 1024 // An event holds 48 KiB.

/** Declares what one object stands for, or says why it cannot be used. */
export async function declareObject(
  deps: ReleaserDeps,
  declaration: Declaration,
  signal: AbortSignal,
): Promise<void> {
  const { ref } = declaration
  if (isNotification(declaration)) return declareNotification(deps, declaration)
  if (isSupplied(deps, declaration)) return
  if (isSourceKind(ref.kind)) return declareSource(deps, declaration, signal)
  const isOurs = groupOf(ref.apiVersion) === groupOf(FLEET_API)
  if (isOurs && ref.kind === 'Cluster') return describeCluster(deps, declaration, signal)
  const read = readApplication(declaration.object)
  if (read?.kind === 'read') return declareApplication(deps, declaration, read.model, signal)
  if (read !== undefined)
    return refuse(deps, declaration, describeProblems(nameOf(declaration), read.problems))
  refuse(
    deps,
    declaration,
    `${nameOf(declaration)}: the kind ${ref.kind} (${ref.apiVersion}) is not supported yet; remove it, or wait for a version that has it`,
  )
}

/** What `--repo` supplies is in a bootstrapped repository too; an application never declares itself. */
function isSupplied({ plane }: ReleaserDeps, { ref, parent }: Declaration): boolean {
  const id = applicationId(ref)
  const root = plane.roots.has(ref.cluster)
  if (root && ref.namespace === 'flux-system' && ref.name === 'flux-system') return true
  for (let up: string | undefined = parent.id; up !== undefined && up !== '';) {
    if (up === id) return true
    up = plane.application(up).declared?.parentId
  }
  return false
}

async function declareApplication(
  deps: ReleaserDeps,
  declaration: Declaration,
  model: ApplicationModel,
  signal: AbortSignal,
): Promise<void> {
  const { plane, decisions } = deps
  const { object, ref, parent, cause } = declaration
  const objectJson = Buffer.from(JSON.stringify(object), 'utf8')
  const id = applicationId(ref)
  const problem = problemOf(plane, declaration, { model, bytes: objectJson.length })
  if (problem !== undefined) return refuse(deps, declaration, `${nameOf(declaration)}${problem}`)
  const implied = await declareImplied(deps, { declaration, id, model }, signal)
  if (implied === 'refused') return
  const state = plane.application(id)
  if (isDeclared(state, parent, objectJson)) {
    // Declared, and not rendered yet: what declared it may have ended before it could ask.
    if (state.request?.generation !== state.declared?.generation)
      await considerRender(deps, id, cause, signal)
    return
  }
  const declared = event('ApplicationDeclared', {
    applicationId: id,
    object: ref,
    cluster: parent.cluster,
    project: parent.project,
    parentId: parent.id,
    sourceId: plane.sourceOf.get(objectKey({ ...model.source, cluster: ref.cluster })) ?? '',
    objectJson,
    generation: (state.declared?.generation ?? 0n) + 1n,
  })
  decisions.record(cause, [{ stream: streams.application(id), event: declared }])
  await considerRender(deps, id, cause, signal)
}

/** Whether an application is there as this parent declares it, and nothing stands against it. */
function isDeclared(state: Application, { id }: Parent, objectJson: Uint8Array): boolean {
  const { declared, removed, removalHeld, refusal } = state
  if (removed !== undefined || removalHeld || refusal !== '') return false
  return declared?.parentId === id && Buffer.from(declared.objectJson).equals(objectJson)
}

interface Candidate {
  readonly model: ApplicationModel
  readonly bytes: number
}

/** What keeps an application that is well-formed from being declared. */
function problemOf(
  plane: Plane,
  { ref, parent }: Declaration,
  { model, bytes }: Candidate,
): string | undefined {
  if (bytes > OBJECT_BYTES_MAX)
    return ` has ${bytes} bytes; at most ${OBJECT_BYTES_MAX} are allowed`
  if (depthOf(plane, parent.id) >= DEPTH_MAX)
    return ` is nested deeper than ${DEPTH_MAX} applications`
  const { kind, dependsOn } = model
  const edges = { id: applicationId(ref), cluster: ref.cluster, kind, dependsOn }
  const cycle = findCycle(plane, edges)
  return cycle === undefined
    ? undefined
    : `: spec.dependsOn goes in a circle: ${cycle.join(' -> ')}`
}

function depthOf(plane: Plane, id: string): number {
  if (id === '') return 0
  return 1 + depthOf(plane, plane.application(id).declared?.parentId ?? '')
}
