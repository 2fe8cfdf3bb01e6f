// Runs rows of one engine in this process: `run-rows.ts ENGINE [ROW]...`, all of them where none is named. Prints one JSON
// line for each. Started by hostile.test.ts, with little memory, and by bench/hostile/run.ts, one row at a time.
import { engines } from './engines.ts'
import type { HostileEngine, HostileRow } from './engine.ts'

/** What became of a row. */
export interface Outcome {
  readonly name: string
  readonly answer: string
  readonly ms: number
  /** Most that the process held during the answer, above what it held before. */
  readonly extraMiB: number
  /** What the next good input took. */
  readonly nextMs: number
}

// Of each end of the answer: a refusal starts with its code and ends with what to do.
const ANSWER_CHARACTERS_MAX = 2_000
// A process that serves has served before.
const WARM_UPS = 3

const [, , name = '', ...names] = process.argv
const engine = engines[name]
if (engine === undefined) throw new Error(`there is no engine "${name}"`)
for (let at = 0; at < WARM_UPS; at += 1) engine.checkGood()
for (const row of engine.rows)
  if (names.length === 0 || names.includes(row.name)) console.log(JSON.stringify(run(engine, row)))

function run({ checkGood }: HostileEngine, row: HostileRow): Outcome {
  const hand = row.prepare()
  global.gc?.()
  const heldBefore = process.memoryUsage.rss()
  const started = process.hrtime.bigint()
  const answer = hand()
  const ms = millisecondsSince(started)
  // In KiB, and for the whole life of the process: for the first row alone it is what that row took.
  const heldMost = process.resourceUsage().maxRSS * 1024
  const next = process.hrtime.bigint()
  checkGood()
  return {
    name: row.name,
    answer: shortened(answer),
    ms,
    extraMiB: (heldMost - heldBefore) / 1024 / 1024,
    nextMs: millisecondsSince(next),
  }
}

function shortened(answer: string): string {
  if (answer.length <= 2 * ANSWER_CHARACTERS_MAX) return answer
  return `${answer.slice(0, ANSWER_CHARACTERS_MAX)} ... ${answer.slice(-ANSWER_CHARACTERS_MAX)}`
}

function millisecondsSince(start: bigint): number {
  return Number(process.hrtime.bigint() - start) / 1e6
}
