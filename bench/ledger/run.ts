// What the ledger costs over the bare database: `node --conditions=source bench/ledger/run.ts [--json]`.
// Both sides of a round are measured in turn, in the same process, and take turns in going first; what counts is the
// median of the rounds' ratios.
import { missing } from '../../test/rig/components/component.ts'
import { spreadOf, spreadText, type Spread } from '../spread.ts'
import { pgliteDatabases, postgresDatabases, type Databases } from './databases.ts'
import { AppendRounds, ReplayRounds, type Round, type Side } from './rounds.ts'

const ROUNDS = 11
const WARM_UPS = 3 // PGlite's code gets faster within its first thousands of rows.

interface Result {
  readonly store: string
  readonly what: string
  /** Events per second. */
  readonly ours: Spread
  readonly bare: Spread
  /** Ours to bare, of each round. */
  readonly ratio: Spread
  readonly floor: number
}

const results: Result[] = []
if (missing('postgres').length > 0) console.error('skipped: Postgres is not on this machine')
else results.push(...(await measure(postgresDatabases)))
results.push(...(await measure(pgliteDatabases)))
if (process.argv.includes('--json')) console.log(JSON.stringify(results))
else print(results)
process.exitCode = results.every(({ ratio, floor }) => ratio.median >= floor) ? 0 : 1

async function measure(open: () => Promise<Databases>): Promise<readonly Result[]> {
  await using databases = await open()
  const { name: store } = databases
  const ones = new AppendRounds(databases, 1)
  const fours = new AppendRounds(databases, 4)
  const replays = new ReplayRounds(databases)
  return [
    await compare({ store, what: 'append, 1 event a command', floor: 0.5 }, ones),
    await compare({ store, what: 'append, 4 events a command', floor: 0.5 }, fours),
    await compare({ store, what: 'replay', floor: 0.6 }, replays),
  ]
}

async function compare(
  named: Pick<Result, 'store' | 'what' | 'floor'>,
  compared: AppendRounds | ReplayRounds,
): Promise<Result> {
  for (let at = 0; at < WARM_UPS; at += 1) await compared.warmUp()
  const rounds: Round[] = []
  for (let at = 0; at < ROUNDS; at += 1)
    rounds.push(await compared.round(at % 2 === 0 ? 'ours' : 'bare'))
  return {
    ...named,
    ours: spreadOf(rounds.map(({ ours }) => rate(ours))),
    bare: spreadOf(rounds.map(({ bare }) => rate(bare))),
    ratio: spreadOf(rounds.map(({ ours, bare }) => rate(ours) / rate(bare))),
  }
}

function rate({ events, seconds }: Side): number {
  return events / seconds
}

function print(rows: readonly Result[]): void {
  printLine(['store', 'what', 'ours/s', 'bare/s', 'ratio', 'floor'])
  for (const { store, what, ours, bare, ratio, floor } of rows) {
    const spreads = [spreadText(ours, 0), spreadText(bare, 0), spreadText(ratio, 2)]
    printLine([store, what, ...spreads, String(floor)])
  }
}

function printLine(cells: readonly string[]): void {
  const widths = [-9, -27, 25, 25, 18, 6]
  const padded = cells.map((cell, at) => {
    const width = widths[at] ?? 0
    return width < 0 ? cell.padEnd(-width) : cell.padStart(width)
  })
  console.log(padded.join(' '))
}
