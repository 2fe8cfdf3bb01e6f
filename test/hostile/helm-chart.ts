import { freshValues, LimitError, toBuffer, toBytes } from '@tidemark/go-template'
import {
  type Flavour,
  HelmError,
  loadChartArchive,
  loadChartFiles,
  mergeValues,
  renderChart,
} from '@tidemark/helm'
import { systemClock } from '@tidemark/kernel'
import { seededRandom } from '@tidemark/kernel/testing'
import { SourceError } from '@tidemark/source-tree'
import type { HostileRow } from './engine.ts'
import { CHART } from './helm-archives.ts'

/** What is in a chart, by path, beside its Chart.yaml. */
export type Files = Readonly<Record<string, string>>

export interface RowOptions {
  /** For what may be large and is in order. */
  readonly msMax?: number
  readonly flavour?: Flavour
  /** How the texts are written; UTF-8 where nothing is said. */
  readonly encoding?: 'utf8' | 'latin1'
}

/** A chart of files; where it is rendered, the answer is its notes. */
export function chart(
  name: string,
  expected: RegExp,
  make: () => Files,
  options: RowOptions = {},
): HostileRow {
  return {
    name,
    expected,
    prepare: () => {
      const made = make()
      return () => answerOf(() => notesOf(made, options))
    },
    ...(options.msMax === undefined ? {} : { msMax: options.msMax }),
  }
}

/** A chart whose notes are a template. */
export function template(
  name: string,
  expected: RegExp,
  text: string,
  options?: RowOptions,
): HostileRow {
  return chart(name, expected, () => ({ 'templates/NOTES.txt': text }), options)
}

/** A packaged chart; where it can be read, the answer is the number of its templates. */
export function packed(name: string, expected: RegExp, make: () => Uint8Array): HostileRow {
  return {
    name,
    expected,
    prepare: () => {
      const bytes = make()
      return () => answerOf(() => `${loadChartArchive(bytes).templates.length} templates`)
    },
  }
}

export function notesOf(
  entries: Files,
  { flavour, encoding = 'utf8' }: Omit<RowOptions, 'msMax'> = {},
): string {
  const files = Object.entries({ 'Chart.yaml': CHART, ...entries })
  const loaded = loadChartFiles(
    files.map(([name, data]) => ({ name, data: encoding === 'utf8' ? toBytes(data) : data })),
    flavour,
  )
  const rendered = renderChart(loaded, {
    release: { name: 'shop', namespace: 'default' },
    values: mergeValues({}),
    generated: freshValues({ random: seededRandom(1), clock: systemClock }),
    clock: systemClock,
  })
  return toBuffer(rendered.notes).toString()
}

/** An answer, or the refusal with its code. */
export function answerOf(ask: () => string): string {
  try {
    return ask()
  } catch (error) {
    if (error instanceof LimitError || error instanceof SourceError) return error.message
    if (error instanceof HelmError) return `${error.code}: ${error.message}`
    throw error
  }
}
