import {
  ActorKind,
  derivedId,
  encodeBody,
  EVENT_SCHEMA,
  Metadata,
  type AnyEvent,
  type AppendRequest,
  type CursorMove,
  type LeaseEpoch,
  type NewEvent,
  type Recorded,
  type Writer,
} from '@tidemark/contracts'
import { createHash } from 'node:crypto'
import { beginTrace, childTrace, type TraceContext } from './trace.ts'

/** What an event answers, as far as the answer has to carry it on. */
export interface Cause {
  readonly id: string
  readonly position: bigint
  readonly correlationId: string
  readonly trace: TraceContext
}

/** An event that is about to be appended, and what it answers. */
export interface Intended {
  readonly cause: Cause
  readonly stream: string
  readonly event: AnyEvent
  /** The bytes of the event, where they are known already. */
  readonly body?: Uint8Array
  readonly project: string
  /** The cluster that it is about; empty where it is about none. */
  readonly cluster: string
}

export interface AppendParts {
  readonly writer: Writer
  /** Says who, in words: `releaser`, or a person. */
  readonly actor?: { readonly kind: ActorKind; readonly name: string; readonly issuer: string }
  readonly build: string
  readonly events: readonly Intended[]
  /** The version that each stream was read at. */
  readonly expected: ReadonlyMap<string, bigint>
  readonly epoch?: LeaseEpoch | undefined
  readonly cursor?: CursorMove | undefined
  /** The id of a command that came from outside; else it follows from the content. */
  readonly commandId?: string | undefined
}

/** The cause that a recorded event is. */
export function causeOf(recorded: Recorded): Cause {
  const { stored, meta } = recorded
  return {
    id: stored.id,
    position: recorded.position,
    correlationId: meta.correlationId === '' ? stored.id : meta.correlationId,
    trace: { traceparent: meta.traceparent, tracestate: meta.tracestate },
  }
}

/** A cause that lies outside the ledger: a webhook, a person, a clock. The same seed gives the same cause. */
export function causeFrom(seed: string, trace?: TraceContext): Cause {
  const id = derivedId('cause', seed)
  return { id: '', position: 0n, correlationId: id, trace: trace ?? beginTrace(seed) }
}

/**
 * Builds an append. Ids of events follow from the cause and the place of the event in its stream, the
 * command id from the content: the same step on the same state gives the same bytes.
 */
export function buildAppend(parts: AppendParts): AppendRequest {
  const versions = new Map(parts.expected)
  const events = parts.events.map((intended): NewEvent => {
    const version = (versions.get(intended.stream) ?? 0n) + 1n
    versions.set(intended.stream, version)
    return newEvent(parts, intended, version)
  })
  const expected = [...parts.expected].map(([stream, version]) => ({ stream, version }))
  return {
    commandId: parts.commandId ?? contentId(parts, events),
    expected,
    events,
    epoch: parts.epoch,
    cursor: parts.cursor,
  }
}

function newEvent(parts: AppendParts, intended: Intended, version: bigint): NewEvent {
  const { writer, build } = parts
  const { cause } = intended
  const id = derivedId('event', cause.id, cause.correlationId, intended.stream, version)
  const trace = childTrace(cause.trace, `${writer}/${cause.id}`)
  const meta = Metadata.fromPartial({
    actor: parts.actor ?? { kind: ActorKind.ACTOR_KIND_SERVICE, name: writer, issuer: '' },
    causationId: cause.id,
    causationPosition: cause.position,
    correlationId: cause.correlationId,
    traceparent: trace.traceparent,
    tracestate: trace.tracestate,
    project: intended.project,
    cluster: intended.cluster,
    build,
  })
  return {
    id,
    stream: intended.stream,
    type: intended.event.type,
    schema: EVENT_SCHEMA,
    body: intended.body ?? encodeBody(intended.event),
    meta: Metadata.encode(meta).finish(),
  }
}

function contentId(parts: AppendParts, events: readonly NewEvent[]): string {
  const hash = createHash('sha256').update(parts.writer)
  for (const { id, body, meta } of events) hash.update(id).update(body).update(meta)
  if (parts.cursor !== undefined)
    hash.update(`${parts.cursor.name}/${parts.cursor.from}/${parts.cursor.to}`)
  if (parts.epoch !== undefined) hash.update(`${parts.epoch.resource}/${parts.epoch.epoch}`)
  return derivedId('command', hash.digest('hex'))
}
