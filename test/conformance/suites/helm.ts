import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { HelmVersion } from '@tidemark/helm'
import {
  CaseRenderer,
  type HelmCase,
  helmSuiteCases,
  maskLines,
  withSortedNames,
} from '../helm-case.ts'
import { asRecord, corpusFile, parseRecord, text } from '../read-corpus.ts'
import { type Attempt, type Check, expectError, type Suite } from '../suite.ts'

const SEED = 1 // Random lines are masked.

/** Real charts, rendered by `helm template`. */
export const suite: Suite = {
  name: 'helm',
  folder: 'helm',
  *cases(directory) {
    const renderer = new CaseRenderer('helm3', helmVersionOf(directory))
    yield* helmSuiteCases(directory, (given) => () => caseChecks(given, renderer))
  },
}

/** What the templates were told of the `helm` that rendered the corpus; nothing where it does not say. */
function helmVersionOf(directory: string): HelmVersion | undefined {
  const path = join(directory, 'capabilities.json')
  if (!existsSync(path)) return undefined
  const known = parseRecord(corpusFile(path))
  const version = asRecord(known['helmVersion'] ?? {})
  return { version: String(version['version']), goVersion: String(version['go_version']) }
}

function caseChecks(given: HelmCase, renderer: CaseRenderer): readonly Check[] {
  const attempted = renderer.attempt(given, SEED)
  const expectedFile = join(given.folder, 'expected.yaml')
  if (!existsSync(expectedFile)) return errorChecks(text(given.record, 'error'), attempted)
  const expected = readFileSync(expectedFile, 'latin1')
  const actual = attempted.kind === 'done' ? attempted.value : `refused: ${attempted.message}`
  const masked = new Set(numbersOf(given.record['maskLines']))
  return [
    {
      kind: 'output',
      name: 'stdout',
      expected: maskLines(expected, masked),
      actual: maskLines(actual, masked),
    },
  ]
}

/** Level 2: the last line of what went to stderr; names within a schema's line are a set. */
function errorChecks(expected: string, attempted: Attempt): readonly Check[] {
  const words = lastLine(expected)
  if (attempted.kind === 'done') return expectError('error', words, attempted)
  const isFound = `Error: ${attempted.message}`
    .split('\n')
    .some((line) => withSortedNames(line).includes(withSortedNames(words)))
  return expectError('error', words, isFound ? { kind: 'refused', message: words } : attempted)
}

function lastLine(stderr: string): string {
  const lines = stderr
    .trim()
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('Use --debug flag'))
  return lines.at(-1)?.trim() ?? ''
}

function numbersOf(value: unknown): readonly number[] {
  return Array.isArray(value) ? value.map(Number) : []
}
