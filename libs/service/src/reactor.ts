import {
  ParkedResolution,
  record,
  type ParkedResolved,
  type Recorded,
  type StoredEvent,
  type Writer,
} from '@tidemark/contracts'
import { LogReader, type EventStore, type Parking } from '@tidemark/event-store'
import { AssertionError, OperatingError, type Clock, type Random } from '@tidemark/kernel'
import { backoffMs } from './backoff.ts'
import { KeyedQueue } from './keyed-queue.ts'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'
import type { SpanSink } from './spans.ts'
import { dispatch, type Steps } from './steps.ts'
import type { Wake } from './wake.ts'
import { stepRan } from './telemetry.ts'

const TRIES_MAX = 3 // The third failure of our own parks the event (RELIABILITY 3.9).
const CONFLICTS_MAX = 5
const AHEAD_MAX = 2_000 // Events that may be in hand at once.
const SAVE_EVENTS = 256
const SAVE_MS = 1_000
const LAST_SAVE_MS = 2_000 // A ledger that does not answer holds up nobody's end.

export interface ReactorDeps {
  readonly store: EventStore
  readonly parking: Parking
  readonly wake: Wake
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly metrics: Metrics
  readonly spans: SpanSink
}

export interface ReactorOptions {
  /** Also the name of the cursor: `fetcher-0`. */
  readonly name: string
  readonly writer: Writer
  readonly steps: Steps
  /** What keeps its order: events of one key are handled one after another. `undefined`: not for us. */
  readonly keyOf: (recorded: Recorded) => string | undefined
  /** How many keys are worked on at once. */
  readonly concurrency: number
  /** Sees each event as it is read, before its step: for folds over the log. */
  readonly observe?: (recorded: Recorded) => void
}

/**
 * Reads the ledger on from the reader's cursor and hands each event to its step. At least once, in order
 * per key. The cursor is saved at the lowest event that is not done, so a crash repeats steps and loses
 * none. It alone retries: a conflict at once, an outage with backoff, and what can never work is parked
 * with all that follows of its key, until an operator says `retry` or `skip`.
 */
export async function runReactor(
  deps: ReactorDeps,
  options: ReactorOptions,
  signal: AbortSignal,
): Promise<void> {
  const reactor = new Reactor(deps, options)
  await reactor.run(signal)
}

class Reactor {
  readonly #deps: ReactorDeps
  readonly #options: ReactorOptions
  readonly #queue: KeyedQueue
  /** Positions that are in hand; the cursor never passes the lowest. */
  readonly #open = new Set<bigint>()
  readonly #parked = new Map<string, bigint>()
  #reader: LogReader
  /** Read, but not yet in hand. */
  readonly #pending: StoredEvent[] = []
  #saved = 0n
  #savedAt = 0

  constructor(deps: ReactorDeps, options: ReactorOptions) {
    this.#deps = deps
    this.#options = options
    this.#queue = new KeyedQueue(options.concurrency)
    this.#reader = new LogReader(deps.store, 0n)
  }

  async run(signal: AbortSignal): Promise<void> {
    const { store, parking } = this.#deps
    const { name } = this.#options
    this.#saved = await store.readCursor(name, signal)
    this.#reader = new LogReader(store, this.#saved)
    for (const { key, position } of await parking.list(name, signal)) this.#park(key, position)
    const failure = new AbortController()
    const both = AbortSignal.any([signal, failure.signal])
    this.#queue.onFailure = (error) => failure.abort(error)
    while (!both.aborted) await this.#turn(both)
    await this.#queue.idle()
    if (failure.signal.aborted) throw failure.signal.reason
    using limit = this.#deps.clock.deadline(LAST_SAVE_MS)
    await this.#save(limit.signal)
  }

  /** Reads one page and puts its events in hand; waits where there is nothing new or too much in hand. */
  async #turn(signal: AbortSignal): Promise<void> {
    const { wake, metrics, log } = this.#deps
    try {
      const before = this.#reader.position
      if (this.#open.size < AHEAD_MAX) await this.#readOn(signal)
      await this.#saveWhenDue(signal)
      if (this.#reader.position === before || this.#open.size >= AHEAD_MAX) await wake.wait(signal)
    } catch (error) {
      if (!(error instanceof OperatingError) || error.retry === 'never') throw error
      log.warn('cannot read on; trying again', { error: error.message })
      await wake.wait(signal)
    }
    metrics.lag(this.#options.name, this.#open.size)
  }

  async #readOn(signal: AbortSignal): Promise<void> {
    if (this.#pending.length === 0) this.#pending.push(...(await this.#reader.next(signal)))
    for (let stored = this.#pending[0]; stored !== undefined; stored = this.#pending[0]) {
      const recorded = record(stored)
      if (recorded !== undefined) await this.#take(recorded, signal)
      this.#pending.shift()
    }
  }

  async #take(recorded: Recorded, signal: AbortSignal): Promise<void> {
    this.#options.observe?.(recorded)
    if (recorded.event.type === 'ParkedResolved') await this.#resolve(recorded.event.value, signal)
    const key = this.#options.keyOf(recorded)
    if (key === undefined || this.#options.steps[recorded.event.type] === undefined) return
    if (this.#parked.has(key)) return
    this.#put(key, recorded, signal)
  }

  #put(key: string, recorded: Recorded, signal: AbortSignal): void {
    this.#open.add(recorded.position)
    this.#queue.push(key, async () => {
      const handled = this.#parked.has(key) || (await this.#handle(key, recorded, signal))
      if (handled) this.#open.delete(recorded.position)
    })
  }

  /** Whether the event is out of our hands: done, or parked. Not so when the process is ending. */
  async #handle(key: string, recorded: Recorded, signal: AbortSignal): Promise<boolean> {
    const { clock, random, log } = this.#deps
    const { type } = recorded.event
    for (let tries = 1; !signal.aborted; tries += 1) {
      const failure = await this.#try(recorded, signal)
      if (failure === undefined) return true
      if (signal.aborted) return false
      const retry = await this.#judge(key, recorded, failure, tries)
      if (retry === 'parked') return true
      const wait = retry === 'now' ? 0 : backoffMs(tries, random)
      log.warn('step failed; trying again', {
        step: type,
        position: String(recorded.position),
        waitMs: wait,
        error: failure instanceof Error ? failure.message : JSON.stringify(failure),
      })
      await clock.sleep(wait, signal)
    }
    return false
  }

  async #try(recorded: Recorded, signal: AbortSignal): Promise<unknown> {
    const { clock, metrics, spans } = this.#deps
    const { steps } = this.#options
    const began = clock.monotonic()
    const startMs = clock.now()
    let failure: unknown
    try {
      await dispatch(steps, recorded, signal)
    } catch (error) {
      failure = error ?? new Error('a step failed without a reason')
    }
    const seconds = (clock.monotonic() - began) / 1000
    metrics.stepEnded(recorded.event.type, failure === undefined ? 'done' : 'retry', seconds)
    stepRan(spans, this.#options.writer, recorded, {
      startMs,
      endMs: startMs + seconds * 1000,
      error: failure instanceof Error ? failure.message : undefined,
    })
    return failure
  }

  async #judge(
    key: string,
    recorded: Recorded,
    failure: unknown,
    tries: number,
  ): Promise<'now' | 'later' | 'parked'> {
    if (failure instanceof OperatingError && failure.retry !== 'never')
      return failure.retry === 'now' && tries < CONFLICTS_MAX ? 'now' : 'later'
    const { parking, log, metrics } = this.#deps
    const error = failure instanceof Error ? failure.message : String(failure)
    const { position } = recorded
    const parked = await parking.failed({ reactor: this.#options.name, position, key, error })
    if (failure instanceof AssertionError && parked.tries < TRIES_MAX) throw failure
    if (parked.tries < TRIES_MAX) return 'later'
    this.#park(key, position)
    metrics.stepEnded(recorded.event.type, 'parked', 0)
    log.error('event parked; later events of its key wait behind it', {
      key,
      position: String(position),
      error,
      cure: `tidemark parked retry|skip ${this.#options.name} ${position} --reason ...`,
    })
    return 'parked'
  }

  #park(key: string, position: bigint): void {
    const first = this.#parked.get(key)
    if (first === undefined || position < first) this.#parked.set(key, position)
  }

  /** An operator's word: the event is tried again or left out, and what waited behind it follows. */
  async #resolve(
    { reactor, position, resolution }: ParkedResolved,
    signal: AbortSignal,
  ): Promise<void> {
    const { store, parking } = this.#deps
    if (reactor !== this.#options.name) return
    const entry = [...this.#parked].find(([, at]) => at === position)
    if (entry === undefined) return
    const [key] = entry
    this.#parked.delete(key)
    await parking.remove(reactor, position, signal)
    const until = this.#reader.position
    let after = resolution === ParkedResolution.PARKED_RESOLUTION_SKIP ? position : position - 1n
    while (after < until) {
      const page = await store.readLog(after, signal)
      for (const stored of page.events.filter((event) => event.position < until)) {
        const recorded = record(stored)
        if (recorded !== undefined && this.#options.keyOf(recorded) === key)
          this.#put(key, recorded, signal)
      }
      after = page.events.at(-1)?.position ?? until
    }
  }

  async #saveWhenDue(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps
    const due = this.#low() - this.#saved >= SAVE_EVENTS
    const late = clock.monotonic() - this.#savedAt >= SAVE_MS
    if (due || late) await this.#save(signal)
  }

  #low(): bigint {
    let low = (this.#pending[0]?.position ?? this.#reader.position + 1n) - 1n
    for (const position of this.#open) if (position <= low) low = position - 1n
    return low
  }

  /** Where it cannot be saved, the cursor is only behind. */
  async #save(signal: AbortSignal): Promise<void> {
    const { store, clock, log } = this.#deps
    const to = this.#low()
    this.#savedAt = clock.monotonic()
    if (to <= this.#saved) return
    const { name } = this.#options
    const request = {
      commandId: `cursor/${name}/${this.#saved}/${to}`,
      expected: [],
      events: [],
      epoch: undefined,
      cursor: { name, from: this.#saved, to },
    }
    try {
      await store.append(request, signal)
      this.#saved = to
    } catch (error) {
      if (!(error instanceof OperatingError)) throw error
      log.debug('cursor not saved; it is only behind', { error: error.message })
    }
  }
}
