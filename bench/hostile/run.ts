// Hostile inputs: `npm run bench -- hostile [ENGINE]... [--json]`. Each runs in a process of its own, which has served good
// inputs before; what counts is the median of the rounds.
import { engines } from '../../test/hostile/engines.ts'
import { runRows } from '../../test/hostile/run-child.ts'
import { spreadOf } from '../spread.ts'

const ROUNDS = 3
const MS_MAX = 250
const EXTRA_MIB_MAX = 128
const NEXT_MS_MAX = 50

interface Row {
  readonly engine: string
  readonly name: string
  readonly ms: number
  readonly msMax: number
  readonly extraMiB: number
  readonly nextMs: number
  readonly isRight: boolean
}

const named = process.argv.slice(2).filter((each) => !each.startsWith('--'))
const chosen = named.length === 0 ? Object.keys(engines) : named
const rows = chosen.flatMap(measureEngine)
if (process.argv.includes('--json')) console.log(JSON.stringify(rows))
else for (const row of rows) console.log(line(row))
process.exitCode = rows.every(isGood) ? 0 : 1

function measureEngine(engine: string): readonly Row[] {
  const known = engines[engine]
  if (known === undefined)
    throw new Error(`there is no engine "${engine}"; there are: ${Object.keys(engines).join(', ')}`)
  return known.rows.map(({ name, expected, msMax = MS_MAX }) => {
    const outcomes = Array.from({ length: ROUNDS }, () => runRows(engine, [name])).flat()
    return {
      engine,
      name,
      msMax,
      ms: spreadOf(outcomes.map(({ ms }) => ms)).median,
      extraMiB: spreadOf(outcomes.map(({ extraMiB }) => extraMiB)).median,
      nextMs: spreadOf(outcomes.map(({ nextMs }) => nextMs)).median,
      isRight: outcomes.every(({ answer }) => expected.test(answer)),
    }
  })
}

function isGood({ ms, msMax, extraMiB, nextMs, isRight }: Row): boolean {
  return isRight && ms <= msMax && extraMiB <= EXTRA_MIB_MAX && nextMs <= NEXT_MS_MAX
}

function line(row: Row): string {
  const { engine, name, ms, extraMiB, nextMs, isRight } = row
  const verdict = isGood(row) ? 'ok' : isRight ? 'TOO MUCH' : 'WRONG ANSWER'
  return `${`${engine}: ${name}`.padEnd(72)}${ms.toFixed(1).padStart(8)} ms${extraMiB.toFixed(1).padStart(8)} MiB   next ${nextMs.toFixed(1).padStart(5)} ms   ${verdict}`
}
