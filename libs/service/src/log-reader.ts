import { chainOf, type StoredEvent } from '@tidemark/contracts'
import { LogForked, type EventStore } from '@tidemark/event-store'

/**
 * Reads the log on from a position. Positions have no gaps, and each chain hash follows from the last:
 * else the log is not the one that was read before, and the reader stops (RELIABILITY 3.3).
 */
export class LogReader {
  readonly #store: EventStore
  #position: bigint
  #chain: Uint8Array | undefined
  #head = -1n

  constructor(store: EventStore, after: bigint) {
    this.#store = store
    this.#position = after
  }

  /** The position of the last event that was read. */
  get position(): bigint {
    return this.#position
  }

  /** Whether the last page was the end of the log: then there is nothing to read before the next hint. */
  get atEnd(): boolean {
    return this.#position === this.#head
  }

  /** The next page; empty at the end of the log. */
  async next(signal: AbortSignal): Promise<readonly StoredEvent[]> {
    const { events, head } = await this.#store.readLog(this.#position, signal)
    for (const stored of events) this.#follow(stored)
    this.#head = head
    return events
  }

  #follow({ position, chain, leaf }: StoredEvent): void {
    if (position !== this.#position + 1n)
      throw new LogForked(position, `it follows ${this.#position}`)
    if (this.#chain !== undefined && !Buffer.from(chainOf(this.#chain, leaf)).equals(chain))
      throw new LogForked(position, 'its chain hash does not follow from the event before it')
    this.#position = position
    this.#chain = chain
  }
}
