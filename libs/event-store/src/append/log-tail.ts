import type { StoredEvent } from '@tidemark/contracts'
import type { LogPage } from '../event-store.ts'
import { cutPage, PAGE_EVENTS_MAX, sizeOf } from '../page.ts'

const TAIL_BYTES_MAX: number = 16 * 1024 * 1024 // What a push to some thousand applications appends.

/**
 * The newest events, as they were committed here. Where one process alone writes to the log, each of its
 * services follows it out of this, and the tables are read only by who is far behind (bench/push).
 */
export class LogTail {
  readonly #bytesMax: number
  readonly #events: StoredEvent[] = []
  #bytes = 0

  constructor(bytesMax: number = TAIL_BYTES_MAX) {
    this.#bytesMax = bytesMax
  }

  /**
   * Takes what was committed. MUST be called for every commit, before anybody is told of it. Two commits may
   * tell of themselves in the wrong order: then the later one counts, and what came before it is read from the
   * tables.
   */
  add(events: readonly StoredEvent[]): void {
    const [first] = events
    if (first === undefined) return
    const next = (this.#events.at(-1)?.position ?? 0n) + 1n
    if (first.position < next) return
    if (first.position > next) this.forget()
    for (const event of events) {
      this.#events.push(event)
      this.#bytes += sizeOf(event)
    }
    // Half goes at once, so that keeping one more is cheap.
    while (this.#bytes > this.#bytesMax && this.#events.length > 1)
      this.#drop(Math.ceil(this.#events.length / 2))
  }

  /** Forgets all: where the log ends is not known until the next commit. */
  forget(): void {
    this.#drop(this.#events.length)
  }

  /** The page after a position; `undefined` where that is not known here. */
  after(position: bigint): LogPage | undefined {
    const [first] = this.#events
    const head = this.#events.at(-1)?.position
    if (first === undefined || head === undefined) return undefined
    const from = Number(position - first.position) + 1
    if (from < 0 || position > head) return undefined
    return { events: cutPage(this.#events.slice(from, from + PAGE_EVENTS_MAX)), head }
  }

  #drop(count: number): void {
    for (const gone of this.#events.splice(0, count)) this.#bytes -= sizeOf(gone)
  }
}
