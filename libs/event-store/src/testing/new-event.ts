import { randomUUID } from 'node:crypto'
import {
  ActorKind,
  encodeBody,
  event,
  EVENT_SCHEMA,
  Metadata,
  streams,
  type AnyEvent,
  type AppendRequest,
  type NewEvent,
} from '@tidemark/contracts'

/** An event with bytes of its own, ready to be appended. */
export function newEvent(stream: string, value: AnyEvent, meta: Partial<Metadata> = {}): NewEvent {
  const actor = { kind: ActorKind.ACTOR_KIND_SERVICE, name: 'test', issuer: '' }
  return {
    id: randomUUID(),
    stream,
    type: value.type,
    schema: EVENT_SCHEMA,
    body: encodeBody(value),
    meta: Metadata.encode(Metadata.fromPartial({ actor, ...meta })).finish(),
  }
}

/** A push to a source, which only the gateway may append. */
export function pushTo(sourceId: string, deliveryId = ''): NewEvent {
  return newEvent(streams.push(sourceId), event('PushReceived', { sourceId, deliveryId }))
}

/** An append of these events under a new command id, unless `more` says otherwise. */
export function appendOf(
  events: readonly NewEvent[],
  more: Partial<AppendRequest> = {},
): AppendRequest {
  return {
    commandId: randomUUID(),
    expected: [],
    events,
    epoch: undefined,
    cursor: undefined,
    ...more,
  }
}
