// A ledger in a process of its own, for tests that kill it. It appends one event after the other, each under a
// command id that follows from its number, from the number that it is given, and says each that is acknowledged.
//   node --conditions=source ledger-process.ts <{ store, from, count, nats? } as JSON>
import { writeSync } from 'node:fs'
import { JetStreamLogStream, linkToNats } from '@tidemark/bus'
import { derivedId, LOG_STREAM, LOG_SUBJECTS, SCOPE_ALL, streams } from '@tidemark/contracts'
import { openPglite, openPostgres, runRelay, type LedgerStore } from '@tidemark/event-store'
import { appendOf, pushTo } from '@tidemark/event-store/testing'
import { systemClock, systemCrashPoints, systemRandom } from '@tidemark/kernel'

/** What the process is told. */
export interface LedgerProcess {
  readonly store:
    | { readonly kind: 'pglite'; readonly dataDir: string }
    | { readonly kind: 'postgres'; readonly url: string }
  /** The number of the first event, and how many. */
  readonly from: number
  readonly count: number
  /** Relays to it, and ends when the stream has all. */
  readonly nats?: string
}

/** All events go to one stream, so that one that had effect twice would show. */
export const STREAM: string = streams.push('crash')

const crashPoints = systemCrashPoints(process.env['TIDEMARK_CRASH_AT'])
const clock = systemClock

if (import.meta.main) {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The test beside it is the only caller.
  await run(JSON.parse(process.argv[2] ?? '{}') as LedgerProcess)
}

async function run({ store: config, from, count, nats }: LedgerProcess): Promise<void> {
  await using ledger =
    config.kind === 'pglite'
      ? await openPglite({ dataDir: config.dataDir, clock, crashPoints })
      : await openPostgres({ url: config.url, tls: false, clock, crashPoints })
  await append(ledger, from, count)
  if (nats !== undefined) await relay(ledger, nats)
}

async function append(ledger: LedgerStore, from: number, count: number): Promise<void> {
  const { store } = ledger.clientFor('gateway', SCOPE_ALL)
  for (let number = from; number < from + count; number += 1) {
    const commandId = derivedId('crash', number)
    const id = derivedId('crash-event', number)
    await store.append(appendOf([{ ...pushTo('crash', String(number)), id }], { commandId }))
    writeSync(1, `${number}\n`)
  }
}

async function relay(ledger: LedgerStore, url: string): Promise<void> {
  await using link = await linkToNats({
    servers: [url],
    name: 'crash',
    credentials: { kind: 'none' },
    clock,
    random: systemRandom,
  })
  const log = new JetStreamLogStream(link, {
    name: LOG_STREAM,
    subjects: [LOG_SUBJECTS],
    replicas: 1,
    bytesMax: 64 * 1024 * 1024,
    ageMaxMs: 3_600_000,
  })
  const stop = new AbortController()
  const { position } = await ledger.head()
  const report = { published: (last: bigint) => last === position && stop.abort() }
  await runRelay(
    { store: ledger, log, clock, random: systemRandom, crashPoints, report },
    stop.signal,
  )
}
