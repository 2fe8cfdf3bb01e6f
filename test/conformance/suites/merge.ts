import {
  fromBytes,
  GoInteger,
  GoMap,
  GoSlice,
  sprintf,
  toBytes,
  toYamlValue,
  type Value,
} from '@tidemark/go-template'
import {
  ChartNode,
  coalesceValues,
  HelmError,
  loadChartFiles,
  mergeValues,
  processDependencies,
  reportOf,
  setValues,
  type SetStyle,
  type ValueReference,
  valuesFromReferences,
} from '@tidemark/helm'
import { parseYaml, printYaml } from '@tidemark/yaml'
import { fromYamlValue } from '@tidemark/go-template'
import { asRecord, lineCases, type Record, text, textOrNone } from '../read-corpus.ts'
import {
  type Attempt,
  attempt,
  type Check,
  expectEither,
  expectError,
  type Suite,
} from '../suite.ts'

const STYLES: Readonly<{ [name: string]: SetStyle }> = {
  set: 'typed',
  setString: 'string',
  setJson: 'json',
  setLiteral: 'literal',
  setFile: 'file',
}

/** The grammar of `--set`, values of charts with their dependencies and schemas, and Flux's valuesFrom. */
export const suite: Suite = {
  name: 'merge',
  folder: 'merge',
  *cases(directory) {
    yield* lineCases(directory, 'strvals.jsonl', (record) => ({
      id: text(record, 'id'),
      group: 'strvals',
      run: () => setChecks(record),
    }))
    yield* lineCases(directory, 'values.jsonl', (record) => ({
      id: text(record, 'id'),
      group: text(record, 'suite'),
      run: () => valuesChecks(record),
    }))
    yield* lineCases(directory, 'flux-valuesfrom.jsonl', (record) => ({
      id: text(record, 'id'),
      group: 'valuesFrom',
      run: () => referenceChecks(record),
    }))
  },
}

function tried(action: () => string): Attempt {
  return attempt(action, (error) =>
    error instanceof HelmError ? fromBytes(error.message) : undefined,
  )
}

function setChecks(record: Record): readonly Check[] {
  const style = STYLES[text(record, 'fn')] ?? 'typed'
  const attempted = tried(() => {
    const target = goMap(record['base'] ?? {})
    setValues(toBytes(text(record, 'input')), target, { style, readFile: (name) => `<${name}>` })
    return canonical(typed(target))
  })
  const output = record['result'] === undefined ? undefined : canonical(record['result'])
  return expectEither('result', { output, error: textOrNone(record, 'error') }, attempted)
}

function goMap(value: unknown): GoMap {
  const converted = goValue(value)
  return converted instanceof GoMap ? converted : new GoMap()
}

function goValue(value: unknown): Value {
  if (typeof value === 'string') return toBytes(value)
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (value === null || value === undefined) return null
  if (Array.isArray(value)) return new GoSlice(value.map(goValue))
  const entries = Object.entries(asRecord(value))
  return new GoMap(new Map(entries.map(([key, item]) => [toBytes(key), goValue(item)])))
}

/** Scalars with their Go types in front, as the corpus writes them. */
function typed(value: Value): unknown {
  if (typeof value === 'string') return `string:${fromBytes(value)}`
  if (typeof value === 'number') return `float64:${sprintf('%v', [value])}`
  if (value instanceof GoInteger) return `${value.type}:${value.value}`
  if (value instanceof GoSlice) return value.items.map(typed)
  if (value instanceof GoMap)
    return Object.fromEntries(
      [...value.entries].map(([key, item]) => [fromBytes(key), typed(item)]),
    )
  return value ?? null
}

/** JSON with sorted keys: two values are equal when their texts are. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(
          Object.entries(item).toSorted(([left], [right]) => (left < right ? -1 : 1)),
        )
      : item,
  )
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : []
}

function valuesChecks(record: Record): readonly Check[] {
  const error = textOrNone(record, 'error')
  const found = new Map<string, string>()
  const attempted = tried(() => {
    collect(record, found)
    return 'done'
  })
  if (error !== undefined) return expectError('error', error, attempted)
  const checks: Check[] = []
  for (const field of ['userValues', 'tree', 'values'])
    if (record[field] !== undefined)
      checks.push({
        kind: 'output',
        name: field,
        expected: canonical(record[field]),
        actual: found.get(field) ?? (attempted.kind === 'refused' ? attempted.message : ''),
      })
  const report = textOrNone(record, 'schemaError') ?? ''
  const actual = found.get('schema') ?? ''
  checks.push(
    { kind: 'error', name: 'schema', expected: verdict(report), actual: verdict(actual) },
    { kind: 'message', name: 'schema', expected: asSet(report), actual: asSet(actual) },
  )
  return checks
}

function verdict(report: string): string {
  return report === '' ? 'accepted' : 'refused'
}

/** Upstream gives the lines of a report in any order. */
function asSet(report: string): string {
  return report.trim().split('\n').toSorted().join('\n')
}

function collect(record: Record, found: Map<string, string>): void {
  const options = asRecord(record['options'] ?? {})
  const files = asRecord(options['files'] ?? {})
  const readFile = (name: string): string => {
    const content = files[name]
    if (typeof content === 'string') return content
    throw new HelmError('VALUES', `open ${name}: no such file or directory`)
  }
  const userValues = mergeValues({
    files: texts(options['valueFiles']).map((name) => ({ name, text: readFile(name) })),
    set: texts(options['set']),
    setString: texts(options['setString']),
    setJson: texts(options['setJson']),
    setFile: texts(options['setFile']),
    setLiteral: texts(options['setLiteral']),
    readFile,
  })
  found.set('userValues', canonical(typed(userValues)))
  const chartFiles = Object.entries(asRecord(record['chart']))
  const chart = loadChartFiles(
    chartFiles.map(([name, data]) => ({ name: toBytes(name), data: toBytes(String(data)) })),
  )
  const root = ChartNode.of(chart)
  processDependencies(root, userValues)
  found.set('tree', canonical(treeOf(root)))
  const values = coalesceValues(root, userValues)
  found.set('values', canonical(typed(values)))
  found.set('schema', fromBytes(reportOf(root, values)))
}

function treeOf(node: ChartNode): unknown {
  if (node.dependencies.length === 0) return { name: node.name }
  const children = node.dependencies.toSorted((left, right) => (left.name < right.name ? -1 : 1))
  return { name: node.name, dependencies: children.map(treeOf) }
}

function referenceChecks(record: Record): readonly Check[] {
  const attempted = tried(() => {
    const values = valuesFromReferences({
      namespace: 'ns',
      references: referencesOf(record['refs']),
      values: yamlMap(textOrNone(record, 'values') ?? ''),
      find: (kind, name) => {
        const objects = asRecord(record[kind === 'ConfigMap' ? 'configMaps' : 'secrets'] ?? {})
        const data = objects[name]
        if (data === undefined) return undefined
        return new Map(
          Object.entries(asRecord(data)).map(([key, item]) => [key, toBytes(String(item))]),
        )
      },
    })
    return printYaml(toYamlValue(values, 'yaml2'), 'yaml2')
  })
  return expectEither(
    'output',
    { output: textOrNone(record, 'output'), error: textOrNone(record, 'error') },
    attempted,
  )
}

function yamlMap(source: string): GoMap {
  const parsed = parseYaml(source, {
    flavour: 'yaml2',
    duplicateKeys: 'last-wins',
    numbers: 'float64',
  })
  const value = fromYamlValue(parsed)
  return value instanceof GoMap ? value : new GoMap()
}

function referencesOf(value: unknown): readonly ValueReference[] {
  if (!Array.isArray(value)) return []
  return value.map((item) => {
    const record = asRecord(item)
    return {
      kind: text(record, 'kind'),
      name: text(record, 'name'),
      valuesKey: textOrNone(record, 'valuesKey') ?? '',
      targetPath: textOrNone(record, 'targetPath') ?? '',
      literal: record['literal'] === true,
      optional: record['optional'] === true,
    }
  })
}
