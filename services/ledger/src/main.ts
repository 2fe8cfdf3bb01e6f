import type { RawBlobs } from '@tidemark/blob-store'
import type { LogStream, Requests, Wakes } from '@tidemark/bus'
import { SCOPE_ALL, WAKE_SUBJECT, type Writer } from '@tidemark/contracts'
import {
  runRelay,
  serveLedger,
  type LedgerClient,
  type LedgerStore,
  type RelayReport,
} from '@tidemark/event-store'
import type { Clock, CrashPoints, Random } from '@tidemark/kernel'
import { runService, type Logger, type Metrics, type RunningService } from '@tidemark/service'

/** What the ledger service is made of. The store stays its maker's, who disposes it last. */
export interface LedgerParts {
  readonly store: LedgerStore
  /** The blobs that services reach over the bus. */
  readonly blobs: RawBlobs
  readonly bus: Pick<Requests, 'respond'> & Pick<Wakes, 'wake'>
  /** Where the log is put for tooling; only the relay publishes there. */
  readonly logStream: LogStream
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly metrics: Metrics
  readonly crashPoints: CrashPoints
}

export interface Ledger extends RunningService {
  /**
   * The ledger for a service of this process. Who calls it gives an identity away, so only a composition
   * root may. Services of other processes ask over the bus, where their subject is their identity.
   */
  clientFor(writer: Writer, scope?: string): LedgerClient
}

const CHECK_MS = 1_000

/**
 * The ledger: answers appends, reads, leases, parking and blobs over the bus, wakes readers after each
 * commit, and puts the log on the bus. Copies run side by side. Disposing drains it: no new request is taken,
 * and those under way are answered.
 */
export async function startLedger(parts: LedgerParts): Promise<Ledger> {
  const { store, bus, blobs } = parts
  const waking = store.onGrowth(() => bus.wake(WAKE_SUBJECT))
  const relaying = runService('ledger', (signal) =>
    runRelay({ ...parts, log: parts.logStream, report: reportTo(parts) }, signal),
  )
  const stop = async (): Promise<void> => {
    await relaying[Symbol.asyncDispose]()
    waking[Symbol.dispose]()
  }
  const serving = await serveLedger(bus, store, blobs).catch(async (error: unknown) => {
    await stop()
    throw error
  })
  return {
    name: 'ledger',
    clientFor: (writer, scope = SCOPE_ALL) => store.clientFor(writer, scope),
    stopped: relaying.stopped,
    check: async () => (await relaying.check()) ?? (await checkStore(parts)),
    [Symbol.asyncDispose]: async () => {
      await serving[Symbol.asyncDispose]()
      await stop()
    },
  }
}

/** Ready means that the store answers. The bus may be away: readers then look once a second. */
async function checkStore({ store, clock }: LedgerParts): Promise<string | undefined> {
  using limit = clock.deadline(CHECK_MS)
  const late = new Promise<string>((resolve) => {
    limit.signal.addEventListener('abort', () => resolve('the store does not answer'), {
      once: true,
    })
  })
  const asked = store.head(limit.signal).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : 'the store does not answer'),
  )
  return await Promise.race([asked, late])
}

function reportTo({ log, metrics }: LedgerParts): RelayReport {
  return {
    rebuilt: (why, firstPosition) =>
      log.warn('the log stream was made anew', { why, firstPosition: String(firstPosition) }),
    published: (lastPosition, head) =>
      metrics.lag('relay', Math.max(0, Number(head - lastPosition))),
    unavailable: (error) => log.warn('the relay waits', { code: error.code, error: error.message }),
  }
}
