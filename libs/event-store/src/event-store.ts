import type {
  AppendReceipt,
  AppendRequest,
  LeaseGrant,
  ParkedEvent,
  StoredEvent,
} from '@tidemark/contracts'

/** A stretch of the log. At most 512 KiB, or one larger event. */
export interface LogPage {
  readonly events: readonly StoredEvent[]
  /** The position of the last event of the whole log when the page was read. */
  readonly head: bigint
}

/**
 * The log, in the words of a service.
 *
 * - `append` MUST be all or nothing: command id, expected versions, epoch, cursor and events in one
 *   transaction. The same command id with the same content MUST give the same receipt and append nothing.
 *   It MUST reject with {@link WrongVersion}, {@link CommandReused}, {@link StaleEpoch},
 *   {@link CursorMoved} or {@link NotAllowed}; with {@link LedgerUnavailable} where the outcome is unknown, and
 *   then the caller asks again with the same command id.
 * - `readLog` and `readStream` MUST see every append that had resolved before they were called, and MUST
 *   give positions without gaps.
 * - Callers MUST NOT assume an order between two streams other than the position.
 */
export interface EventStore {
  append(request: AppendRequest, signal?: AbortSignal): Promise<AppendReceipt>
  /** Events with a position above `after`, in order. */
  readLog(after: bigint, signal?: AbortSignal): Promise<LogPage>
  /** All events of a stream with a version above `after`, in order. */
  readStream(stream: string, after: bigint, signal?: AbortSignal): Promise<readonly StoredEvent[]>
  /** Where a reader is; 0n where it has not begun. */
  readCursor(name: string, signal?: AbortSignal): Promise<bigint>
}

/** Ownership that must be single. Only the clock of the store decides when a lease has ended. */
export interface Leases {
  /** Takes the lease where it is free, or renews it where `holder` has it. */
  acquire(lease: LeaseWish, signal?: AbortSignal): Promise<LeaseGrant>
  release(lease: Pick<LeaseWish, 'resource' | 'holder'>, signal?: AbortSignal): Promise<void>
}

export interface LeaseWish {
  /** `applier-<cluster>`, `releaser-0`. */
  readonly resource: string
  readonly holder: string
  readonly ttlMs: number
}

/** Events that a reactor could not handle. */
export interface Parking {
  /** Counts one more failed try and gives the count; the third parks the event and its key. */
  failed(parked: Omit<ParkedEvent, 'tries' | 'atMs'>, signal?: AbortSignal): Promise<ParkedEvent>
  remove(reactor: string, position: bigint, signal?: AbortSignal): Promise<void>
  list(reactor: string | undefined, signal?: AbortSignal): Promise<readonly ParkedEvent[]>
}

/** All that a service may ask of the ledger. */
export interface LedgerClient {
  readonly store: EventStore
  readonly leases: Leases
  readonly parking: Parking
}
