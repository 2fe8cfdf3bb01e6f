import {
  formatFloat64,
  parseJson,
  parseYaml,
  printJson,
  printYaml,
  type ReadOptions,
  splitHelmManifests,
  YamlError,
} from '@tidemark/yaml'
import { lineCases, type Record, text, textOrNone } from '../read-corpus.ts'
import { type Attempt, attempt, type Case, type Check, expectEither, type Suite } from '../suite.ts'

export const suite: Suite = {
  name: 'yaml',
  folder: 'yaml',
  *cases(directory) {
    yield* lineCases(directory, 'parse.jsonl', caseOf(parseChecks))
    yield* lineCases(directory, 'marshal.jsonl', caseOf(marshalChecks))
    yield* lineCases(directory, 'split.jsonl', caseOf(splitChecks))
    yield* lineCases(directory, 'kyaml.jsonl', caseOf(kustomizeChecks))
  },
}

function caseOf(checks: (record: Record) => readonly Check[]): (record: Record) => Case {
  return (record) => ({
    id: text(record, 'id'),
    group: text(record, 'suite'),
    run: () => checks(record),
  })
}

const lenient: ReadOptions = { flavour: 'yaml2', duplicateKeys: 'last-wins' }
const untyped: ReadOptions = { ...lenient, numbers: 'float64' }

function refusal(error: unknown): string | undefined {
  return error instanceof YamlError ? error.upstream : undefined
}

function tried(action: () => string): Attempt {
  return attempt(action, refusal)
}

function parseChecks(record: Record): readonly Check[] {
  const yaml = text(record, 'yaml')
  const json = textOrNone(record, 'json')
  const error = textOrNone(record, 'error')
  const strict = {
    output: textOrNone(record, 'strictJson') ?? json,
    error: textOrNone(record, 'strictError'),
  }
  const toJson = (options: ReadOptions): Attempt => tried(() => printJson(parseYaml(yaml, options)))
  return [
    ...expectEither('json', { output: json, error }, toJson(lenient)),
    ...expectEither('strict', strict, toJson({ ...lenient, duplicateKeys: 'error' })),
    ...printed(record, 'remarshalled', () => printYaml(parseYaml(yaml, untyped), 'yaml2')),
    ...printed(record, 'pretty', () => printYaml(parseYaml(yaml, untyped), 'yaml3')),
    ...('typed' in record ? [typedCheck(record, yaml)] : []),
  ]
}

function printed(record: Record, field: string, action: () => string): readonly Check[] {
  const expected = { output: textOrNone(record, field), error: undefined }
  return expectEither(field, expected, tried(action))
}

/** The corpus writes the Go type in front of texts and numbers. */
function typedCheck(record: Record, yaml: string): Check {
  const actual = printJson(withTypes(parseYaml(yaml, untyped)), { html: 'plain' })
  const expected = printJson(parseJson(JSON.stringify(record['typed'])), { html: 'plain' })
  return { kind: 'output', name: 'typed', expected, actual }
}

type Value = ReturnType<typeof parseYaml>

function withTypes(value: Value): Value {
  if (typeof value === 'string') return `string:${value}`
  if (typeof value === 'number') return `float64:${formatFloat64(value)}`
  if (value instanceof Map)
    return new Map([...value].map(([key, child]) => [key, withTypes(child)]))
  return Array.isArray(value) ? value.map(withTypes) : value
}

function marshalChecks(record: Record): readonly Check[] {
  const json = text(record, 'value')
  const error = textOrNone(record, 'error')
  const marshalled = { output: textOrNone(record, 'marshalled'), error }
  const value = parseJson(json, { numbers: 'float64' })
  const typed: ReadOptions = { ...lenient, numbers: 'typed' }
  return [
    ...expectEither(
      'marshalled',
      marshalled,
      tried(() => printYaml(value, 'yaml2')),
    ),
    ...printed(record, 'jsonToYaml', () => printYaml(parseYaml(json, typed), 'yaml2-direct')),
    ...printed(record, 'pretty', () => printYaml(value, 'yaml3')),
  ]
}

function splitChecks(record: Record): readonly Check[] {
  const expected = JSON.stringify(record['docs'] ?? [])
  const actual = JSON.stringify(splitHelmManifests(text(record, 'split')))
  return [{ kind: 'output', name: 'docs', expected, actual }]
}

/** What Kustomize adds around the words of its YAML library is not the matter of this suite. */
function kustomizeChecks(record: Record): readonly Check[] {
  const resource = text(record, 'resource')
  const attempted = tried(() =>
    printYaml(parseYaml(resource, { flavour: 'yaml3', duplicateKeys: 'error' }), 'yaml2'),
  )
  const error = textOrNone(record, 'error')
  const isKnown =
    attempted.kind === 'refused' && error !== undefined && containsWords(error, attempted)
  const expected = isKnown ? attempted.message : error
  return expectEither(
    'output',
    { output: textOrNone(record, 'output'), error: expected },
    attempted,
  )
}

function containsWords(error: string, attempted: { readonly message: string }): boolean {
  return error.includes(attempted.message.replace(/^yaml: /, ''))
}
