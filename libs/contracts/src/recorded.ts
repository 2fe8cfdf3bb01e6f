import { decodeBody, type AnyEvent, type EventName } from './events.ts'
import type { StoredEvent } from './gen/tidemark/v1/ledger.ts'
import { Metadata } from './gen/tidemark/v1/metadata.ts'

/** A stored event, read: its bytes as they are, and what they say. */
export interface Recorded<
  E extends { readonly type: EventName; readonly value: unknown } = AnyEvent,
> {
  readonly stored: StoredEvent
  /** Place in the whole log, from 1. Never reused, never reordered, without gaps. */
  readonly position: bigint
  readonly stream: string
  readonly event: E
  readonly meta: Metadata
}

/**
 * What was read last, oldest first: several services of one process read the same events, one shortly after the other.
 * What is read is never changed.
 */
const KNOWN = new Map<StoredEvent, Recorded | undefined>()
const KNOWN_MAX = 1_024

/** Reads a stored event. `undefined` for a type that this build does not know. */
export function record(stored: StoredEvent): Recorded | undefined {
  if (KNOWN.has(stored)) return KNOWN.get(stored)
  const recorded = decode(stored)
  KNOWN.set(stored, recorded)
  for (const oldest of KNOWN.keys()) {
    if (KNOWN.size <= KNOWN_MAX) break
    KNOWN.delete(oldest)
  }
  return recorded
}

function decode(stored: StoredEvent): Recorded | undefined {
  const event = decodeBody(stored.type, stored.body)
  if (event === undefined) return undefined
  return {
    stored,
    position: stored.position,
    stream: stored.stream,
    event,
    meta: Metadata.decode(stored.meta),
  }
}
