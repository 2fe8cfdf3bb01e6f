import { event, type AnyEvent, type EventOf, type NotificationQueued } from '@tidemark/contracts'

const SAME_US = 300_000_000n // Flux drops what comes again within five minutes.
/** What may wait of one Alert: a receiver that is down for long loses its oldest news, and says so. */
export const PENDING_MAX = 1_000

/** What an Alert has to tell. */
export interface Outbox {
  readonly sequence: bigint
  /** Of the version of its stream. */
  readonly version: bigint
  /** The newest event that it tells of. */
  readonly about: bigint
  /** What was queued lately: its key, and when. */
  readonly recent: ReadonlyMap<string, bigint>
  /** What has no end yet, oldest first. */
  readonly pending: ReadonlyMap<bigint, Pending>
}

export interface Pending {
  readonly queued: NotificationQueued
  readonly queuedAtUs: bigint
  /** The code of what went wrong last; empty where nothing did. */
  readonly failing: string
}

export const emptyOutbox: Outbox = {
  sequence: 0n,
  version: 0n,
  about: 0n,
  recent: new Map(),
  pending: new Map(),
}

/** A notification that an Alert asks for. */
export interface Wish extends Omit<NotificationQueued, 'sequence'> {
  /** When the event happened that it tells of. */
  readonly atUs: bigint
}

/** Queues a notification, unless the same was queued within five minutes. Where too many wait, the oldest ends. */
export function decideQueue(
  state: Outbox,
  { atUs, ...wish }: Wish,
): readonly EventOf<'NotificationQueued' | 'NotificationFailed'>[] {
  const before = state.recent.get(wish.key)
  if (before !== undefined && atUs - before < SAME_US) return []
  const queued = event('NotificationQueued', { ...wish, sequence: state.sequence + 1n })
  const [oldest] = state.pending.values()
  if (state.pending.size < PENDING_MAX || oldest === undefined) return [queued]
  const { alertId, sequence, providerId } = oldest.queued
  const full = event('NotificationFailed', {
    alertId,
    sequence,
    providerId,
    code: 'OUTBOX_FULL',
    message: `${PENDING_MAX} notifications of this Alert wait for a receiver that does not take them: the oldest is dropped`,
    final: true,
  })
  return [full, queued]
}

/** How a try to send ended. */
export type Ended =
  | { readonly kind: 'sent' }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  | { readonly kind: 'given up'; readonly code: string; readonly message: string }

/** The first failure, another one than before, and the end are events; what has an end already has no second one. */
export function decideEnd(
  state: Outbox,
  { sequence, tries, ended }: { sequence: bigint; tries: number; ended: Ended },
): readonly EventOf<'NotificationSent' | 'NotificationFailed'>[] {
  const pending = state.pending.get(sequence)
  if (pending === undefined) return []
  const { alertId, providerId } = pending.queued
  const of = { alertId, sequence, providerId, tries }
  if (ended.kind === 'sent') return [event('NotificationSent', of)]
  const { code, message } = ended
  const final = ended.kind === 'given up'
  if (!final && pending.failing === code) return []
  return [event('NotificationFailed', { ...of, code, message, final })]
}

/** Folds an event of the outbox; `at` is when it was stored. */
export function evolveOutbox(
  state: Outbox,
  { type, value }: AnyEvent,
  at: { readonly version: bigint; readonly atUs: bigint },
): Outbox {
  if (at.version <= state.version) return state
  const { version, atUs } = at
  switch (type) {
    case 'NotificationQueued': {
      const { sequence, aboutPosition: about } = value
      const pending = new Map(state.pending)
      pending.set(sequence, { queued: value, queuedAtUs: atUs, failing: '' })
      return { sequence, version, about, recent: remember(state.recent, value.key, atUs), pending }
    }
    case 'NotificationSent':
      return { ...state, version, pending: without(state.pending, value.sequence) }
    case 'NotificationFailed': {
      if (value.final) return { ...state, version, pending: without(state.pending, value.sequence) }
      const known = state.pending.get(value.sequence)
      if (known === undefined) return { ...state, version }
      const pending = new Map(state.pending)
      pending.set(value.sequence, { ...known, failing: value.code })
      return { ...state, version, pending }
    }
    default:
      return { ...state, version }
  }
}

function remember(
  recent: ReadonlyMap<string, bigint>,
  key: string,
  atUs: bigint,
): ReadonlyMap<string, bigint> {
  const kept = [...recent].filter(([, before]) => atUs - before < SAME_US)
  return new Map([...kept, [key, atUs]])
}

function without(
  pending: ReadonlyMap<bigint, Pending>,
  sequence: bigint,
): ReadonlyMap<bigint, Pending> {
  const left = new Map(pending)
  left.delete(sequence)
  return left
}
