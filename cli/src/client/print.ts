/** What a command prints: a table for people, or data for tools. */
export type OutputForm = 'table' | 'wide' | 'json' | 'name'

export interface Column<Row> {
  readonly title: string
  readonly value: (row: Row) => string
  /** Only with `-o wide`. */
  readonly wide?: 'wide'
}

const GAP = 3
const JSON_INDENT = 2

/** Rows under titles, as wide as they must be. */
export function formatTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  form: OutputForm,
): string {
  const shown = columns.filter(({ wide }) => wide === undefined || form === 'wide')
  const cells = [
    shown.map(({ title }) => title),
    ...rows.map((row) => shown.map(({ value }) => value(row))),
  ]
  const widths = shown.map((_, column) =>
    Math.max(...cells.map((line) => line[column]?.length ?? 0)),
  )
  return cells
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd((widths[column] ?? 0) + GAP))
        .join('')
        .trimEnd(),
    )
    .join('\n')
}

/** JSON as the API has it; integers of 64 bits as texts, bytes as base64. */
export function formatJson(value: unknown): string {
  return JSON.stringify(value, jsonValue, JSON_INDENT)
}

/** One line of JSON. */
export function formatJsonLine(value: unknown): string {
  return JSON.stringify(value, jsonValue)
}

function jsonValue(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}

/** How long ago, as kubectl says it: `5s`, `3m`, `2h`, `4d`. */
export function formatAge(atMs: bigint, nowMs: number): string {
  if (atMs === 0n) return '-'
  const seconds = Math.max(0, Math.round((nowMs - Number(atMs)) / 1000))
  if (seconds < 120) return `${seconds}s`
  if (seconds < 7_200) return `${Math.floor(seconds / 60)}m`
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)}h` : `${Math.floor(seconds / 86_400)}d`
}

/** `main@sha1:0123456` in place of the whole commit id. */
export function shortRevision(revision: string): string {
  return revision.replace(/(sha1:[0-9a-f]{7})[0-9a-f]+/u, '$1')
}

/** Data, on stdout. */
export function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** Progress and warnings, on stderr. */
export function tell(text: string): void {
  process.stderr.write(`${text}\n`)
}
