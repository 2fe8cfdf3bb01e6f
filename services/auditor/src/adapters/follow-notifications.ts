import {
  INPUT_FAMILIES,
  ParkedResolution,
  record,
  type Recorded,
  type StoredEvent,
} from '@tidemark/contracts'
import { OperatingError } from '@tidemark/kernel'
import { foldHandled, type Surroundings } from '@tidemark/service'
import type { Courier } from '../ports.ts'
import { KnownObjects, TOLD_FAMILIES } from '../steps/known-objects.ts'
import { queueNotifications, type Queued } from '../steps/queue-notifications.ts'
import { OutboxSender } from './outbox-sender.ts'
import { NOTIFIER, OutboxWriter } from './outbox-writer.ts'

const CURSOR_EVENTS = 256 // Behind so many that told nothing the cursor is moved; a crash reads them again.

export interface FollowNotificationsParts {
  readonly courier: Courier
  readonly epoch: bigint
}

/**
 * Reads the ledger on: what an event is to the Alerts goes into their outboxes, in one append with the cursor, so a page is
 * queued once. What is queued is sent beside it, and holds up neither the reader nor what goes to others.
 */
export async function followNotifications(
  surroundings: Surroundings,
  { courier, epoch }: FollowNotificationsParts,
  signal: AbortSignal,
): Promise<void> {
  const { store, wake, metrics } = surroundings
  const known = new KnownObjects()
  const families = new Set([...TOLD_FAMILIES, ...INPUT_FAMILIES])
  const { reader } = await foldHandled(
    store,
    { cursor: NOTIFIER, writer: 'auditor', families },
    (recorded) => known.fold(recorded),
    signal,
  )
  const writer = new OutboxWriter(surroundings, { known, epoch, cursor: reader.position })
  const queueing = new Queueing(surroundings, { known, writer })
  await using sender = new OutboxSender(surroundings, { known, writer, courier }, signal)
  sender.look()
  while (!signal.aborted) {
    sender.throwIfFailed()
    const events = await reader.next(signal)
    await queueing.queue(events, signal)
    metrics.lag(NOTIFIER, events.length)
    sender.look()
    if (events.length === 0 || reader.atEnd) await wake.wait(signal)
  }
}

interface QueueingParts {
  readonly known: KnownObjects
  readonly writer: OutboxWriter
}

class Queueing {
  readonly #surroundings: Surroundings
  readonly #parts: QueueingParts

  constructor(surroundings: Surroundings, parts: QueueingParts) {
    this.#surroundings = surroundings
    this.#parts = parts
  }

  /** Queues what a page tells. Each event with something to tell is an append of its own, with the cursor. */
  async queue(events: readonly StoredEvent[], signal: AbortSignal): Promise<void> {
    const { known, writer } = this.#parts
    for (const stored of events) {
      const recorded = record(stored)
      if (recorded === undefined) continue
      const queued = await this.#decide(recorded, signal)
      if (queued.length > 0) await writer.queue(recorded, queued, signal)
      known.fold(recorded)
      if (recorded.event.type === 'ParkedResolved') await this.#resolve(recorded, signal)
    }
    const last = events.at(-1)
    if (last !== undefined && last.position - writer.cursor >= CURSOR_EVENTS)
      await writer.moveTo(last.position, signal)
  }

  /** What cannot be told by our own fault is parked, and holds up nothing. */
  async #decide(recorded: Recorded, signal: AbortSignal): Promise<readonly Queued[]> {
    const { parking, log } = this.#surroundings
    try {
      return queueNotifications(this.#parts.known, recorded)
    } catch (error) {
      if (error instanceof OperatingError) throw error
      const { position, stream } = recorded
      const message = error instanceof Error ? error.message : JSON.stringify(error)
      await parking.failed({ reactor: NOTIFIER, position, key: stream, error: message }, signal)
      log.error('an event is told to nobody', { position: String(position), error: message })
      return []
    }
  }

  /** An operator's word on an event that was parked. */
  async #resolve(recorded: Recorded, signal: AbortSignal): Promise<void> {
    if (recorded.event.type !== 'ParkedResolved') return
    const { reactor, position, resolution } = recorded.event.value
    if (reactor !== NOTIFIER) return
    const { store, parking } = this.#surroundings
    await parking.remove(reactor, position, signal)
    if (resolution !== ParkedResolution.PARKED_RESOLUTION_RETRY) return
    const [stored] = (await store.readLog(position - 1n, signal)).events
    const parked = stored === undefined ? undefined : record(stored)
    if (parked === undefined) return
    const queued = await this.#decide(parked, signal)
    if (queued.length > 0) await this.#parts.writer.queue(recorded, queued, signal)
  }
}
