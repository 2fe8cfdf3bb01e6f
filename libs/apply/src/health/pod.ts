import { field, isJsonList, type Json, type JsonObject, textField } from '@tidemark/manifests'

import { condition, isTrue } from './conditions.ts'
import type { Health, HealthContext } from './health.ts'

const PLACE_MS_MAX = 15_000 // kstatus' window: until then, a node may still come up.

export function podHealth(live: JsonObject, context: HealthContext): Health {
  const phase = textField(live, 'status', 'phase') ?? ''
  switch (phase) {
    case 'Succeeded':
      return { kind: 'healthy', message: 'the Pod has completed' }
    case 'Failed':
      return {
        kind: 'failed',
        message: `the Pod has failed: ${textField(live, 'status', 'message') ?? 'a container ended with an error'}`,
      }
    case 'Running':
      return runningHealth(live)
    case 'Pending':
      return pendingHealth(live, context)
    default:
      return {
        kind: 'progressing',
        message: phase === '' ? 'the Pod has no phase yet' : `the Pod's phase is ${phase}`,
      }
  }
}

function runningHealth(live: JsonObject): Health {
  const ready = condition(live, 'Ready')
  if (isTrue(ready, 'Ready')) return { kind: 'healthy', message: 'the Pod is ready' }
  const crashing = containers(live).filter(
    (status) => textField(status, 'state', 'waiting', 'reason') === 'CrashLoopBackOff',
  )
  if (crashing.length > 0)
    return { kind: 'failed', message: `containers crash again and again: ${namesOf(crashing)}` }
  return { kind: 'progressing', message: 'the Pod runs and is not ready yet' }
}

function pendingHealth(live: JsonObject, { nowMs }: HealthContext): Health {
  const placed = condition(live, 'PodScheduled')
  if (textField(placed, 'status') !== 'False' || textField(placed, 'reason') !== 'Unschedulable')
    return { kind: 'progressing', message: 'the Pod is pending' }
  const created = Date.parse(textField(live, 'metadata', 'creationTimestamp') ?? '')
  const message = `no node takes the Pod: ${textField(placed, 'message') ?? ''}`
  return Number.isFinite(created) && nowMs - created > PLACE_MS_MAX
    ? { kind: 'failed', message }
    : { kind: 'progressing', message }
}

function containers(live: JsonObject): readonly Json[] {
  return ['initContainerStatuses', 'containerStatuses'].flatMap((name) => {
    const statuses = field(live, 'status', name)
    return isJsonList(statuses) ? statuses : []
  })
}

function namesOf(statuses: readonly Json[]): string {
  return statuses.map((status) => textField(status, 'name') ?? '').join(', ')
}
