import { join } from 'node:path'
import {
  ANY_SLICE,
  appendedCapacity,
  Budget,
  executeTemplate,
  fixed,
  freshValues,
  fromBytes,
  type FunctionTable,
  goInt64,
  GoMap,
  GoSlice,
  helmFunctions,
  LimitError,
  type MissingKey,
  TemplateError,
  TemplateSet,
  toBytes,
  toBuffer,
  fromBuffer,
  type Value,
} from '@tidemark/go-template'
import { HelmError, loadChartFiles, renderFiles } from '@tidemark/helm'
import { systemClock } from '@tidemark/kernel'
import { seededRandom } from '@tidemark/kernel/testing'
import {
  asRecord,
  corpusFile,
  lineCases,
  parseRecord,
  type Record,
  text,
  textOrNone,
} from '../read-corpus.ts'
import { type Attempt, attempt, type Check, expectEither, type Suite } from '../suite.ts'

const FILES = ['vectors.jsonl', 'random.jsonl']
const INTEGER = /^-?\d+$/

/** Go text/template with Helm's functions, and whole renders of small charts. */
export const suite: Suite = {
  name: 'gotemplate',
  folder: 'gotemplate',
  *cases(directory) {
    const fixtures = once(() => corpusFile(join(directory, 'fixtures.json')))
    for (const file of FILES)
      yield* lineCases(directory, file, (record, line) => ({
        id: text(record, 'id'),
        group: file === 'random.jsonl' ? 'random' : groupOf(text(record, 'suite')),
        run: () => vectorChecks(record, { line, fixtures }),
      }))
    const known = once(() => parseRecord(corpusFile(join(directory, 'capabilities.json'))))
    yield* lineCases(directory, 'render.jsonl', (record) => ({
      id: text(record, 'id'),
      group: 'render',
      run: () => renderChecks(record, known()),
    }))
  },
}

/** Suites of single functions are one row each by their first word. */
function groupOf(name: string): string {
  return name.replace(/-.*$/, '')
}

/** Reads a file when the first case wants it: a corpus without such cases need not have it. */
function once<T>(read: () => T): () => T {
  let known: { readonly value: T } | undefined
  return () => (known ??= { value: read() }).value
}

const functions: FunctionTable = new Map([
  ...helmFunctions,
  ['lookup', fixed(['string', 'string', 'string', 'string'], () => new GoMap())],
])

function sources(): Parameters<typeof freshValues>[0] {
  return { random: seededRandom(1), clock: systemClock }
}

function vectorChecks(
  record: Record,
  { line, fixtures }: { line: string; fixtures: () => string },
): readonly Check[] {
  const missingKey = textOrNone(record, 'missingkey') ?? 'zero'
  const data = dataOf(record, { line, fixtures })
  const attempted = tried(() => {
    const set = new TemplateSet({ functions, missingKey: missingKeyOf(missingKey) })
    set.parse({ name: 't', text: toBytes(text(record, 'template')) })
    const budget = new Budget()
    return executeTemplate(set, 't', data, {
      budget,
      setName: 'gotpl',
      generated: freshValues(sources()),
    })
  })
  return checksOf(record, attempted)
}

function missingKeyOf(name: string): MissingKey {
  return name === 'error' || name === 'default' ? name : 'zero'
}

function checksOf(record: Record, attempted: Attempt): readonly Check[] {
  const base64 = textOrNone(record, 'outputBase64')
  if (base64 !== undefined) {
    const actual = attempted.kind === 'done' ? toBuffer(attempted.value).toString('base64') : ''
    return [{ kind: 'output', name: 'base64', expected: base64, actual }]
  }
  const shown =
    attempted.kind === 'done' ? { ...attempted, value: fromBytes(attempted.value) } : attempted
  const error = textOrNone(record, 'errorKey') ?? textOrNone(record, 'error')
  return expectEither(
    'output',
    { output: textOrNone(record, 'output'), error },
    containing(shown, error),
  )
}

/** Level 2 asks whether the words are in the message: then they are the same. */
function containing(attempted: Attempt, words: string | undefined): Attempt {
  const isFound =
    attempted.kind === 'refused' && words !== undefined && attempted.message.includes(words)
  return isFound ? { kind: 'refused', message: words } : attempted
}

function tried(action: () => string): Attempt {
  return attempt(action, (error) => {
    const isRefusal =
      error instanceof TemplateError || error instanceof LimitError || error instanceof HelmError
    return isRefusal ? fromBytes(error.message) : undefined
  })
}

/** JSON with the source of each number, which decides its Go type. */
function dataOf(
  record: Record,
  { line, fixtures }: { line: string; fixtures: () => string },
): Value {
  const isInt64 = record['numbers'] === 'int64'
  const revive = (_key: string, value: unknown, context?: { source?: string }): unknown => {
    const source = context?.source ?? ''
    if (isInt64 && typeof value === 'number' && INTEGER.test(source)) return goInt64(BigInt(source))
    return value
  }
  const fixture = textOrNone(record, 'fixture')
  const parsed: unknown = JSON.parse(fixture === undefined ? line : fixtures(), revive)
  return goValue(asRecord(parsed)[fixture ?? 'data'])
}

function goValue(value: unknown): Value {
  if (typeof value === 'string') return toBytes(value)
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (value === null || value === undefined) return null
  if (Array.isArray(value)) {
    const items = value.map(goValue)
    return new GoSlice(items, ANY_SLICE, { capacity: appendedCapacity(items.length) })
  }
  if (typeof value === 'object' && 'type' in value && value.constructor.name === 'GoInteger')
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Made by the reviver above.
    return value as Value
  return new GoMap(
    new Map(Object.entries(value).map(([key, item]) => [toBytes(key), goValue(item)])),
  )
}

function renderChecks(record: Record, known: Record): readonly Check[] {
  const attempted = tried(() => renderAll(record, known))
  const outputs =
    record['outputs'] === undefined ? undefined : printOutputs(asRecord(record['outputs']))
  // The corpus says before the reason at which stage it ended.
  const error = (textOrNone(record, 'errorKey') ?? textOrNone(record, 'error'))?.replace(
    /^(?:load|values): /,
    '',
  )
  const shown =
    attempted.kind === 'done' ? { ...attempted, value: fromBytes(attempted.value) } : attempted
  return expectEither('outputs', { output: outputs, error }, containing(shown, error))
}

function renderAll(record: Record, known: Record): string {
  const files = Object.entries(asRecord(record['files'])).map(([name, content]) => ({
    name: toBytes(name),
    data: dataOfFile(String(content)),
  }))
  const release = asRecord(record['release'] ?? {})
  const values = record['values'] === undefined ? new GoMap() : goValue(record['values'])
  const outputs = renderFiles(loadChartFiles(files), {
    release: {
      name: textOrNone(release, 'Name') ?? 'rel',
      namespace: textOrNone(release, 'Namespace') ?? 'ns',
      action: release['IsUpgrade'] === true ? 'upgrade' : 'install',
      revision: Number(release['Revision'] ?? 1),
    },
    values: values instanceof GoMap ? values : new GoMap(),
    capabilities: {
      kubeVersion: textOrNone(record, 'kubeVersion') ?? 'v1.33.0',
      apiVersions: [...textsOf(known['apiVersions']), ...textsOf(record['apiVersions'])],
      apiVersionsOnly: true,
      helmVersion: { version: 'v3.22.0', goVersion: 'go1.26.8' },
    },
    strict: record['strict'] === true,
    generated: freshValues(sources()),
  })
  return printOutputs(Object.fromEntries(outputs))
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : []
}

function dataOfFile(content: string): string {
  return content.startsWith('base64:')
    ? fromBuffer(Buffer.from(content.slice(7), 'base64'))
    : toBytes(content)
}

function printOutputs(outputs: Readonly<{ [path: string]: unknown }>): string {
  return Object.keys(outputs)
    .toSorted()
    .map((path) => `== ${path}\n${String(outputs[path])}\n`)
    .join('')
}
