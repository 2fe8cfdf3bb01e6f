import { parseJson } from '@tidemark/manifests'
import { parseJson as parseForYaml, printYaml } from '@tidemark/yaml'
import { actionName, healthName, linkStateName, outcomeName, phaseName } from './words.ts'
import { evaluateJsonPath, type JsonPath } from './json-path.ts'
import { paint, type Tone } from './terminal.ts'

/** What a command prints: a table for people, or data for tools. */
export type Output =
  | { readonly kind: 'table' | 'wide' | 'json' | 'yaml' | 'name' }
  | { readonly kind: 'jsonpath'; readonly path: JsonPath }

export interface Column<Row> {
  readonly title: string
  readonly value: (row: Row) => string
  /** Only with `-o wide`. */
  readonly wide?: 'wide'
  readonly tone?: (row: Row) => Tone | undefined
}

/** The forms of one answer. */
export interface Forms {
  /** What the API gave: for json, yaml and jsonpath. */
  readonly value: unknown
  readonly text: () => string
  /** Names, one a line; without it `-o name` prints the text. */
  readonly names?: () => readonly string[]
}

const GAP = 3
const JSON_INDENT = 2

/** Prints an answer in the form that was asked for, on stdout. */
export function print(output: Output, { value, text, names }: Forms): void {
  switch (output.kind) {
    case 'json':
      return say(formatJson(value))
    case 'yaml':
      return say(formatYaml(value).trimEnd())
    case 'jsonpath':
      return say(evaluateJsonPath(output.path, parseJson(formatJsonLine(value))))
    case 'name':
      return say(names === undefined ? text() : names().join('\n'))
    default:
      return say(text())
  }
}

export interface TableStyle {
  readonly form: Output['kind']
  /** Where it is printed: whether it takes colours. */
  readonly stream: NodeJS.WriteStream
}

/** Rows under titles, as wide as they must be. */
export function formatTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  { form, stream }: TableStyle,
): string {
  const shown = columns.filter(({ wide }) => wide === undefined || form === 'wide')
  const cells = rows.map((row) => shown.map(({ value }) => value(row)))
  const widths = shown.map(({ title }, column) =>
    Math.max(title.length, ...cells.map((line) => line[column]?.length ?? 0)),
  )
  const line = (texts: readonly string[], tones: readonly (Tone | undefined)[]): string =>
    texts
      .map((text, column) => {
        const gap = ' '.repeat((widths[column] ?? 0) + GAP - text.length)
        return `${paint(stream, text, tones[column])}${gap}`
      })
      .join('')
      .trimEnd()
  const titles = shown.map(({ title }) => title)
  return [
    line(
      titles,
      titles.map(() => 'strong'),
    ),
    ...rows.map((row, index) =>
      line(
        cells[index] ?? [],
        shown.map(({ tone }) => tone?.(row)),
      ),
    ),
  ].join('\n')
}

/** JSON as the API has it; integers of 64 bits as texts, bytes as base64. */
function formatJson(value: unknown): string {
  return JSON.stringify(value, jsonValue, JSON_INDENT)
}

/** One line of JSON. */
export function formatJsonLine(value: unknown): string {
  return JSON.stringify(value, jsonValue)
}

/** YAML as kubectl prints it. */
export function formatYaml(value: unknown): string {
  return printYaml(parseForYaml(formatJsonLine(value)), 'yaml2')
}

/** Fields of the API that are enums there, and words here, as the tables have them. */
const WORDS: Readonly<Record<string, (value: number) => string>> = {
  phase: phaseName,
  outcome: outcomeName,
  health: healthName,
  state: linkStateName,
  action: actionName,
}

/** Looks at the holder: a Buffer has been made an object of numbers before its value comes here. */
function jsonValue(this: unknown, key: string, value: unknown): unknown {
  if (typeof value === 'number') return WORDS[key]?.(value) ?? value
  const held: unknown = Object(this)[key]
  if (held instanceof Uint8Array) return Buffer.from(held).toString('base64')
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
  return revision.replace(/(sha1:[0-9a-f]{7})[0-9a-f]+/gu, '$1')
}

/** Data, on stdout. */
export function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** Progress and warnings, on stderr. */
export function tell(text: string): void {
  process.stderr.write(`${text}\n`)
}
