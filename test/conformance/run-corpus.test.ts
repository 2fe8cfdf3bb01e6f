import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadSuites } from './load-suites.ts'
import { runCorpus, UsageError } from './run-corpus.ts'
import type { Suite } from './suite.ts'

const CASE = {
  chart: 'charts/tiny',
  release: 'r',
  namespace: 'n',
  kubeVersion: 'v1.33.0',
  apiVersions: [],
  valuesFiles: ['prod.yaml'],
  set: ['a=2'],
}
const SPLIT = { id: 'one', suite: 'split', split: 'a: 1\n---\nb: 2\n', docs: ['a: 1', 'b: 2'] }

let corpus = ''
let suites: readonly Suite[] = []

beforeAll(async () => {
  suites = await loadSuites()
  corpus = mkdtempSync(join(tmpdir(), 'tidemark-corpus-'))
})
afterAll(() => rmSync(corpus, { recursive: true }))

/** A corpus that no suite has ever seen, with these files. */
function corpusOf(name: string, files: Readonly<Record<string, string>>): string {
  const folder = join(corpus, name)
  mkdirSync(folder)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

function helmFiles(id: string, expected: string): Record<string, string> {
  return {
    'helm/charts/tiny/Chart.yaml': 'apiVersion: v2\nname: tiny\nversion: 1.0.0\n',
    'helm/charts/tiny/templates/a.yaml': 'a: {{ .Values.a }}\nb: {{ .Values.b }}\n',
    [`helm/cases/${id}/case.json`]: JSON.stringify(CASE),
    [`helm/cases/${id}/prod.yaml`]: 'b: 3\n',
    [`helm/cases/${id}/expected.yaml`]: expected,
  }
}

const RENDERED = '---\n# Source: tiny/templates/a.yaml\na: 2\nb: 3\n'

test('cases with names that nobody has seen, in the folders that there are', async () => {
  const folder = corpusOf('unseen', helmFiles('anything at all', RENDERED))
  const { text, facts } = await runCorpus(suites, { corpus: folder, shownMax: 20 })
  expect(facts).toMatchObject({ passed: 1, failed: 0, failures: [] })
  expect(facts.groups).toMatchObject([{ suite: 'helm', group: 'anything at all', passed: 1 }])
  expect(text).toContain('yaml: no folder yaml in this corpus')
  expect(text).toContain('helm4: no case in helm')
  expect(text.split('\n').at(-1)).toBe('1 passed, 0 failed')
})

test('a difference is shown, counted, and told whole as JSON', async () => {
  const folder = corpusOf('different', helmFiles('x__default', RENDERED.replace('a: 2', 'a: 5')))
  const options = { corpus: folder, names: ['helm'], shownMax: 20 }
  const { text, facts } = await runCorpus(suites, options)
  expect(text).toContain('helm/default x__default stdout (output), line 3')
  expect(text).toContain('  - a: 5\n  + a: 2')
  expect(text.split('\n').at(-1)).toBe('0 passed, 1 failed')
  expect(facts).toMatchObject({
    corpus: folder,
    passed: 0,
    failed: 1,
    groups: [{ suite: 'helm', group: 'default', scores: { output: { passed: 0, total: 1 } } }],
    failures: [{ id: 'x__default', kind: 'output', actual: RENDERED }],
  })
})

test('folders without a case are told, and nothing has passed', async () => {
  const folder = corpusOf('empty', {
    'yaml/README.md': '',
    'helm/README.md': '',
    'semver/versions.jsonl': '',
  })
  const { text, facts } = await runCorpus(suites, { corpus: folder, shownMax: 20 })
  expect(facts).toMatchObject({ passed: 0, failed: 0 })
  expect(text).toContain('yaml: no case in yaml')
  expect(text).toContain('helm: no case in helm')
  expect(text.split('\n').at(-1)).toBe('0 passed, 0 failed')
})

test.each([
  ['no JSON', '{"id": ', /no JSON: /],
  ['no object', '[1]', /an object is needed, not \[1\]/],
  ['a field that is missing', '{"id": "two"}', /the field "suite" has to be a text, not undefined/],
  ['a field of another kind', '{"id": "two", "suite": "split", "split": 5}', /the field "split"/],
])('a broken line is named, and the others run: %s', async (name, line, said) => {
  const folder = corpusOf(name, { 'yaml/split.jsonl': `${line}\n${JSON.stringify(SPLIT)}\n` })
  const { text, facts } = await runCorpus(suites, { corpus: folder, shownMax: 20 })
  expect(facts).toMatchObject({ passed: 1, failed: 1, failures: [{ kind: 'crash' }] })
  expect(facts.failures[0]?.actual).toMatch(said)
  expect(text).toContain(`${join(folder, 'yaml/split.jsonl')}:1: `)
})

test.each([
  ['case.json that is none', { 'helm/cases/b/case.json': '{' }, 'helm/cases/b/case.json: no JSON'],
  ['no case.json', { 'helm/cases/b/values.yaml': '' }, 'there is no '],
  [
    'a chart that is not there',
    {
      'helm/cases/b/case.json': JSON.stringify({ ...CASE, chart: 'charts/none', valuesFiles: [] }),
    },
    'there is no chart ',
  ],
  ['a kustomization without a case.json', { 'kustomize/real/b/input/a.yaml': '' }, 'there is no '],
])('a broken folder is named, and the others run: %s', async (name, files, said) => {
  const folder = corpusOf(name, { ...helmFiles('a__default', RENDERED), ...files })
  const { text, facts } = await runCorpus(suites, { corpus: folder, shownMax: 20 })
  expect(facts.passed).toBe(1)
  expect(facts.failures[0]?.actual).toContain(said)
  expect(text).toContain('/b/case.json: ')
})

test('a corpus or a suite that there is not is wrong usage', async () => {
  const none = { corpus: join(corpus, 'none'), shownMax: 20 }
  await expect(runCorpus(suites, none)).rejects.toThrow(UsageError)
  const unknown = { corpus, names: ['helm5'], shownMax: 20 }
  await expect(runCorpus(suites, unknown)).rejects.toThrow(/no suite "helm5"; there are: envsubst/)
})
