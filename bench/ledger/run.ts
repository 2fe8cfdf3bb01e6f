// What the ledger costs over the bare database: `node --conditions=source bench/ledger/run.ts [--json]`.
// Each round of ours is followed by one of the baseline, in the same process; the median of the ratios counts.
import { missing } from '../../test/rig/components/component.ts'
import { pgliteDatabases, postgresDatabases, type Databases } from './databases.ts'
import { appendRounds, replayRounds, type Round } from './rounds.ts'

const ROUNDS = 7
const WARM_UPS = 2 // PGlite's code gets faster within its first thousands of rows.

interface Result {
  readonly store: string
  readonly what: string
  /** Events per second, at the median round of each. */
  readonly ours: number
  readonly bare: number
  /** The median of the rounds' ratios. */
  readonly ratio: number
  readonly floor: number
}

const results: Result[] = []
if (missing('postgres').length > 0) console.error('skipped: Postgres is not on this machine')
else results.push(...(await measure(postgresDatabases)))
results.push(...(await measure(pgliteDatabases)))
if (process.argv.includes('--json')) console.log(JSON.stringify(results))
else print(results)
process.exitCode = results.every(({ ratio, floor }) => ratio >= floor) ? 0 : 1

async function measure(open: () => Promise<Databases>): Promise<readonly Result[]> {
  await using databases = await open()
  const { name: store } = databases
  return [
    await compare({ store, what: 'append, 1 event a command', floor: 0.5 }, () =>
      appendRounds(databases, 1),
    ),
    await compare({ store, what: 'append, 4 events a command', floor: 0.5 }, () =>
      appendRounds(databases, 4),
    ),
    await compare({ store, what: 'replay', floor: 0.6 }, () => replayRounds(databases)),
  ]
}

async function compare(
  named: Pick<Result, 'store' | 'what' | 'floor'>,
  round: () => Promise<{ readonly ours: Round; readonly bare: Round }>,
): Promise<Result> {
  for (let at = 0; at < WARM_UPS; at += 1) await round()
  const rounds: Awaited<ReturnType<typeof round>>[] = []
  for (let at = 0; at < ROUNDS; at += 1) rounds.push(await round())
  return {
    ...named,
    ours: Math.round(median(rounds.map(({ ours }) => rate(ours)))),
    bare: Math.round(median(rounds.map(({ bare }) => rate(bare)))),
    ratio: median(rounds.map(({ ours, bare }) => rate(ours) / rate(bare))),
  }
}

function rate({ events, seconds }: Round): number {
  return events / seconds
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN
}

function print(rows: readonly Result[]): void {
  console.log('store     what                         ours/s    bare/s   ratio   floor')
  for (const { store, what, ours, bare, ratio, floor } of rows)
    console.log(
      [
        store.padEnd(9),
        what.padEnd(27),
        String(ours).padStart(7),
        String(bare).padStart(9),
        `${(ratio * 100).toFixed(0)} %`.padStart(7),
        `${(floor * 100).toFixed(0)} %`.padStart(7),
      ].join(' '),
    )
}
