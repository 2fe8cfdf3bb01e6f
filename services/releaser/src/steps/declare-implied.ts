import { event, streams, type ObjectRef } from '@tidemark/contracts'
import { describeProblems, readSource, type ApplicationModel } from '@tidemark/flux'
import type { Cause } from '@tidemark/service'
import type { Application } from '../domain/application.ts'
import { objectKey } from '../domain/source.ts'
import { declareSourceModel } from './declare-source.ts'
import type { ReleaserDeps } from './deps.ts'
import { modelOf } from './models.ts'
import { nameOf, refuse, type Declaration } from './refuse-object.ts'

export interface Implied {
  readonly declaration: Declaration
  /** The application that the object is. */
  readonly id: string
  readonly model: ApplicationModel
}

/**
 * Declares the source that an object implies: the HelmChart that Flux would make of a HelmRelease. It belongs to the
 * application, and one that it no longer implies is withdrawn. Gives `refused` where that source cannot be used.
 */
export async function declareImplied(
  deps: ReleaserDeps,
  { declaration, id, model }: Implied,
  signal: AbortSignal,
): Promise<'declared' | 'refused'> {
  const { ref, parent, cause } = declaration
  const kept = impliedRef(model, ref.cluster)
  if (kept !== undefined) {
    const read = readSource(kept.kind, model.impliedSource)
    if (read?.kind !== 'read') {
      refuse(deps, declaration, describeProblems(nameOf(declaration), read?.problems ?? []))
      return 'refused'
    }
    const place = { ref: kept, parent: { ...parent, id }, cause }
    await declareSourceModel(deps, { model: read.model, ...place }, signal)
  }
  withdrawImplied(deps, id, cause, kept)
  return 'declared'
}

/** Withdraws what an application implied, but for what it still implies. */
export function withdrawImplied(
  { plane, decisions }: ReleaserDeps,
  id: string,
  cause: Cause,
  kept?: ObjectRef,
): void {
  for (const { id: sourceId, objects } of plane.sources.values())
    for (const { key, ref, declaredBy } of objects) {
      if (declaredBy !== id || ref?.kind !== 'HelmChart' || key === objectKey(kept)) continue
      const reason = `no longer implied by ${id}`
      const withdrawn = event('SourceWithdrawn', { sourceId, object: ref, reason })
      decisions.record(cause, [{ stream: streams.intake(sourceId), event: withdrawn }])
    }
}

/** Keys of the sources that an application implies: none of them is gone because its release does not hold it. */
export function impliedKeys(state: Application): readonly string[] {
  const model = modelOf(state)
  const ref = model === undefined ? undefined : impliedRef(model, state.declared?.cluster ?? '')
  return ref === undefined ? [] : [objectKey(ref)]
}

function impliedRef(
  { impliedSource, source }: ApplicationModel,
  cluster: string,
): ObjectRef | undefined {
  if (impliedSource === undefined) return undefined
  return { cluster, apiVersion: 'source.toolkit.fluxcd.io/v1', ...source }
}
