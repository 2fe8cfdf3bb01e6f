import { streams, type AnyEvent, type AppendRequest, type Recorded } from '@tidemark/contracts'
import {
  buildAppend,
  causeFrom,
  causeOf,
  type Intended,
  type Surroundings,
} from '@tidemark/service'
import { decideEnd, evolveOutbox, type Ended, type Outbox } from '../domain/outbox.ts'
import type { KnownObjects } from '../steps/known-objects.ts'
import type { Queued } from '../steps/queue-notifications.ts'

/** Cursor and lease of the one process that tells. */
export const NOTIFIER = 'auditor-notifications'

const BATCH_EVENTS_MAX = 20 // An event has at most some 12 KiB; a message of the bus holds less than a megabyte.

export interface OutboxWriterParts {
  readonly known: KnownObjects
  readonly epoch: bigint
  /** How far the ledger is read. */
  readonly cursor: bigint
}

/** What a try to send came to. */
export interface Tried {
  readonly alertId: string
  readonly sequence: bigint
  readonly tries: number
  readonly ended: Ended
}

/** Appends to outboxes, one after another: what is queued and how it ended go into the same streams. */
export class OutboxWriter {
  readonly #surroundings: Surroundings
  readonly #known: KnownObjects
  readonly #epoch: bigint
  #cursor: bigint
  #turn: Promise<unknown> = Promise.resolve()

  constructor(surroundings: Surroundings, { known, epoch, cursor }: OutboxWriterParts) {
    this.#surroundings = surroundings
    this.#known = known
    this.#epoch = epoch
    this.#cursor = cursor
  }

  get cursor(): bigint {
    return this.#cursor
  }

  /**
   * Queues what an event tells, and moves the cursor behind it with the last of it. Where that is too much for one append and a
   * crash comes between, what was queued is known by its key.
   */
  queue(recorded: Recorded, queued: readonly Queued[], signal: AbortSignal): Promise<void> {
    return this.#inTurn(async () => {
      const cause = causeOf(recorded)
      const events = queued.map(({ stream, event, project, cluster }) => {
        return { cause, stream, event, project, cluster }
      })
      for (let from = 0; from < events.length; from += BATCH_EVENTS_MAX) {
        const batch = events.slice(from, from + BATCH_EVENTS_MAX)
        const isLast = from + BATCH_EVENTS_MAX >= events.length
        await this.#append(batch, isLast ? recorded.position : undefined, signal)
      }
      this.#surroundings.crashPoints.at('notifier.queued')
    })
  }

  /** Tells how a try ended, where that is news. */
  end({ alertId, ...tried }: Tried, signal: AbortSignal): Promise<void> {
    return this.#inTurn(async () => {
      const decided = decideEnd(this.#known.outbox(alertId), tried)
      if (decided.length === 0) return
      const { declared } = this.#known.notifications.get(alertId) ?? {}
      const [cluster = ''] = alertId.split('_')
      const stream = streams.outbox(alertId)
      const cause = causeFrom(`${stream}/${tried.sequence}/${tried.tries}`)
      const project = declared?.project ?? ''
      const events = decided.map((event) => ({ cause, stream, event, project, cluster }))
      await this.#append(events, undefined, signal)
      this.#surroundings.crashPoints.at('notifier.recorded')
    })
  }

  /** Moves the cursor where nothing was told. */
  moveTo(position: bigint, signal: AbortSignal): Promise<void> {
    return this.#inTurn(() => this.#append([], position, signal))
  }

  async #append(
    events: readonly Intended[],
    to: bigint | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { store, build, crashPoints } = this.#surroundings
    const streamsOf = new Set(events.map(({ stream }) => stream))
    const expected = new Map([...streamsOf].map((stream) => [stream, this.#version(stream)]))
    const cursor =
      to === undefined || to <= this.#cursor
        ? undefined
        : { name: NOTIFIER, from: this.#cursor, to }
    const request: AppendRequest = buildAppend({
      writer: 'auditor',
      build,
      events,
      expected,
      epoch: { resource: NOTIFIER, epoch: this.#epoch },
      cursor,
    })
    if (events.length > 0) crashPoints.at('notifier.decided')
    await store.append(request, signal)
    this.#cursor = cursor?.to ?? this.#cursor
    this.#fold(events)
  }

  /** Our own events are known as soon as they are appended; when they are read back they change nothing. */
  #fold(events: readonly Intended[]): void {
    const atUs = BigInt(this.#surroundings.clock.now()) * 1000n
    for (const { stream, event } of events) {
      const alertId = alertOf(event)
      const version = this.#version(stream) + 1n
      const before: Outbox = this.#known.outbox(alertId)
      this.#known.outboxes.set(alertId, evolveOutbox(before, event, { version, atUs }))
    }
  }

  #version(stream: string): bigint {
    return this.#known.outbox(stream.slice(stream.indexOf('-') + 1)).version
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => undefined)
    return done
  }
}

function alertOf({ value }: AnyEvent): string {
  return 'alertId' in value ? value.alertId : ''
}
