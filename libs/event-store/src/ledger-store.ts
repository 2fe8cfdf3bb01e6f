import type { StoredEvent, Writer } from '@tidemark/contracts'
import type { LedgerClient } from './event-store.ts'

/** Where the log ends. */
export interface LogHead {
  /** The position of the last event; 0n in an empty log. */
  readonly position: bigint
  /** The chain of the last event; 32 zero bytes in an empty log. */
  readonly chain: Uint8Array
  /** Goes up when the store was restored or failed over, so that nobody mixes two histories. */
  readonly incarnation: number
}

/** The log as the relay sees it: any stretch, and where it ends. */
export interface LogSource {
  head(signal?: AbortSignal): Promise<LogHead>
  /** At most `eventsMax` events (and 512 KiB, or one larger event) with a position above `after`. */
  readPage(after: bigint, eventsMax: number, signal?: AbortSignal): Promise<readonly StoredEvent[]>
}

/**
 * A whole store, which only the ledger service holds. Everybody else has a {@link LedgerClient} of it.
 */
export interface LedgerStore extends LogSource, AsyncDisposable {
  /**
   * What `writer` may do. This is where an identity is given away: the composition root calls it in
   * process, the bus adapter calls it with what the subject says. `scope` is `_`, or the one cluster that
   * the writer is confined to.
   */
  clientFor(writer: Writer, scope: string): LedgerClient
  /** One page of a stream: events with a version above `after`, at most 512 KiB or one larger event. */
  readStreamPage(
    stream: string,
    after: bigint,
    signal?: AbortSignal,
  ): Promise<readonly StoredEvent[]>
  /** Calls `listener` after each commit that made the log longer. A hint: it may be late, doubled or lost. */
  onGrowth(listener: () => void): Disposable
}
