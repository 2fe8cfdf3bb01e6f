import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { freshValues, fromBytes, LimitError } from '@tidemark/go-template'
import {
  type Chart,
  checkInstallable,
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
import { asRecord, type Record, text } from '../read-lines.ts'
import { type Attempt, attempt, type Check, expectError, type Suite } from '../suite.ts'

/** Real charts, rendered by `helm template`. */
export const suite: Suite = {
  name: 'helm',
  folder: 'helm',
  *cases(directory) {
    const charts = new Map<string, Chart>()
    const known = asRecord(JSON.parse(readFileSync(join(directory, 'capabilities.json'), 'utf8')))
    const version = asRecord(known['helmVersion'] ?? {})
    const helmVersion = {
      version: String(version['version']),
      goVersion: String(version['go_version']),
    }
    for (const id of readdirSync(join(directory, 'cases')).toSorted()) {
      yield {
        id,
        group: id.replace(/^.*__/, '').replace(/^ci-.*/, 'ci'),
        run: () => caseChecks(join(directory, 'cases', id), { directory, charts, helmVersion }),
      }
    }
  },
}

interface Corpus {
  readonly directory: string
  readonly charts: Map<string, Chart>
  readonly helmVersion: HelmVersion
}

function caseChecks(folder: string, corpus: Corpus): readonly Check[] {
  const record = asRecord(JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8')))
  const attempted = attempt(
    () => template(folder, record, corpus),
    (error) => {
      const isRefusal =
        error instanceof HelmError || error instanceof LimitError || error instanceof SourceError
      return isRefusal ? `Error: ${fromBytes(error.message)}` : undefined
    },
  )
  const expectedFile = join(folder, 'expected.yaml')
  if (!existsSync(expectedFile)) return errorChecks(text(record, 'error'), attempted)
  const expected = readFileSync(expectedFile, 'latin1')
  const actual = attempted.kind === 'done' ? attempted.value : `refused: ${attempted.message}`
  const masked = new Set(numbersOf(record['maskLines']))
  return [
    {
      kind: 'output',
      name: 'stdout',
      expected: mask(expected, masked),
      actual: mask(actual, masked),
    },
  ]
}

/** Lines that hold random data count, but are not compared. */
function mask(output: string, masked: ReadonlySet<number>): string {
  return fromBytes(output)
    .split('\n')
    .map((line, index) => (masked.has(index + 1) ? '(masked)' : line))
    .join('\n')
}

/** Level 2: the last line of what went to stderr; names within a schema's line are a set. */
function errorChecks(expected: string, attempted: Attempt): readonly Check[] {
  const words = lastLine(expected)
  if (attempted.kind === 'done') return expectError('error', words, attempted)
  const isFound = attempted.message.split('\n').some((line) => asSet(line).includes(asSet(words)))
  return expectError('error', words, isFound ? { kind: 'refused', message: words } : attempted)
}

function lastLine(stderr: string): string {
  const lines = stderr
    .trim()
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('Use --debug flag'))
  return lines.at(-1)?.trim() ?? ''
}

function asSet(line: string): string {
  return line.replaceAll(/'[^']*'(?:, '[^']*')+/g, (names) =>
    names.split(', ').toSorted().join(', '),
  )
}

function template(
  folder: string,
  record: Record,
  { directory, charts, helmVersion }: Corpus,
): string {
  const path = text(record, 'chart')
  const chart = charts.get(path) ?? loadChart(memoryTree(filesOf(join(directory, path))))
  charts.set(path, chart)
  checkInstallable(chart)
  const values = mergeValues({
    files: texts(record['valuesFiles']).map((name) => ({
      name,
      text: readFileSync(join(folder, name), 'utf8'),
    })),
    set: texts(record['set']),
    setString: texts(record['setString']),
    setJson: texts(record['setJson']),
  })
  const rendered = renderChart(chart, {
    release: {
      name: text(record, 'release'),
      namespace: text(record, 'namespace'),
      action: record['isUpgrade'] === true ? 'upgrade' : 'install',
    },
    values,
    capabilities: {
      kubeVersion: text(record, 'kubeVersion'),
      apiVersions: texts(record['apiVersions']),
      helmVersion,
    },
    generated: freshValues({ random: seededRandom(1), clock: systemClock }),
  })
  return printRelease(rendered, { includeCrds: record['includeCrds'] === true })
}

function filesOf(folder: string): [string, Uint8Array][] {
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

function numbersOf(value: unknown): readonly number[] {
  return Array.isArray(value) ? value.map(Number) : []
}
