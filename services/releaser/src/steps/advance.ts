import { applicationId, streams, type AnyEvent, type RolloutCause } from '@tidemark/contracts'
import type { Cause } from '@tidemark/service'
import type { Application } from '../domain/application.ts'
import { decideRelease } from '../domain/decide-release.ts'
import { decideRollout, isReady } from '../domain/decide-rollout.ts'
import type { Plane } from '../domain/plane.ts'
import { applyOptionsOf } from './apply-options.ts'
import type { ReleaserDeps } from './deps.ts'
import { isPaused, modelOf } from './models.ts'

const STEPS_MAX = 16 // A rollout goes through at most four; more is a decision that never ends.

export interface AdvanceOptions {
  readonly again?: RolloutCause | undefined
  readonly pruneApproved?: boolean
}

/**
 * Takes an application on as far as what is known allows: cuts the release that is due, plans, starts,
 * follows and ends its rollout; then those that wait for it.
 */
export function advance(
  deps: ReleaserDeps,
  id: string,
  cause: Cause,
  options: AdvanceOptions = {},
): void {
  const waiting = [id]
  for (const next of waiting) {
    const before = isReadyNow(deps.plane.application(next))
    advanceOne(deps, next, cause, next === id ? options : {})
    if (!before && isReadyNow(deps.plane.application(next)))
      waiting.push(...dependentsOf(deps, next).filter((other) => !waiting.includes(other)))
  }
}

function advanceOne(deps: ReleaserDeps, id: string, cause: Cause, options: AdvanceOptions): void {
  const { plane, decisions } = deps
  const state = plane.application(id)
  const fetched = plane.source(state.request?.sourceId ?? '').fetched
  decisions.record(cause, intoApplication(id, decideRelease(state, fetched)))
  let again = options.again
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const decided = decideNext(deps, id, { ...options, again })
    if (decided.length === 0) return
    again = undefined
    decisions.record(
      cause,
      decided.map((event) => ({ stream: streams.rollout(id), event })),
    )
  }
}

function decideNext(deps: ReleaserDeps, id: string, options: AdvanceOptions): readonly AnyEvent[] {
  const state = deps.plane.application(id)
  const model = modelOf(state)
  return decideRollout(state, {
    nowMs: deps.nowMs(),
    paused: isPaused(state),
    waitsFor: missingOf(deps, state),
    options: applyOptionsOf(state, options.pruneApproved === true),
    retryIntervalMs: model?.retryIntervalMs ?? 0,
    again: options.again,
  })
}

/** The applications that `dependsOn` names and that are not ready. */
function missingOf({ plane }: ReleaserDeps, state: Application): readonly string[] {
  return dependenciesOf(state).filter((id) => !isReadyNow(plane.application(id)))
}

/** Ids of the applications that `dependsOn` names. */
export function dependenciesOf(state: Application): readonly string[] {
  const cluster = state.declared?.cluster ?? ''
  const { kind = '', dependsOn = [] } = modelOf(state) ?? {}
  return dependsOn.map((dependency) => applicationId({ cluster, kind, ...dependency }))
}

interface Dependents {
  readonly declarations: number
  /** Id of an application -> those that wait for it. */
  readonly byId: ReadonlyMap<string, readonly string[]>
}

const DEPENDENTS = new WeakMap<Plane, Dependents>()

/** Of a plane as it is declared now: a push asks once for each application, and changes few of them. */
function dependentsOf({ plane }: ReleaserDeps, id: string): readonly string[] {
  let known = DEPENDENTS.get(plane)
  if (known?.declarations !== plane.declarations) {
    known = { declarations: plane.declarations, byId: allDependents(plane) }
    DEPENDENTS.set(plane, known)
  }
  return known.byId.get(id) ?? []
}

function allDependents({ applications }: Plane): Dependents['byId'] {
  const dependents = new Map<string, string[]>()
  for (const state of applications.values())
    for (const id of new Set(dependenciesOf(state))) {
      const known = dependents.get(id)
      if (known === undefined) dependents.set(id, [state.id])
      else known.push(state.id)
    }
  return dependents
}

function isReadyNow(state: Application): boolean {
  return isReady(state, modelOf(state)?.wait === true)
}

function intoApplication(
  id: string,
  events: readonly AnyEvent[],
): readonly { stream: string; event: AnyEvent }[] {
  return events.map((event) => ({ stream: streams.application(id), event }))
}
