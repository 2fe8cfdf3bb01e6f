import { field, type Json, type JsonObject, splitApiVersion, textField } from '@tidemark/manifests'

import { isTrue, numberAt, statusConditions } from './conditions.ts'
import { KIND_RULES } from './kind-rules.ts'

/** How a live object is. `message` says what it waits for, or what went wrong. */
export type Health =
  | { readonly kind: 'healthy'; readonly message: string }
  | { readonly kind: 'progressing'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'terminating'; readonly message: string }

export interface HealthContext {
  /** The wall clock: only a Pod that cannot be placed is judged by its age. */
  readonly nowMs: number
}

/**
 * The health of a live object, as kstatus has it (cli-utils v0.37 pkg/kstatus, with Flux's rule that a Job must complete):
 * what is true of every kind, then the rules of its own kind, then its Ready condition; an object that says nothing is
 * healthy. Pure: the same object gives the same health.
 */
export function healthOf(live: JsonObject, context: HealthContext): Health {
  const general = generalHealth(live)
  if (general !== undefined) return general
  const { group } = splitApiVersion(textField(live, 'apiVersion') ?? '')
  const rule = KIND_RULES.get(`${group}/${textField(live, 'kind') ?? ''}`)
  return rule === undefined ? readyHealth(live) : rule(live, context)
}

/** The worst of many: failed, then terminating, then progressing, then healthy. An empty list is healthy. */
export function worstHealth(all: readonly Health[]): Health {
  const order = ['failed', 'terminating', 'progressing', 'healthy'] as const
  for (const kind of order) {
    const found = all.find((health) => health.kind === kind)
    if (found !== undefined) return found
  }
  return { kind: 'healthy', message: 'there is nothing to wait for' }
}

function generalHealth(live: JsonObject): Health | undefined {
  if (field(live, 'metadata', 'deletionTimestamp') !== undefined)
    return { kind: 'terminating', message: 'is being deleted' }
  const generation = numberAt(live, -1, 'metadata', 'generation')
  const observed = numberAt(live, -1, 'status', 'observedGeneration')
  if (observed !== -1 && observed !== generation)
    return {
      kind: 'progressing',
      message: `generation ${generation} is not observed yet, the latest is ${observed}`,
    }
  const conditions = statusConditions(live)
  const reconciling = conditions.find((condition) => isTrue(condition, 'Reconciling'))
  if (reconciling !== undefined) return { kind: 'progressing', message: messageOf(reconciling) }
  const stalled = conditions.find((condition) => isTrue(condition, 'Stalled'))
  return stalled === undefined ? undefined : { kind: 'failed', message: messageOf(stalled) }
}

function readyHealth(live: JsonObject): Health {
  const ready = statusConditions(live).find((condition) => textField(condition, 'type') === 'Ready')
  if (ready === undefined) return { kind: 'healthy', message: 'is there' }
  if (textField(ready, 'status') === 'True') return { kind: 'healthy', message: messageOf(ready) }
  return { kind: 'progressing', message: messageOf(ready) }
}

function messageOf(condition: Json): string {
  const words = [
    textField(condition, 'message'),
    textField(condition, 'reason'),
    textField(condition, 'type'),
  ]
  return words.find((word) => word !== undefined && word !== '') ?? ''
}
