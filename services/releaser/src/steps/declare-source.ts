import {
  event,
  streams,
  type KeyValue,
  type ObjectRef,
  type SourceDeclared,
} from '@tidemark/contracts'
import { describeProblems, labelsOf, readSource, type SourceModel } from '@tidemark/flux'
import type { Cause } from '@tidemark/service'
import type { Plane } from '../domain/plane.ts'
import { objectKey, type SourceObject } from '../domain/source.ts'
import { isSameValues } from './cluster-variables.ts'
import type { ReleaserDeps } from './deps.ts'
import { describeSource } from './describe-source.ts'
import { endRefusal, nameOf, refuse, type Declaration, type Parent } from './refuse-object.ts'
import { considerRender, usersOf } from './request-renders.ts'
import { sourceIdOf } from './source-id.ts'

/** Declares a source of any kind, or says why it cannot be used. */
export async function declareSource(
  deps: ReleaserDeps,
  declaration: Declaration,
  signal: AbortSignal,
): Promise<void> {
  const { object, ref, parent, cause } = declaration
  const read = readSource(ref.kind, object)
  if (read?.kind !== 'read')
    return refuse(deps, declaration, describeProblems(nameOf(declaration), read?.problems ?? []))
  endRefusal(deps, declaration)
  const labels = sortedLabels(object)
  await declareSourceModel(deps, { model: read.model, ref, parent, cause, labels }, signal)
}

/** Labels are no part of what a source is: what selects objects goes by them. */
function sortedLabels(object: unknown): readonly KeyValue[] {
  return [...labelsOf(object)]
    .map(([key, value]) => ({ key, value }))
    .toSorted((one, other) => (one.key < other.key ? -1 : 1))
}

export interface SourceDeclaration {
  readonly model: SourceModel
  /** The object that it stands for; of a chart that a HelmRelease implies, the HelmChart that Flux would make. */
  readonly ref: ObjectRef
  readonly parent: Parent
  readonly cause: Cause
  /** Of the object, sorted by key; none of one that is not in Git. */
  readonly labels?: readonly KeyValue[]
}

/**
 * Declares a source that is well-formed: nothing where it is declared like this already, and where it has
 * become another source, the one before is withdrawn. Charts that are in it follow.
 */
export async function declareSourceModel(
  deps: ReleaserDeps,
  { model, ref, parent, cause, labels = [] }: SourceDeclaration,
  signal: AbortSignal,
): Promise<void> {
  const { plane } = deps
  const before = plane.sourceOf.get(objectKey(ref))
  const holder = before === undefined ? undefined : holderOf(plane, before, ref)
  const upstreamId = upstreamOf(plane, model, ref)
  const generation = holder?.generation ?? 1n
  const place = { ref, parent, upstreamId, objectGeneration: generation, labels }
  const same = describeSource(model, place)
  const isHeld = holder?.declaredBy === parent.id && isSameValues(holder.labels, labels)
  if (isDeclared(plane, same, before) && isHeld) return
  const isChanged = holder !== undefined && !isDeclared(plane, same, before)
  const declared = isChanged
    ? describeSource(model, { ...place, objectGeneration: generation + 1n })
    : same
  await record(deps, { declared, before, cause }, signal)
}

interface Recording {
  readonly declared: SourceDeclared
  readonly before: string | undefined
  readonly cause: Cause
}

async function record(
  deps: ReleaserDeps,
  { declared, before, cause }: Recording,
  signal: AbortSignal,
): Promise<void> {
  const { plane, decisions } = deps
  const sourceId = sourceIdOf(declared)
  const { object } = declared
  if (before !== undefined && before !== sourceId) {
    const reason = 'its URL, ref, rules or credentials changed'
    const withdrawn = event('SourceWithdrawn', { sourceId: before, object, reason })
    decisions.record(cause, [{ stream: streams.intake(before), event: withdrawn }])
  }
  const generation = plane.source(sourceId).generation + 1n
  const numbered = event('SourceDeclared', { ...declared, sourceId, generation })
  decisions.record(cause, [{ stream: streams.intake(sourceId), event: numbered }])
  for (const user of usersOf(deps, plane.source(sourceId)))
    await considerRender(deps, user.id, cause, signal)
  if (before !== sourceId) await moveCharts(deps, { upstream: object, sourceId, cause }, signal)
}

interface Moved {
  readonly upstream: ObjectRef | undefined
  readonly sourceId: string
  readonly cause: Cause
}

/** The charts in an object that has become another source are fetched from that one. */
async function moveCharts(
  deps: ReleaserDeps,
  { upstream, sourceId, cause }: Moved,
  signal: AbortSignal,
): Promise<void> {
  const key = objectKey(upstream)
  const charts = [...deps.plane.sources.values()].flatMap(({ id, declared, objects }) =>
    objects
      .filter(({ ref }) => declared !== undefined && chartUpstreamKey(declared, ref) === key)
      .map((object) => ({ before: id, declared, object })),
  )
  for (const { before, declared, object } of charts) {
    if (declared?.helmChart === undefined) continue
    const moved = {
      ...declared,
      object: object.ref,
      declaredBy: object.declaredBy,
      labels: [...object.labels],
      helmChart: {
        ...declared.helmChart,
        upstream,
        upstreamSourceId: sourceId,
        objectGeneration: object.generation,
      },
    }
    await record(deps, { declared: moved, before, cause }, signal)
  }
}

/** The object that the chart of an object is in. Objects that share a chart name it alike. */
function chartUpstreamKey({ helmChart }: SourceDeclared, ref: ObjectRef | undefined): string {
  if (helmChart?.upstream === undefined || ref === undefined) return ''
  const { kind, name } = helmChart.upstream
  return objectKey({ cluster: ref.cluster, kind, namespace: ref.namespace, name })
}

function upstreamOf(plane: Plane, model: SourceModel, { cluster, namespace }: ObjectRef): string {
  if (model.kind !== 'HelmChart') return ''
  return plane.sourceOf.get(objectKey({ cluster, namespace, ...model.source })) ?? ''
}

function holderOf(plane: Plane, sourceId: string, ref: ObjectRef): SourceObject | undefined {
  return plane.source(sourceId).objects.find(({ key }) => key === objectKey(ref))
}

/** Whether the object stands for this source already, and it is looked at like this. */
function isDeclared(plane: Plane, next: SourceDeclared, before: string | undefined): boolean {
  const sourceId = sourceIdOf(next)
  const { declared } = plane.source(sourceId)
  return (
    before === sourceId &&
    declared?.suspended === next.suspended &&
    declared.intervalMs === next.intervalMs &&
    declared.timeoutMs === next.timeoutMs
  )
}
