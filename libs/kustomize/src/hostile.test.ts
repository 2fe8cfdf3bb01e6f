import { memoryTree } from '@tidemark/source-tree'
import { expect, test } from 'vitest'
import { buildKustomization } from './build-kustomization.ts'
import { KustomizeError } from './kustomize-error.ts'

type Files = Readonly<Record<string, string | Uint8Array | { readonly link: string }>>

function build(files: Files, path = ''): string {
  return buildKustomization({ tree: memoryTree(Object.entries(files)), path }).yaml
}

/** The code and message of the refusal. */
function refusal(files: Files, path = ''): string {
  try {
    build(files, path)
  } catch (error) {
    if (error instanceof KustomizeError) return error.message
    throw error
  }
  return 'built'
}

const config = (data: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n${data}`
const one = { 'kustomization.yaml': 'resources: [a.yaml]\n' }
const resource = (text: string | Uint8Array): Files => ({ ...one, 'a.yaml': text })

test('an alias bomb is refused by the count of its nodes', () => {
  const lines = ['a: &a [x,x,x,x,x,x,x,x,x,x]']
  for (const [to, from] of ['ba', 'cb', 'dc', 'ed', 'fe', 'gf', 'hg'])
    lines.push(`${to}: &${to} [${Array.from({ length: 10 }, () => `*${from}`).join(',')}]`)
  expect(refusal(resource(config(lines.join('\n'))))).toContain('YAML_EXPANSION')
  expect(refusal({ 'kustomization.yaml': lines.join('\n') })).toContain('YAML_EXPANSION')
})

test('nesting is bounded, in flow and in block style, in files and in texts inside of them', () => {
  expect(refusal(resource('['.repeat(20_000)))).toContain('YAML_DEPTH')
  const block = Array.from({ length: 2500 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')
  expect(refusal(resource(config(`data:\n${block.replaceAll(/^/gmu, ' ')}`)))).toContain(
    'YAML_DEPTH',
  )
  const patch = JSON.stringify('['.repeat(20_000))
  expect(
    refusal({
      'kustomization.yaml': `resources: [a.yaml]\npatches: [{patch: ${patch}}]\n`,
      'a.yaml': config(''),
    }),
  ).toMatch(/YAML_DEPTH|KUSTOMIZE_PATCH/u)
})

test('a large flat file is no bomb', () => {
  const rows = Array.from({ length: 100_000 }, (_, at) => `  key-number-${at}: value-of-it-${at}`)
  expect(build(resource(config(`data:\n${rows.join('\n')}\n`))).length).toBeGreaterThan(3_000_000)
})

test('a key that stands twice is named with both lines', () => {
  const text =
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: b\n  c: d\ndata:\n  e: f\n'
  expect(refusal(resource(text))).toMatch(/^YAML_DUPLICATE_KEY: .*a\.yaml.*"data".*7.*4/su)
})

test('names of the prototype are plain data', () => {
  const data = 'data: {__proto__: a, constructor: b, toString: c}\n'
  expect(build(resource(config(data)))).toContain('  __proto__: a\n  constructor: b\n')
  const merged = 'x: &a {__proto__: a}\ndata:\n  <<: *a\n  b: c\n'
  expect(build(resource(config(merged)))).toContain('  __proto__: a\n')
  expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('a')
  expect(({} as Record<string, unknown>)['b']).toBeUndefined()
})

/** Adds a text at a path of a ConfigMap. */
function patched(path: string): Files {
  return {
    'kustomization.yaml': `resources: [a.yaml]\npatches:\n- target: {kind: ConfigMap}\n  patch: |-\n    - {op: add, path: ${path}, value: x}\n`,
    'a.yaml': config('data: {list: [a]}\n'),
  }
}

test('a JSON patch cannot reach a prototype', () => {
  expect(refusal(patched('/__proto__/polluted'))).toContain('PATCH_PATH')
  expect(refusal(patched('/data/list/1000000000'))).toContain('PATCH_INDEX')
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
})

test('a patch has a bound for its operations', () => {
  const operation = '    - {op: add, path: /data, value: {}}\n'
  const files = {
    'kustomization.yaml': `resources: [a.yaml]\npatches:\n- target: {kind: ConfigMap}\n  patch: |-\n${operation.repeat(20_000)}`,
    'a.yaml': config(''),
  }
  expect(refusal(files)).toMatch(/KUSTOMIZE_LIMIT|YAML_EXPANSION/u)
})

test('a tag of another language is refused', () => {
  expect(refusal(resource(config('data: {a: !!js/function "x"}\n')))).toContain('YAML_TAG')
  expect(refusal(resource(config('data: {a: !!python/object:os.system [x]}\n')))).toContain(
    'YAML_TAG',
  )
})

test('documents are counted', () => {
  expect(refusal(resource('---\n{}\n'.repeat(100_001)))).toContain('YAML_DOCUMENTS')
})

test('bytes that are no text are refused with their place', () => {
  expect(refusal(resource(config('data: {a: "\0"}\n')))).toContain('YAML_ENCODING')
  expect(refusal(resource(Uint8Array.of(0x61, 0x3a, 0x20, 0xff)))).toContain('YAML_ENCODING')
  expect(refusal(resource(Uint8Array.of(0x61, 0x3a, 0x20, 0xed, 0xa0, 0x80)))).toContain(
    'YAML_ENCODING',
  )
})

test('no path leaves the source', () => {
  expect(
    refusal({ 'app/kustomization.yaml': 'resources: [../../../etc/passwd]\n' }, 'app'),
  ).toContain('SOURCE_ESCAPE')
  expect(refusal({ 'kustomization.yaml': 'resources: [/etc/passwd]\n' })).toContain('SOURCE_ESCAPE')
})

test('a link out of the source is refused with its name and target', () => {
  const file = refusal({ ...one, 'a.yaml': { link: '../../etc/passwd' } })
  expect(file).toMatch(/SOURCE_ESCAPE.*a\.yaml.*\.\.\/\.\.\/etc\/passwd/su)
  const folder = refusal({ 'kustomization.yaml': 'resources: [etc]\n', etc: { link: '/etc' } })
  expect(folder).toMatch(/SOURCE_ESCAPE.*etc.*\/etc/su)
})

test('links that lead to one another are a loop', () => {
  const files = { ...one, 'a.yaml': { link: 'b.yaml' }, 'b.yaml': { link: 'a.yaml' } }
  expect(refusal(files)).toContain('SOURCE_LINK_LOOP')
})

const resources = (base: string): string => `resources: [${base}]\n`

test('a cycle of bases is told as a chain', () => {
  expect(refusal({ 'a/kustomization.yaml': resources('../a') }, 'a')).toContain('KUSTOMIZE_CYCLE')
  expect(
    refusal(
      { 'a/b/kustomization.yaml': resources('../../a'), 'a/kustomization.yaml': resources('b') },
      'a',
    ),
  ).toContain('KUSTOMIZE_CYCLE')
  const cycle = refusal(
    { 'a/kustomization.yaml': resources('../b'), 'b/kustomization.yaml': resources('../a') },
    'a',
  )
  expect(cycle).toContain('KUSTOMIZE_CYCLE')
  expect(cycle).toMatch(/a.*b.*a/su)
})

test.each([
  'https://example.com/a.yaml',
  'github.com/x//y?ref=--upload-pack=touch',
  'git::ssh://h/x',
])('%s is remote, and a source has to be declared', (remote) => {
  const message = refusal({ 'kustomization.yaml': `resources: ["${remote}"]\n` })
  expect(message).toContain('KUSTOMIZE_REMOTE')
  expect(message).toMatch(/source/iu)
})

test.each([
  ['exec', "config.kubernetes.io/function: 'exec: {path: ./run.sh}'"],
  ['container', "config.kubernetes.io/function: 'container: {image: x}'"],
])('a generator of the kind %s is not run', (_, annotation) => {
  const files = {
    'kustomization.yaml': 'generators: [g.yaml]\n',
    'g.yaml': `apiVersion: x/v1\nkind: Run\nmetadata:\n  name: a\n  annotations:\n    ${annotation}\n`,
  }
  expect(refusal(files)).toContain('KUSTOMIZE_PLUGIN')
})

test('a plugin of an unknown kind is not looked for', () => {
  const files = {
    'kustomization.yaml': 'transformers: [g.yaml]\n',
    'g.yaml': 'apiVersion: x/v1\nkind: Magic\nmetadata: {name: a}\n',
  }
  expect(refusal(files)).toContain('KUSTOMIZE_PLUGIN')
})

test('a file beyond 5 MiB is not read', () => {
  const files = {
    'kustomization.yaml': 'configMapGenerator: [{name: a, files: [big.bin]}]\n',
    'big.bin': new Uint8Array(6 * 1024 * 1024),
  }
  expect(refusal(files)).toContain('SOURCE_FILE_SIZE')
})

test('a pattern that makes other engines hang is matched in linear time', () => {
  const files = {
    'kustomization.yaml': `resources: [a.yaml]\nnamePrefix: x-\npatches:\n- target: {name: "(a+)+$"}\n  patch: '[{"op": "add", "path": "/data", "value": {"b": "c"}}]'\n`,
    'a.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${'a'.repeat(50_000)}!}\n`,
  }
  expect(build(files)).not.toContain('b: c')
  const broken = {
    ...files,
    'kustomization.yaml': `resources: [a.yaml]\npatches:\n- target: {name: "(?=x)"}\n  patch: '[{"op": "add", "path": "/data", "value": {}}]'\n`,
  }
  expect(refusal(broken)).toContain('REGEX_SYNTAX')
})

test('the same object twice is a duplicate', () => {
  expect(
    refusal({
      'kustomization.yaml': 'resources: [a.yaml, b.yaml]\n',
      'a.yaml': config(''),
      'b.yaml': config(''),
    }),
  ).toContain('DUPLICATE_OBJECT')
})

test('an unknown field is told with the one that was meant', () => {
  expect(refusal({ 'kustomization.yaml': 'resorces: []\n' })).toMatch(
    /KUSTOMIZE_UNKNOWN_FIELD.*"resorces".*"resources"/su,
  )
})

test('numbers keep what Kubernetes reads', () => {
  const out = build(
    resource(config('data: {a: 123456789012345678901, b: 0777, c: on, d: 1_000, e: 12:30:45}\n')),
  )
  expect(out).toContain('  b: 511\n')
  expect(out).toContain('  c: "on"\n')
})
