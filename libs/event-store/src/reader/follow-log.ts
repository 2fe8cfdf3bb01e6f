import type { Clock, OperatingError } from '@tidemark/kernel'
import { LedgerUnavailable, LogForked } from '../errors.ts'
import type { EventStore, LogPage } from '../event-store.ts'
import { ChainCheck } from './chain-check.ts'
import { WakeSignal } from './wake-signal.ts'

const POLL_MS = 1_000 // Hints may be lost: then the log is a second late, never more.
const RETRY_MS_MIN = 200
const RETRY_MS_MAX = 10_000

export interface FollowLogOptions {
  readonly store: Pick<EventStore, 'readLog'>
  /** The position of the last event that was dealt with; 0n to begin with the first one. */
  readonly after: bigint
  readonly clock: Clock
  /** Calls back when the log may have grown: the bus's wake, or the store's own in one process. */
  readonly onWake: (listener: () => void) => Disposable
  /** The ledger does not answer; it is asked again by itself. */
  readonly onUnavailable?: (error: OperatingError) => void
}

/**
 * The log from a position on, page by page and without an end, until the signal is aborted. A page is
 * never empty; its `head` says whether there is more already. Throws {@link LogForked} where the log is not
 * the one that was read before; an outage it waits out.
 */
export async function* followLog(
  options: FollowLogOptions,
  signal: AbortSignal,
): AsyncGenerator<LogPage, void, undefined> {
  const { after, clock } = options
  const grown = new WakeSignal(clock)
  using _ = options.onWake(() => grown.wake())
  // Begins one earlier: the event that was dealt with last holds the chain that the next one follows from.
  const check = new ChainCheck(after === 0n ? 0n : after - 1n)
  let retryMs = RETRY_MS_MIN
  while (!signal.aborted) {
    try {
      const page = await readNext(options, check, signal)
      retryMs = RETRY_MS_MIN
      if (page.events.length > 0) yield page
      if (check.position >= page.head) await grown.wait(POLL_MS, signal)
    } catch (error) {
      if (!(error instanceof LedgerUnavailable)) throw error
      if (signal.aborted) return
      options.onUnavailable?.(error)
      await clock.sleep(retryMs, signal)
      retryMs = Math.min(retryMs * 2, RETRY_MS_MAX)
    }
  }
}

async function readNext(
  { store, after }: FollowLogOptions,
  check: ChainCheck,
  signal: AbortSignal,
): Promise<LogPage> {
  const { events, head } = await store.readLog(check.position, signal)
  for (const event of events) check.next(event)
  const known = check.position > after ? check.position : after
  if (head < known) throw new LogForked(known, `the log now ends at ${head}, before what was read`)
  return { events: events.filter(({ position }) => position > after), head }
}
