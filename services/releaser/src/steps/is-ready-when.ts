import type { Dependency } from '@tidemark/flux'
import type { Application } from '../domain/application.ts'
import type { Plane } from '../domain/plane.ts'

/** A dependency, and whether the built-in test says that it is ready. */
export interface KnownDependency {
  readonly state: Application
  readonly ready: boolean
}

/** What `readyExpr` says of it. An expression that has no answer yet is a no. */
export function isReadyWhen(
  plane: Plane,
  condition: NonNullable<Dependency['readyWhen']>,
  { dependency, self }: { readonly dependency: KnownDependency; readonly self: KnownDependency },
): boolean {
  const { declared, removed } = dependency.state
  if (declared === undefined || removed !== undefined) return false
  const verdict = condition.evaluate({
    dep: fluxObject(plane, dependency),
    self: fluxObject(plane, self),
  })
  return verdict.kind === 'answer' && verdict.is
}

/** An application as Flux would show it: its object, and the status that Flux keeps on it. */
function fluxObject(plane: Plane, known: KnownDependency): Readonly<Record<string, unknown>> {
  const { declared, request } = known.state
  const json = Buffer.from(declared?.objectJson ?? '{}').toString('utf8')
  const object: Readonly<Record<string, unknown>> = Object(JSON.parse(json))
  const observedGeneration = Number(request?.generation ?? 0n)
  const status = known.ready ? 'True' : 'False'
  const lastAppliedRevision = appliedRevision(plane, known)
  return {
    ...object,
    metadata: { ...Object(object['metadata']), generation: Number(declared?.generation ?? 0n) },
    status: {
      observedGeneration,
      lastAttemptedRevision: request?.revision ?? '',
      ...(lastAppliedRevision === '' ? {} : { lastAppliedRevision }),
      conditions: [{ type: 'Ready', status, observedGeneration }],
    },
  }
}

/** A revision that changes nothing of what an application reads covers it: that is applied too. */
function appliedRevision(plane: Plane, { state, ready }: KnownDependency): string {
  const { request, rollout, releases } = state
  const newest = plane.source(request?.sourceId ?? '').fetched
  if (ready && newest !== undefined) return newest.revision
  return releases.find(({ number }) => number === rollout?.number)?.revision ?? ''
}
