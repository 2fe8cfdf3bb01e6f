import { CorpusError } from './read-corpus.ts'
import type { Check } from './suite.ts'

/** How often a kind of check held. */
export interface Score {
  passed: number
  total: number
}

export type Scores = { readonly [K in Check['kind']]: Score }

export interface Failure {
  readonly suite: string
  readonly group: string
  readonly id: string
  /** `message` failures are level 2: they fail no case. */
  readonly kind: Check['kind'] | 'crash'
  readonly name: string
  readonly expected: string
  readonly actual: string
}

/** What the cases of one group came to. */
export class GroupReport {
  readonly suite: string
  readonly group: string
  readonly scores: Scores = {
    output: { passed: 0, total: 0 },
    error: { passed: 0, total: 0 },
    message: { passed: 0, total: 0 },
  }
  passed = 0
  failed = 0

  constructor(suite: string, group: string) {
    this.suite = suite
    this.group = group
  }

  /** Counts a case; gives what did not hold. */
  add(id: string, checks: readonly Check[]): readonly Failure[] {
    const failures: Failure[] = []
    for (const check of checks) {
      const score = this.scores[check.kind]
      const holds = check.expected === check.actual
      score.total += 1
      if (holds) score.passed += 1
      else failures.push({ suite: this.suite, group: this.group, id, ...check })
    }
    if (failures.some(({ kind }) => kind !== 'message')) this.failed += 1
    else this.passed += 1
    return failures
  }

  /** Counts a case that ended in an error that was none of its checks. */
  crash(id: string, error: unknown): Failure {
    this.failed += 1
    const actual = wordsOf(error)
    const { suite, group } = this
    return { suite, group, id, kind: 'crash', name: '', expected: 'no crash', actual }
  }
}

/** A broken corpus is told by its place, a mistake of ours by ours. */
function wordsOf(error: unknown): string {
  if (error instanceof CorpusError) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

const COLUMNS = ['suite', 'cases', 'passed', 'outputs', 'errors', 'messages'] as const

/** One row for each group, one for each suite; levels 1 (outputs, errors) and 2 (messages) side by side. */
export function formatTable(groups: readonly GroupReport[]): string {
  const rows: (readonly string[])[] = [COLUMNS]
  const suites = Map.groupBy(groups, ({ suite }) => suite)
  for (const [suite, members] of suites) {
    if (members.length > 1)
      for (const member of members) rows.push(rowOf(`  ${member.group}`, [member]))
    rows.push(rowOf(suite, members))
  }
  const widths = COLUMNS.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  return rows.map((row) => formatRow(row, widths)).join('\n')
}

function rowOf(title: string, groups: readonly GroupReport[]): readonly string[] {
  const passed = sum(groups, (group) => group.passed)
  const cases = passed + sum(groups, (group) => group.failed)
  const scores = (['output', 'error', 'message'] as const).map((kind) =>
    formatScore(groups.map((group) => group.scores[kind])),
  )
  return [title, `${cases}`, percent(passed, cases), ...scores]
}

function formatScore(scores: readonly Score[]): string {
  const passed = sum(scores, (score) => score.passed)
  const total = sum(scores, (score) => score.total)
  return total === 0 ? '-' : `${passed}/${total} ${percent(passed, total)}`
}

/** Rounded down, so that 100 % means all. */
function percent(passed: number, total: number): string {
  return total === 0 ? '-' : `${Math.floor((1000 * passed) / total) / 10} %`
}

function sum<T>(items: readonly T[], valueOf: (item: T) => number): number {
  return items.reduce((total, item) => total + valueOf(item), 0)
}

function formatRow(row: readonly string[], widths: readonly number[]): string {
  const cells = row.map((cell, column) =>
    column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
  )
  return cells.join('  ').trimEnd()
}

const LINES_BEFORE = 2
const WIDTH_MAX = 160

/** Where the two texts part: the lines around it, with the number of the first line that differs. */
export function formatFailure({ suite, group, id, kind, name, expected, actual }: Failure): string {
  const title = `${suite}/${group} ${id}${name === '' ? '' : ` ${name}`} (${kind})`
  if (kind === 'crash') return `${title}\n${indent(actual)}`
  const [wanted, got] = [expected.split('\n'), actual.split('\n')]
  const at = wanted.findIndex((line, index) => line !== got[index])
  const line = at < 0 ? wanted.length : at
  const context = wanted
    .slice(Math.max(0, line - LINES_BEFORE), line)
    .map((same) => `    ${clip(same)}`)
  const difference = [
    `  - ${clipAt(wanted[line], got[line])}`,
    `  + ${clipAt(got[line], wanted[line])}`,
  ]
  return [`${title}, line ${line + 1}`, ...context, ...difference].join('\n')
}

function indent(block: string): string {
  return block.replaceAll(/^/gm, '    ')
}

function clip(line: string): string {
  return line.length <= WIDTH_MAX ? line : `${line.slice(0, WIDTH_MAX)}...`
}

/** A long line is shown from shortly before the place where it differs. */
function clipAt(line: string | undefined, other: string | undefined): string {
  if (line === undefined) return '(nothing)'
  const shown = JSON.stringify(line).slice(1, -1)
  const compared = JSON.stringify(other ?? '').slice(1, -1)
  if (shown.length <= WIDTH_MAX) return shown
  let at = 0
  while (at < shown.length && shown[at] === compared[at]) at += 1
  const from = Math.max(0, at - WIDTH_MAX / 4)
  return `${from > 0 ? '...' : ''}${clip(shown.slice(from))}`
}
