import { applicationId, streams, type AnyEvent, type RolloutCause } from '@tidemark/contracts'
import type { Cause } from '@tidemark/service'
import type { Application } from '../domain/application.ts'
import { decideRelease } from '../domain/decide-release.ts'
import { decideRollout, isReady } from '../domain/decide-rollout.ts'
import type { Plane } from '../domain/plane.ts'
import { isReadyWhen, type KnownDependency } from './is-ready-when.ts'
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
    const before = isReadyNow(deps.plane, next)
    advanceOne(deps, next, cause, next === id ? options : {})
    const woken =
      !before && isReadyNow(deps.plane, next)
        ? wokenBy(deps.plane, next)
        : askingOf(deps.plane, next)
    waiting.push(...woken.filter((other) => !waiting.includes(other)))
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
    retryIntervalMs: model === undefined ? 0 : model.retryIntervalMs,
    again: options.again,
  })
}

/** The applications that `dependsOn` names and that are not ready. */
function missingOf({ plane }: ReleaserDeps, state: Application): readonly string[] {
  const known = (id: string): KnownDependency => ({
    state: plane.application(id),
    ready: isReadyNow(plane, id),
  })
  return dependenciesOf(state).filter((id, index) => {
    const dependency = known(id)
    const { readyWhen } = modelOf(state)?.dependsOn[index] ?? {}
    if (readyWhen === undefined) return !dependency.ready
    return !isReadyWhen(plane, readyWhen, { dependency, self: known(state.id) })
  })
}

/** Ids of the applications that `dependsOn` names. */
export function dependenciesOf(state: Application): readonly string[] {
  const cluster = state.declared?.cluster ?? ''
  const { kind = '', dependsOn = [] } = modelOf(state) ?? {}
  return dependsOn.map((dependency) => applicationId({ cluster, kind, ...dependency }))
}

interface Kinship {
  readonly declarations: number
  /** Id of an application -> those that wait for it. */
  readonly dependents: ReadonlyMap<string, readonly string[]>
  /** Id of an application -> those that it declares. */
  readonly children: ReadonlyMap<string, readonly string[]>
}

const KINSHIP = new WeakMap<Plane, Kinship>()

/** Of a plane as it is declared now: a push asks once for each application, and changes few of them. */
function kinshipOf(plane: Plane): Kinship {
  const known = KINSHIP.get(plane)
  if (known?.declarations === plane.declarations) return known
  const { declarations, applications } = plane
  const kinship = { declarations, dependents: new Map(), children: new Map() }
  for (const state of applications.values()) {
    for (const id of new Set(dependenciesOf(state))) add(kinship.dependents, id, state.id)
    add(kinship.children, state.declared?.parentId ?? '', state.id)
  }
  KINSHIP.set(plane, kinship)
  return kinship
}

function add(lists: Map<string, string[]>, key: string, id: string): void {
  const known = lists.get(key)
  if (known === undefined) lists.set(key, [id])
  else known.push(id)
}

/** With `wait`, what an application declares is a part of what it waits for: as in Flux, where that is among its objects. */
function isReadyNow(plane: Plane, id: string): boolean {
  const state = plane.application(id)
  const wait = modelOf(state)?.wait === true
  if (!isReady(state, wait)) return false
  return !wait || childrenOf(plane, id).every((child) => isReadyNow(plane, child))
}

function childrenOf(plane: Plane, id: string): readonly string[] {
  const children = kinshipOf(plane).children.get(id) ?? []
  return children.filter((child) => plane.application(child).removed === undefined)
}

/** What waits for an application that is ready now, and for those that it was the last to keep waiting. */
function wokenBy(plane: Plane, id: string): readonly string[] {
  const woken: string[] = []
  for (let next = id; next !== ''; next = parentOf(plane, next)) {
    if (next !== id && !isReadyNow(plane, next)) break
    woken.push(...(kinshipOf(plane).dependents.get(next) ?? []))
  }
  return woken
}

/** What asks for more of an application than whether it is ready, by `readyExpr`: any change of it may be the answer. */
function askingOf(plane: Plane, id: string): readonly string[] {
  return (kinshipOf(plane).dependents.get(id) ?? []).filter((other) =>
    modelOf(plane.application(other))?.dependsOn.some(({ readyWhen }) => readyWhen !== undefined),
  )
}

function parentOf(plane: Plane, id: string): string {
  return plane.application(id).declared?.parentId ?? ''
}

function intoApplication(
  id: string,
  events: readonly AnyEvent[],
): readonly { stream: string; event: AnyEvent }[] {
  return events.map((event) => ({ stream: streams.application(id), event }))
}
