import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { Outcome } from './run-rows.ts'

const SCRIPT = join(import.meta.dirname, 'run-rows.ts')
const FLAGS = ['--conditions=source', '--disable-warning=ExperimentalWarning', '--expose-gc']
// What no row needs by far, so that a hang is a failure and no wait.
const CHILD_MS_MAX = 120_000

/** Runs rows of an engine in a process of their own. @throws when it dies: that is what must not be */
export function runRows(
  engine: string,
  rows: readonly string[],
  flags: readonly string[] = [],
): readonly Outcome[] {
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    [...FLAGS, ...flags, SCRIPT, engine, ...rows],
    { encoding: 'utf8', timeout: CHILD_MS_MAX },
  )
  const outcomes = stdout
    .split('\n')
    .filter((line) => line !== '')
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- What run-rows.ts prints.
    .map((line) => JSON.parse(line) as Outcome)
  if (status === 0) return outcomes
  const last = outcomes.at(-1)?.name ?? 'the start'
  throw new Error(`the process ended with ${status ?? signal} after "${last}": ${stderr}`)
}
