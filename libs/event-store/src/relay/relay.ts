import type { LogStream } from '@tidemark/bus'
import {
  noCrashPoints,
  OperatingError,
  type Clock,
  type CrashPoints,
  type Random,
} from '@tidemark/kernel'
import type { LedgerStore } from '../ledger-store.ts'
import { compareLog, rebuildFrom } from './compare-log.ts'
import { logMessage } from './log-message.ts'
import { WakeSignal } from './wake-signal.ts'

const WINDOW = 256 // Messages under way: more gains nothing, and this much is lost work at a crash.
const COMPARE_MS = 60_000
const POLL_MS = 1_000 // Where the hint of a commit was lost, or another ledger committed.
const RETRY_MS_MIN = 200
const RETRY_MS_MAX = 10_000
/** A cache has no use for more; minutes of republishing. Older events come from the ledger itself. */
const REBUILD_EVENTS_MAX = 1_000_000n

export interface RelayOptions {
  readonly store: Pick<LedgerStore, 'head' | 'readPage' | 'onGrowth'>
  readonly log: LogStream
  readonly clock: Clock
  readonly random: Random
  /** `relay.before-publish`, `relay.after-publish`. */
  readonly crashPoints?: CrashPoints
  readonly report?: RelayReport
}

/** What an operator should know. */
export interface RelayReport {
  /** The stream was made anew; `why` says what was wrong with it. */
  rebuilt?(why: string, firstPosition: bigint): void
  /** The bus has the log up to here; the log ends at `head`. */
  published?(lastPosition: bigint, head: bigint): void
  /** The bus or the store does not answer; the relay tries again by itself. */
  unavailable?(error: OperatingError): void
}

/**
 * Puts the log on the bus, in order, with sequence = position, until the signal is aborted. Each message is
 * refused unless the stream ends right before it, so two relays do no harm, and nobody has to remember how
 * far it came. The stream is compared at the start and every minute, and made anew where it differs.
 */
export async function runRelay(options: RelayOptions, signal: AbortSignal): Promise<void> {
  const { store, clock } = options
  const grown = new WakeSignal(clock)
  using _ = store.onGrowth(() => grown.wake())
  const relay = new Relay(options)
  let retryMs = RETRY_MS_MIN
  while (!signal.aborted) {
    try {
      await relay.advance(signal)
      retryMs = RETRY_MS_MIN
      await grown.wait(POLL_MS, signal)
    } catch (error) {
      if (!(error instanceof OperatingError)) throw error
      relay.forget()
      options.report?.unavailable?.(error)
      await clock.sleep(retryMs, signal)
      retryMs = Math.min(retryMs * 2, RETRY_MS_MAX)
    }
  }
}

class Relay {
  readonly #options: RelayOptions
  readonly #crashPoints: CrashPoints
  /** How far the stream is; undefined where it has to be looked at. */
  #position: bigint | undefined
  #comparedAt = 0

  constructor(options: RelayOptions) {
    this.#options = options
    this.#crashPoints = options.crashPoints ?? noCrashPoints
  }

  /** Publishes what is missing on the bus, until nothing is. */
  async advance(signal: AbortSignal): Promise<void> {
    if (this.#isCompareDue()) this.#position = undefined
    while (!signal.aborted) {
      this.#position ??= await this.#compare()
      const next = await this.#publishAfter(this.#position)
      if (next === this.#position) return
      this.#position = next
    }
  }

  /** What was under way may have arrived or not: the stream is looked at before anything else. */
  forget(): void {
    this.#position = undefined
  }

  #isCompareDue(): boolean {
    return this.#options.clock.monotonic() - this.#comparedAt >= COMPARE_MS
  }

  async #compare(): Promise<bigint> {
    const { store, log, random, clock } = this.#options
    const comparison = await compareLog(store, log, random)
    this.#comparedAt = clock.monotonic()
    return comparison.kind === 'same'
      ? comparison.lastPosition
      : await this.#rebuild(comparison.why)
  }

  async #rebuild(why: string): Promise<bigint> {
    const { store, log, report } = this.#options
    const firstPosition = rebuildFrom(await store.head(), REBUILD_EVENTS_MAX)
    await log.recreate(firstPosition)
    report?.rebuilt?.(why, firstPosition)
    return firstPosition - 1n
  }

  /** The position that the stream has reached; undefined where it has to be looked at. */
  async #publishAfter(position: bigint): Promise<bigint | undefined> {
    const { store, log, report } = this.#options
    const events = await store.readPage(position, WINDOW)
    if (events.length === 0) return (await this.#isAhead(position)) ? undefined : position
    const { incarnation, position: head } = await store.head()
    this.#crashPoints.at('relay.before-publish')
    const outcome = await log.publishBatch(events.map((event) => logMessage(event, incarnation)))
    this.#crashPoints.at('relay.after-publish')
    if (outcome.kind === 'missing') return undefined
    if (outcome.kind === 'published') report?.published?.(outcome.lastPosition, head)
    return outcome.lastPosition
  }

  /** The stream may be ahead of a store that went back to a backup. */
  async #isAhead(position: bigint): Promise<boolean> {
    return position > (await this.#options.store.head()).position
  }
}
