import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { freshValues, fromBytes, LimitError } from '@tidemark/go-template'
import {
  type Chart,
  checkInstallable,
  type Flavour,
  HelmError,
  type HelmVersion,
  loadChart,
  mergeValues,
  printRelease,
  renderChart,
} from '@tidemark/helm'
import { systemClock } from '@tidemark/kernel'
import { seededRandom } from '@tidemark/kernel/testing'
import { memoryTree, SourceError } from '@tidemark/source-tree'
import {
  caseAt,
  CorpusError,
  corpusFile,
  parseRecord,
  type Record,
  text,
  textOrNone,
} from './read-corpus.ts'
import { type Attempt, attempt, type Case } from './suite.ts'

/** What `case.json` says: a chart, values, and what `helm template` was given. */
export interface HelmCase {
  readonly id: string
  /** Of the case; its values files lie there. */
  readonly folder: string
  /** Of the chart. */
  readonly chart: string
  readonly release: string
  readonly namespace: string
  readonly kubeVersion: string
  readonly apiVersions: readonly string[]
  readonly includeCrds: boolean
  readonly isUpgrade: boolean
  readonly valuesFiles: readonly string[]
  readonly set: readonly string[]
  readonly setString: readonly string[]
  readonly setJson: readonly string[]
  readonly record: Record
}

/** The cases of the folder `helm` of a corpus, by name. */
export function* helmCases(directory: string): Generator<HelmCase> {
  for (const id of caseIds(directory)) yield readHelmCase(directory, id)
}

/** The same for a suite, which may leave some out: one that cannot be read fails, and the others run. */
export function* helmSuiteCases(
  directory: string,
  toRun: (given: HelmCase) => Case['run'] | undefined,
): Generator<Case> {
  for (const id of caseIds(directory))
    yield* caseAt(join(directory, 'cases', id, 'case.json'), () => {
      const run = toRun(readHelmCase(directory, id))
      const group = id.replace(/^.*__/, '').replace(/^ci-.*/, 'ci')
      return run === undefined ? undefined : { id, group, run }
    })
}

function caseIds(directory: string): readonly string[] {
  const folder = join(directory, 'cases')
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted()
}

function readHelmCase(directory: string, id: string): HelmCase {
  const folder = join(directory, 'cases', id)
  const record = parseRecord(corpusFile(join(folder, 'case.json')))
  return {
    id,
    folder,
    chart: join(directory, text(record, 'chart')),
    release: text(record, 'release'),
    namespace: text(record, 'namespace'),
    kubeVersion: textOrNone(record, 'kubeVersion') ?? '',
    apiVersions: texts(record['apiVersions']),
    includeCrds: record['includeCrds'] === true,
    isUpgrade: record['isUpgrade'] === true,
    valuesFiles: texts(record['valuesFiles']).map((name) => join(folder, name)),
    set: texts(record['set']),
    setString: texts(record['setString']),
    setJson: texts(record['setJson']),
    record,
  }
}

/** Renders cases of one flavour; a chart that several cases have is loaded once. */
export class CaseRenderer {
  readonly #flavour: Flavour
  readonly #helmVersion: HelmVersion | undefined
  readonly #charts = new Map<string, Chart>()

  constructor(flavour: Flavour, helmVersion?: HelmVersion) {
    this.#flavour = flavour
    this.#helmVersion = helmVersion
  }

  /** What is printed, in Go bytes, or why it is refused, as text. */
  attempt(given: HelmCase, seed: number): Attempt {
    return attempt(
      () => this.#print(given, seed),
      (error) => {
        const isRefusal =
          error instanceof HelmError || error instanceof LimitError || error instanceof SourceError
        return isRefusal ? fromBytes(error.message) : undefined
      },
    )
  }

  #print(given: HelmCase, seed: number): string {
    const { set, setString, setJson, includeCrds } = given
    const chart =
      this.#charts.get(given.chart) ?? loadChart(memoryTree(filesOf(given.chart)), this.#flavour)
    this.#charts.set(given.chart, chart)
    checkInstallable(chart)
    const files = given.valuesFiles.map((name) => ({ name, text: readFileSync(name, 'utf8') }))
    const rendered = renderChart(chart, {
      release: {
        name: given.release,
        namespace: given.namespace,
        action: given.isUpgrade ? 'upgrade' : 'install',
      },
      values: mergeValues({ flavour: this.#flavour, files, set, setString, setJson }),
      capabilities: {
        ...(given.kubeVersion === '' ? {} : { kubeVersion: given.kubeVersion }),
        apiVersions: given.apiVersions,
        ...(this.#helmVersion === undefined ? {} : { helmVersion: this.#helmVersion }),
      },
      generated: freshValues({ random: seededRandom(seed), clock: systemClock }),
    })
    return printRelease(rendered, { includeCrds })
  }
}

/** Lines that hold random data count, but are not compared. Bytes become text. */
export function maskLines(output: string, masked: ReadonlySet<number>): string {
  return fromBytes(output)
    .split('\n')
    .map((line, index) => (masked.has(index + 1) ? '(masked)' : line))
    .join('\n')
}

/** Names within a line of a schema's message are a set, which upstream tells in any order. */
export function withSortedNames(line: string): string {
  return line.replaceAll(/'[^']*'(?:, '[^']*')+/g, (names) =>
    names.split(', ').toSorted().join(', '),
  )
}

/** The same of a whole message: upstream tells what is wrong with a value's fields in any order too. */
export function withSortedLines(message: string): string {
  return message.split('\n').map(withSortedNames).toSorted().join('\n')
}

function filesOf(folder: string): [string, Uint8Array][] {
  if (!existsSync(folder)) throw new CorpusError(`there is no chart ${folder}`)
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name)
      return [path.slice(folder.length + 1), readFileSync(path)]
    })
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : []
}
