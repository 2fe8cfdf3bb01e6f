import { applicationId, event, streams, type ObjectRef } from '@tidemark/contracts'
import {
  describeProblems,
  FLEET_API,
  groupOf,
  readGitRepository,
  readKustomization,
  type GitRepositoryModel,
  type KustomizationModel,
} from '@tidemark/flux'
import type { Application } from '../domain/application.ts'
import type { Plane } from '../domain/plane.ts'
import { sourceIdOf } from './source-id.ts'
import { objectKey } from '../domain/source.ts'
import type { ReleaserDeps } from './deps.ts'
import { describeCluster } from './describe-cluster.ts'
import { findCycle } from './find-cycle.ts'
import { endRefusal, nameOf, refuse, type Declaration, type Parent } from './refuse-object.ts'
import { considerRender, usersOf } from './request-renders.ts'

const DEPTH_MAX = 8 // DECISIONS 13.
const OBJECT_BYTES_MAX = 32 * 1024 // An event holds 48 KiB.

/** Declares what one object stands for, or says why it cannot be used. */
export async function declareObject(
  deps: ReleaserDeps,
  declaration: Declaration,
  signal: AbortSignal,
): Promise<void> {
  const { ref } = declaration
  if (isSupplied(deps, declaration)) return
  if (ref.kind === 'GitRepository') return declareSource(deps, declaration, signal)
  if (ref.kind === 'Kustomization') return declareApplication(deps, declaration, signal)
  const isOurs = groupOf(ref.apiVersion) === groupOf(FLEET_API)
  if (isOurs && ref.kind === 'Cluster') return describeCluster(deps, declaration, signal)
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

async function declareSource(
  deps: ReleaserDeps,
  declaration: Declaration,
  signal: AbortSignal,
): Promise<void> {
  const { plane, decisions } = deps
  const { object, ref, parent, cause } = declaration
  const read = readGitRepository(object)
  if (read.kind === 'refused')
    return refuse(deps, declaration, describeProblems(nameOf(declaration), read.problems))
  const sourceId = sourceIdOf(read.model, ref.cluster)
  const before = plane.sourceOf.get(objectKey(ref))
  if (before !== undefined && before !== sourceId) {
    const withdrawn = event('SourceWithdrawn', {
      sourceId: before,
      object: ref,
      reason: 'its URL, ref, rules or credentials changed',
    })
    decisions.record(cause, [{ stream: streams.intake(before), event: withdrawn }])
  }
  endRefusal(deps, declaration)
  const known = plane.source(sourceId)
  const holder = known.objects.find(({ key }) => key === objectKey(ref))
  const same = before === sourceId && holder?.declaredBy === parent.id
  if (same && isSameSource(known.declared, read.model)) return
  const declared = sourceDeclared(read.model, {
    sourceId,
    ref,
    parent,
    generation: known.generation + 1n,
  })
  decisions.record(cause, [{ stream: streams.intake(sourceId), event: declared }])
  for (const user of usersOf(deps, plane.source(sourceId)))
    await considerRender(deps, user.id, cause, signal)
}

interface SourceParts {
  readonly sourceId: string
  readonly ref: ObjectRef
  readonly parent: Parent
  readonly generation: bigint
}

/** The declaration of a source, with Flux's defaults filled in. */
export function sourceDeclared(
  model: GitRepositoryModel,
  { sourceId, ref, parent, generation }: SourceParts,
): ReturnType<typeof event<'SourceDeclared'>> {
  return event('SourceDeclared', {
    sourceId,
    object: ref,
    declaredBy: parent.id,
    project: parent.project,
    git: {
      url: model.url,
      ref: model.ref,
      ignore: model.ignore,
      secretName: model.secretName,
      proxySecretName: model.proxySecretName,
      provider: model.provider === 'generic' ? '' : model.provider,
    },
    intervalMs: BigInt(model.intervalMs),
    timeoutMs: BigInt(model.timeoutMs),
    suspended: model.suspend,
    generation,
  })
}

/** Whether a source is declared as the model says; its id says the rest. */
export function isSameSource(
  declared: { intervalMs: bigint; timeoutMs: bigint; suspended: boolean } | undefined,
  model: GitRepositoryModel,
): boolean {
  if (declared === undefined || declared.suspended !== model.suspend) return false
  return (
    declared.intervalMs === BigInt(model.intervalMs) &&
    declared.timeoutMs === BigInt(model.timeoutMs)
  )
}

async function declareApplication(
  deps: ReleaserDeps,
  declaration: Declaration,
  signal: AbortSignal,
): Promise<void> {
  const { plane, decisions } = deps
  const { object, ref, parent, cause } = declaration
  const read = readKustomization(object)
  if (read.kind === 'refused')
    return refuse(deps, declaration, describeProblems(nameOf(declaration), read.problems))
  const objectJson = Buffer.from(JSON.stringify(object), 'utf8')
  const id = applicationId(ref)
  const problem = problemOf(plane, declaration, { model: read.model, bytes: objectJson.length })
  if (problem !== undefined) return refuse(deps, declaration, `${nameOf(declaration)}${problem}`)
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
    sourceId: plane.sourceOf.get(objectKey({ ...read.model.source, cluster: ref.cluster })) ?? '',
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
  readonly model: KustomizationModel
  readonly bytes: number
}

/** What keeps a Kustomization that is well-formed from being declared. */
function problemOf(
  plane: Plane,
  { ref, parent }: Declaration,
  { model, bytes }: Candidate,
): string | undefined {
  if (bytes > OBJECT_BYTES_MAX)
    return ` has ${bytes} bytes; at most ${OBJECT_BYTES_MAX} are allowed`
  if (depthOf(plane, parent.id) >= DEPTH_MAX)
    return ` is nested deeper than ${DEPTH_MAX} applications`
  const edges = { id: applicationId(ref), cluster: ref.cluster, dependsOn: model.dependsOn }
  const cycle = findCycle(plane, edges)
  return cycle === undefined
    ? undefined
    : `: spec.dependsOn goes in a circle: ${cycle.join(' -> ')}`
}

function depthOf(plane: Plane, id: string): number {
  if (id === '') return 0
  return 1 + depthOf(plane, plane.application(id).declared?.parentId ?? '')
}
