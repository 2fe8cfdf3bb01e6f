import { EXIT } from './exit-codes.ts'
import { print, type Output } from './print.ts'
import { paint } from './terminal.ts'

/** What one look has found; `warn` is worth knowing and stops nothing. */
export interface Finding {
  readonly check: string
  readonly result: 'ok' | 'warn' | 'bad'
  readonly message: string
  /** What to do about it. */
  readonly hint?: string
}

const MARKS = { ok: 'ok', warn: '..', bad: '!!' } as const
const TONES = { ok: 'good', warn: 'busy', bad: 'bad' } as const
const CHECK_WIDTH = 14

/** Prints what was found, and ends with 1 where something is bad. */
export function showFindings(output: Output, findings: readonly Finding[]): void {
  print(output, {
    value: { kind: 'List', items: findings },
    text: () => findings.flatMap(lines).join('\n'),
    names: () => findings.map(({ check }) => check),
  })
  process.exitCode = findings.some(({ result }) => result === 'bad') ? EXIT.failed : EXIT.ok
}

function lines({ check, result, message, hint }: Finding): readonly string[] {
  const mark = paint(process.stdout, MARKS[result], TONES[result])
  const first = `${mark}  ${check.padEnd(CHECK_WIDTH)}${message}`
  return hint === undefined || result === 'ok' ? [first] : [first, `    -> ${hint}`]
}
