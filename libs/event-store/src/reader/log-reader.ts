import type { StoredEvent } from '@tidemark/contracts'
import { LogForked } from '../errors.ts'
import type { EventStore } from '../event-store.ts'
import { ChainCheck } from './chain-check.ts'

/**
 * Reads the log on from a position. Positions have no gaps, each chain hash follows from the last, and the
 * log does not get shorter: else it is not the one that was read before, and the reader stops with
 * {@link LogForked} (RELIABILITY 3.3).
 */
export class LogReader {
  readonly #store: Pick<EventStore, 'readLog'>
  readonly #after: bigint
  readonly #check: ChainCheck
  #head = -1n

  /** `after` is the position of the last event that was dealt with, and `chain` its chain hash where it is known. */
  constructor(store: Pick<EventStore, 'readLog'>, after: bigint, chain?: Uint8Array) {
    this.#store = store
    this.#after = after
    // Without it the reader begins one earlier: that event holds what the next one follows from.
    const begin = after === 0n || chain !== undefined ? after : after - 1n
    this.#check = new ChainCheck(begin, chain)
  }

  /** The position of the last event that was read. */
  get position(): bigint {
    const { position } = this.#check
    return position > this.#after ? position : this.#after
  }

  /** Where the log ended when the last page was read; -1n before the first one. */
  get head(): bigint {
    return this.#head
  }

  /** Whether the last page was the end of the log: then there is nothing to read before the next hint. */
  get atEnd(): boolean {
    return this.position === this.#head
  }

  /** The next page; empty at the end of the log. */
  async next(signal?: AbortSignal): Promise<readonly StoredEvent[]> {
    const { events, head } = await this.#store.readLog(this.#check.position, signal)
    for (const event of events) this.#check.next(event)
    if (head < this.position)
      throw new LogForked(this.position, `the log now ends at ${head}, before what was read`)
    this.#head = head
    return events[0]?.position === this.#after ? events.slice(1) : events
  }
}
