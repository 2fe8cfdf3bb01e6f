// npm run soak -- templates [--count 100000] [--seed 1] [--state FILE] [--show 20]
// Renders random templates with our engine and with Helm's, and shows where they differ. It needs Go.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import {
  compareTemplates,
  type Difference,
  none,
  templatesOf,
  textOf,
  type Verdict,
  VERDICTS,
} from '../conformance/oracle/compare-templates.ts'
import { hasGo, TemplateOracle } from '../conformance/oracle/oracle.ts'

const BATCH = 500
const SAY_EVERY = 10_000
const CONTEXT = 200

interface Progress {
  readonly seed: number
  readonly done: number
  readonly verdicts: Readonly<Record<Verdict, number>>
}

const { values: flags } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    /** Where to keep how far it has come, to go on from there. */
    state: { type: 'string' },
    show: { type: 'string', default: '20' },
  },
})
process.exitCode = await soak(Number(flags.count), Number(flags.seed))

async function soak(count: number, seed: number): Promise<number> {
  if (!hasGo()) {
    say('Go is not on this machine, so there is nothing to compare with')
    return 2
  }
  let progress = readProgress(seed)
  if (progress.done > 0) say(`going on behind ${progress.done} templates`)
  using oracle = TemplateOracle.build()
  while (progress.done < count) {
    const size = Math.min(BATCH, count - progress.done)
    const cases = templatesOf({ seed, number: progress.done / BATCH, size })
    const { verdicts, differences } = await compareTemplates(cases, oracle)
    const room = Number(flags.show) - progress.verdicts.different
    for (const difference of differences.slice(0, Math.max(room, 0))) show(difference)
    progress = { seed, done: progress.done + size, verdicts: sum(progress.verdicts, verdicts) }
    if (flags.state !== undefined) writeFileSync(flags.state, `${JSON.stringify(progress)}\n`)
    if (progress.done % SAY_EVERY === 0) say(`${progress.done}: ${shown(progress)}`)
  }
  say(`seed ${seed}, ${progress.done} templates: ${shown(progress)}`)
  return progress.verdicts.different === 0 ? 0 : 1
}

function readProgress(seed: number): Progress {
  const start = { seed, done: 0, verdicts: none() }
  if (flags.state === undefined || !existsSync(flags.state)) return start
  const known: Progress = JSON.parse(readFileSync(flags.state, 'utf8'))
  return known.seed === seed ? known : start
}

function sum(
  left: Progress['verdicts'],
  right: Progress['verdicts'],
): Readonly<Record<Verdict, number>> {
  const total = none()
  for (const verdict of VERDICTS) total[verdict] = left[verdict] + right[verdict]
  return total
}

function shown({ verdicts }: Progress): string {
  return VERDICTS.map((verdict) => `${verdicts[verdict]} ${verdict}`).join(', ')
}

function show({ asked: { template, values }, ours, theirs }: Difference): void {
  const [left, right] = [textOf(ours), textOf(theirs)]
  let at = 0
  while (at < left.length && left[at] === right[at]) at += 1
  const start = Math.max(at - CONTEXT, 0)
  say(`--- ${JSON.stringify(template)}\n    ${JSON.stringify(values)}`)
  say(`    ours:   ${left.slice(start, at + CONTEXT)}`)
  say(`    theirs: ${right.slice(start, at + CONTEXT)}`)
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
