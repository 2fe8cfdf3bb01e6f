import {
  ApplyOutcome,
  bodyToJson,
  EventView,
  type Health,
  type Recorded,
} from '@tidemark/contracts'
import { parseTraceparent } from '@tidemark/service'

/** An event, as the API gives it. */
export function viewEvent(recorded: Recorded): EventView {
  const { stored, meta, event } = recorded
  return EventView.fromPartial({
    position: stored.position,
    id: stored.id,
    stream: stored.stream,
    version: stored.version,
    type: stored.type,
    atMs: stored.atUs / 1000n,
    actor: meta.actor?.name ?? stored.writer,
    causationId: meta.causationId,
    correlationId: meta.correlationId,
    traceId: parseTraceparent(meta.traceparent)?.traceId ?? '',
    cluster: meta.cluster,
    project: meta.project,
    bodyJson: JSON.stringify(bodyToJson(event)),
    summary: summarize(recorded),
  })
}

/** One line for people: what happened, with the values that matter. */
function summarize({ event }: Recorded): string {
  switch (event.type) {
    case 'RevisionFetched':
      return `${event.value.revision} (${event.value.commit?.subject ?? ''})${event.value.forced ? ' by a force push' : ''}`
    case 'FetchFailed':
    case 'RenderFailed':
    case 'ApplicationRefused':
    case 'RequestRefused':
    case 'RemovalHeld':
    case 'NotificationFailed':
      return event.value.message
    case 'RevisionAdmitted':
      return `${event.value.affected.length} affected, ${event.value.covered} covered`
    case 'RenderRequested':
      return `render ${event.value.request} of ${event.value.revision}`
    case 'Rendered':
      return `render ${event.value.request}: ${event.value.objectCount} objects`
    case 'ReleaseCut':
      return `release ${event.value.number}, ${event.value.objectCount} objects`
    case 'ReleaseConfirmed':
      return `release ${event.value.number} stands for ${event.value.revision} too`
    case 'RolloutPlanned':
      return `rollout ${event.value.rollout} of release ${event.value.number}`
    case 'RolloutStopped':
      return event.value.message
    case 'ApplyRequested':
    case 'ApplyStarted':
      return `apply ${event.value.apply} of release ${event.value.number}`
    case 'ApplyFinished':
      return `apply ${event.value.apply}: ${describeApply(event.value)}`
    case 'HealthChanged':
      return `${healthName(event.value.health)}: ${event.value.message}`
    case 'Pruned':
      return event.value.ids.join(', ')
    case 'DriftDetected':
      return event.value.objects.map(({ id, fields }) => `${id} ${fields.join(' ')}`).join('; ')
    case 'HoldPlaced':
      return `held at release ${event.value.number}: ${event.value.reason}`
    case 'NotificationQueued':
      return `notification ${event.value.sequence}, about event ${event.value.aboutPosition}`
    case 'NotificationSent':
      return `notification ${event.value.sequence} sent at try ${event.value.tries}`
    case 'CheckpointSigned':
      return `${event.value.size} events`
    default:
      return ''
  }
}

function describeApply({
  outcome,
  counts,
  message,
}: {
  readonly outcome: ApplyOutcome
  readonly counts:
    | {
        readonly created: number
        readonly configured: number
        readonly unchanged: number
        readonly pruned: number
      }
    | undefined
  readonly message: string
}): string {
  if (outcome !== ApplyOutcome.APPLY_OUTCOME_APPLIED && message !== '') return message
  const { created = 0, configured = 0, unchanged = 0, pruned = 0 } = counts ?? {}
  return `${created} created, ${configured} configured, ${unchanged} unchanged, ${pruned} pruned`
}

/** `healthy`, `timed out`: the name of a health for people. */
function healthName(health: Health): string {
  const names = ['unknown', 'progressing', 'healthy', 'failed', 'timed out', 'unknown']
  return names[health] ?? 'unknown'
}
