import type { ObjectResult as Done, Plan, PruneReport } from '@tidemark/apply'
import { plannedObjects } from '@tidemark/apply'
import {
  ApplyOutcome,
  ObjectAction,
  type Intent,
  type ObjectCounts,
  type ObjectResult,
} from '@tidemark/contracts'

const SHOWN_MAX = 50
const MESSAGE_MAX = 1_000

const ACTIONS: Readonly<Record<Done['action'], ObjectAction>> = {
  created: ObjectAction.OBJECT_ACTION_CREATE,
  configured: ObjectAction.OBJECT_ACTION_CONFIGURE,
  recreated: ObjectAction.OBJECT_ACTION_RECREATE,
  unchanged: ObjectAction.OBJECT_ACTION_UNCHANGED,
  skipped: ObjectAction.OBJECT_ACTION_SKIP,
  pruned: ObjectAction.OBJECT_ACTION_PRUNE,
  held: ObjectAction.OBJECT_ACTION_HOLD,
  failed: ObjectAction.OBJECT_ACTION_CONFIGURE,
  'not-tried': ObjectAction.OBJECT_ACTION_CONFIGURE,
}

const PLANNED = {
  create: ObjectAction.OBJECT_ACTION_CREATE,
  configure: ObjectAction.OBJECT_ACTION_CONFIGURE,
  unchanged: ObjectAction.OBJECT_ACTION_UNCHANGED,
  skip: ObjectAction.OBJECT_ACTION_SKIP,
} as const

/** What a plan is about to do, per object. What stays as it is, is not named. */
export function intentsOf(plan: Plan): readonly Intent[] {
  return [
    ...plannedObjects(plan)
      .filter(({ action }) => action === 'create' || action === 'configure')
      .map(({ id, action }) => ({ id, action: PLANNED[action] })),
    ...plan.prune.deletions.map(({ id }) => ({ id, action: ObjectAction.OBJECT_ACTION_PRUNE })),
    ...plan.prune.held.map(({ id }) => ({ id, action: ObjectAction.OBJECT_ACTION_HOLD })),
  ]
}

/** A result as an event tells it. */
export function resultOf({ id, action, code = '', message = '' }: Done): ObjectResult {
  return { id, action: ACTIONS[action], code, message: message.slice(0, MESSAGE_MAX) }
}

/** What failed or is held, at most 50: the rest is in the blob. */
export function notable(results: readonly Done[]): readonly ObjectResult[] {
  return results
    .filter(({ action }) => isFailure(action) || action === 'held')
    .slice(0, SHOWN_MAX)
    .map(resultOf)
}

export function countResults(results: readonly Done[]): ObjectCounts {
  const count = (...actions: readonly Done['action'][]): number =>
    results.filter(({ action }) => actions.includes(action)).length
  return {
    created: count('created', 'recreated'),
    configured: count('configured'),
    unchanged: count('unchanged'),
    pruned: count('pruned'),
    failed: count('failed', 'not-tried'),
    held: count('held'),
    skipped: count('skipped'),
  }
}

/** How an apply ended, and in one line why. */
export function outcomeOf(results: readonly Done[]): {
  readonly outcome: ApplyOutcome
  readonly message: string
} {
  const failed = results.filter(({ action }) => action === 'failed')
  const [first] = failed
  if (first !== undefined) {
    const more = failed.length === 1 ? '' : ` (and ${failed.length - 1} more)`
    return {
      outcome: ApplyOutcome.APPLY_OUTCOME_FAILED,
      message: `${first.message ?? first.id}${more}`.slice(0, MESSAGE_MAX),
    }
  }
  const held = results.filter(({ action }) => action === 'held')
  if (held.length === 0) return { outcome: ApplyOutcome.APPLY_OUTCOME_APPLIED, message: '' }
  return {
    outcome: ApplyOutcome.APPLY_OUTCOME_HELD,
    message: `${held.length} deletions wait for a person: ${held[0]?.message ?? ''}`.slice(
      0,
      MESSAGE_MAX,
    ),
  }
}

export function prunedIds({ results }: Pick<PruneReport, 'results'>): readonly string[] {
  return results.filter(({ action }) => action === 'pruned').map(({ id }) => id)
}

function isFailure(action: Done['action']): boolean {
  return action === 'failed' || action === 'not-tried'
}
