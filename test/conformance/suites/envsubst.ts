import { collectVariables, EnvsubstError, substitute } from '@tidemark/envsubst'
import { parseYaml, printYaml, type YamlValue, YamlError } from '@tidemark/yaml'
import { asRecord, lineCases, type Record, text, textOrNone } from '../read-corpus.ts'
import {
  type Attempt,
  attempt,
  type Check,
  expectEither,
  expectError,
  type Suite,
} from '../suite.ts'

export const suite: Suite = {
  name: 'envsubst',
  folder: 'envsubst',
  *cases(directory) {
    yield* lineCases(directory, 'eval.jsonl', (record) => ({
      id: text(record, 'id'),
      group: 'eval',
      run: () => evaluationChecks(record),
    }))
    yield* lineCases(directory, 'resource.jsonl', (record) => ({
      id: text(record, 'id'),
      group: 'resource',
      run: () => resourceChecks(record),
    }))
  },
}

function tried(action: () => string): Attempt {
  return attempt(action, (error) => {
    if (error instanceof EnvsubstError) return error.upstream
    return error instanceof YamlError ? `YAMLToJSON: ${error.upstream}` : undefined
  })
}

function unsetOf(record: Record): 'error' | 'empty' {
  return record['strict'] === true ? 'error' : 'empty'
}

function mapOf(value: unknown): ReadonlyMap<string, string> {
  return new Map(Object.entries(asRecord(value ?? {})).map(([key, item]) => [key, String(item)]))
}

function evaluationChecks(record: Record): readonly Check[] {
  const attempted = tried(() =>
    // The corpus is JSON, where bytes that make no character became U+FFFD.
    substitute(text(record, 'template'), mapOf(record['vars']), {
      unset: unsetOf(record),
    }).toWellFormed(),
  )
  const error = textOrNone(record, 'error')
  if (error?.startsWith('PANIC') === true) {
    return expectError(
      'output',
      attempted.kind === 'refused' ? attempted.message : error,
      attempted,
    )
  }
  return expectEither('output', { output: textOrNone(record, 'output'), error }, attempted)
}

/** The steps of Flux around the substitution: what it reads, when it does nothing, what it prints. */
function resourceChecks(record: Record): readonly Check[] {
  const resource = parseYaml(text(record, 'resource'), { flavour: 'yaml3', duplicateKeys: 'error' })
  if (isDisabled(resource)) {
    return [
      { kind: 'output', name: 'skipped', expected: String(record['skipped']), actual: 'true' },
    ]
  }
  const attempted = prefixed(tried(() => substituteResource(resource, record)))
  const expected = { output: textOrNone(record, 'output'), error: textOrNone(record, 'error') }
  return expectEither('output', expected, attempted)
}

function prefixed(attempted: Attempt): Attempt {
  if (attempted.kind === 'done') return attempted
  const isEvaluation = !/^YAMLToJSON|var name is invalid/.test(attempted.message)
  const middle = isEvaluation ? 'variable substitution failed: ' : ''
  return { kind: 'refused', message: `envsubst error: ${middle}${attempted.message}` }
}

function substituteResource(resource: YamlValue, record: Record): string {
  const printed = printYaml(resource, 'yaml2')
  const variables = collectVariables([...sourcesOf(record), mapOf(record['vars'])])
  if (variables.size === 0 && record['always'] !== true) return printed
  const substituted = substitute(printed, variables, { unset: unsetOf(record) })
  const untyped = { flavour: 'yaml2', duplicateKeys: 'last-wins', numbers: 'float64' } as const
  return printYaml(parseYaml(substituted, untyped), 'yaml2')
}

function sourcesOf(record: Record): readonly ReadonlyMap<string, string>[] {
  const references = Array.isArray(record['substituteFrom']) ? record['substituteFrom'] : []
  return references.map((item: unknown) => {
    const reference = asRecord(item)
    const objects = record[reference['kind'] === 'Secret' ? 'secrets' : 'configMaps']
    return mapOf(asRecord(objects ?? {})[String(reference['name'])])
  })
}

const DISABLED = 'kustomize.toolkit.fluxcd.io/substitute'

function isDisabled(resource: YamlValue): boolean {
  const metadata = resource instanceof Map ? resource.get('metadata') : undefined
  if (!(metadata instanceof Map)) return false
  return ['labels', 'annotations'].some((field) => {
    const map: unknown = metadata.get(field)
    return map instanceof Map && map.get(DISABLED) === 'disabled'
  })
}
