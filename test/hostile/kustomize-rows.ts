import { buildKustomization, helmRenderer, KustomizeError } from '@tidemark/kustomize'
import { freshValues } from '@tidemark/go-template'
import { systemClock } from '@tidemark/kernel'
import { seededRandom } from '@tidemark/kernel/testing'
import { memoryTree, type SourceTree } from '@tidemark/source-tree'
import type { HostileEngine, HostileRow } from './engine.ts'
import {
  bomb,
  config,
  doublingBases,
  type Files,
  flatKeys,
  generator,
  keys,
  largeFile,
  list,
  mergeBomb,
  MIB,
  object,
  operation,
  patched,
  pod,
  replaced,
  selected,
} from './kustomize-inputs.ts'

/** Rows 1 to 26 of the list of hostile inputs, and inputs like them. */
const rows: readonly HostileRow[] = [
  ...yamlRows(),
  ...sourceRows(),
  ...pluginRows(),
  ...patchRows(),
  ...regexRows(),
  ...objectRows(),
]

export const kustomize: HostileEngine = {
  rows,
  checkGood: () => {
    const answer = build(
      memoryTree(Object.entries({ ...list, 'a.yaml': config('data: {a: b}\n') })),
    )
    if (answer !== 'apiVersion: v1\ndata:\n  a: b\nkind: ConfigMap\nmetadata:\n  name: a\n')
      throw new Error(`a good kustomization gives ${answer}`)
  },
}

function yamlRows(): readonly HostileRow[] {
  return [
    row('an alias bomb in an object', /^YAML_EXPANSION: .*1,000,000 nodes exceeded/su, () =>
      object(config(bomb())),
    ),
    row('an alias bomb in a kustomization', /^YAML_EXPANSION: /u, () => ({
      'kustomization.yaml': bomb(),
    })),
    row('an alias bomb in a patch', /^YAML_EXPANSION: /u, () => patched(config(bomb()))),
    row('an alias bomb of merge keys', /^YAML_EXPANSION: /u, () => object(config(mergeBomb()))),
    {
      ...row('a merge of 20,000 keys into 20,000 others', / {2}b19999: v\n/u, () =>
        object(config(`x: &x\n${keys('b')}data:\n  <<: *x\n${keys('a')}`)),
      ),
      msMax: 1000,
    },
    row('an anchor inside of itself', /^YAML_ALIAS|^YAML_SYNTAX|^KUSTOMIZE_YAML/u, () =>
      object('a: &x {b: *x}\n'),
    ),
    row('20,000 brackets', /^YAML_DEPTH: .*nesting 100 exceeded at 1:101/su, () =>
      object('['.repeat(20_000)),
    ),
    row('20,000 brackets in a patch', /^YAML_DEPTH: /u, () => patched('['.repeat(20_000))),
    // Of 5,000 the file would be too large already.
    row('2,500 nested block mappings', /^YAML_DEPTH: .*nesting 100 exceeded/su, () =>
      object(Array.from({ length: 2500 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')),
    ),
    {
      ...row('100,000 keys in 3 MB', /^apiVersion: v1\ndata:\n {2}key-number-0: /u, () =>
        object(config(`data:\n${flatKeys()}`)),
      ),
      msMax: 1000,
    },
    row('a key that stands twice', /^YAML_DUPLICATE_KEY: .*"data".* 7:1, first at 4:1/su, () =>
      object(
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: b\n  c: d\ndata:\n  e: f\n',
      ),
    ),
    row('names of the prototype', / {2}__proto__: a\n {2}constructor: b\n/u, () =>
      object(config('data: {__proto__: a, constructor: b, toString: c}\n')),
    ),
    row('a merge of a prototype', / {2}__proto__: a\n/u, () =>
      object(config('x: &a {__proto__: a}\ndata:\n  <<: *a\n')),
    ),
    row('a tag of JavaScript', /^YAML_TAG: /u, () =>
      object(config('data: {a: !!js/function "x"}\n')),
    ),
    row('a tag of Python', /^YAML_TAG: /u, () =>
      object(config('data: {a: !!python/object:os.system [x]}\n')),
    ),
    row('100,001 documents', /^YAML_DOCUMENTS: .*10000 documents exceeded/su, () =>
      object('---\n{}\n'.repeat(100_001)),
    ),
    row('a NUL', /^YAML_ENCODING: /u, () => object(config('data: {a: "\0"}\n'))),
    row('bytes that are no UTF-8', /^YAML_ENCODING: /u, () =>
      object(Uint8Array.of(0x61, 0x3a, 0x20, 0xff)),
    ),
    row('a lone surrogate', /^YAML_ENCODING: /u, () =>
      object(Uint8Array.of(0x61, 0x3a, 0x20, 0xed, 0xa0, 0x80)),
    ),
    row('numbers of every spelling', / {2}b: 511\n {2}c: "on"\n/u, () =>
      object(config('data: {a: 123456789012345678901, b: 0777, c: on, d: 1_000, e: 12:30:45}\n')),
    ),
  ]
}

function sourceRows(): readonly HostileRow[] {
  return [
    row('a path out of the source', /^SOURCE_ESCAPE: .*resources\[0\]/su, () => ({
      'kustomization.yaml': 'resources: [../../../etc/passwd]\n',
    })),
    row('an absolute path', /^SOURCE_ESCAPE: .*resources\[0\]/su, () => ({
      'kustomization.yaml': 'resources: [/etc/passwd]\n',
    })),
    row('a file that links out', /^SOURCE_ESCAPE: .*a\.yaml.*\.\.\/\.\.\/etc\/passwd/su, () => ({
      ...list,
      'a.yaml': { link: '../../etc/passwd' },
    })),
    row('a folder that links out', /^SOURCE_ESCAPE: .*etc.*\/etc/su, () => ({
      'kustomization.yaml': 'resources: [etc]\n',
      etc: { link: '/etc' },
    })),
    row('links in a ring', /^SOURCE_LINK_LOOP: /u, () => ({
      ...list,
      'a.yaml': { link: 'b.yaml' },
      'b.yaml': { link: 'a.yaml' },
    })),
    row('a base that is itself', /^KUSTOMIZE_CYCLE: .*\/a → \/a/su, () => ({
      'kustomization.yaml': 'resources: [a]\n',
      'a/kustomization.yaml': 'resources: [../a]\n',
    })),
    row('a base above itself', /^KUSTOMIZE_CYCLE: .*\/a → \/a\/b → \/a/su, () => ({
      'kustomization.yaml': 'resources: [a]\n',
      'a/kustomization.yaml': 'resources: [b]\n',
      'a/b/kustomization.yaml': 'resources: [../../a]\n',
    })),
    row('bases in a ring', /^KUSTOMIZE_CYCLE: .*\/a → \/b → \/a/su, () => ({
      'kustomization.yaml': 'resources: [a]\n',
      'a/kustomization.yaml': 'resources: [../b]\n',
      'b/kustomization.yaml': 'resources: [../a]\n',
    })),
    row('a hundred bases, one on the other', /^KUSTOMIZE_LIMIT: .*64 deep/su, () =>
      Object.fromEntries([
        ['kustomization.yaml', 'resources: [b0]\n'],
        ...Array.from({ length: 100 }, (_, at) => [
          `b${at}/kustomization.yaml`,
          `resources: [../b${at + 1}]\n`,
        ]),
      ]),
    ),
    row(
      'bases that double twenty times',
      /^KUSTOMIZE_LIMIT: .*2000 kustomizations/su,
      doublingBases,
    ),
    row('a file of 2 GiB', /^SOURCE_FILE_SIZE: .*5 MiB/su, () => largeFile()),
    row('a remote resource', /^KUSTOMIZE_REMOTE: .*declare a/su, () => ({
      'kustomization.yaml': 'resources: ["https://example.com/a.yaml"]\n',
    })),
    row('a remote base with an option of Git', /^KUSTOMIZE_REMOTE: /u, () => ({
      'kustomization.yaml': 'resources: ["github.com/x//y?ref=--upload-pack=touch"]\n',
    })),
  ]
}

function pluginRows(): readonly HostileRow[] {
  return [
    row('a program as generator', /^KUSTOMIZE_PLUGIN: /u, () =>
      generator("config.kubernetes.io/function: 'exec: {path: ./run.sh}'"),
    ),
    row('a container as generator', /^KUSTOMIZE_PLUGIN: /u, () =>
      generator("config.kubernetes.io/function: 'container: {image: x}'"),
    ),
    row('a plugin of Go', /^KUSTOMIZE_PLUGIN: /u, () => ({
      'kustomization.yaml': 'transformers: [g.yaml]\n',
      'g.yaml': 'apiVersion: x/v1\nkind: Magic\nmetadata: {name: a}\n',
    })),
    row('a release name that is an option of Helm', /^HELM_RELEASE_NAME: /u, () => ({
      'kustomization.yaml':
        'helmCharts: [{name: c, releaseName: --post-renderer=x, version: 1.0.0}]\n',
      'charts/c/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n',
    })),
  ]
}

function patchRows(): readonly HostileRow[] {
  return [
    row('a patch of the prototype', /^PATCH_PATH: /u, () =>
      patched(operation('/__proto__/polluted')),
    ),
    row('a patch at index 10^9', /^PATCH_INDEX: /u, () =>
      patched(operation('/data/list/1000000000')),
    ),
    row('100,000 operations', /^(?:KUSTOMIZE_LIMIT|YAML_EXPANSION): /u, () =>
      patched(operation('/data/a').repeat(100_000)),
    ),
    row('copies that double a value forty times', /^KUSTOMIZE_LIMIT: .*1000000 values/su, () =>
      patched(
        Array.from(
          { length: 40 },
          (_, at) => `- {op: copy, from: /data, path: /data/a${at}}\n`,
        ).join(''),
      ),
    ),
    {
      ...row('a patch of 20,000 keys on 20,000 others', / {2}b19999: v\n/u, () => ({
        ...patched(config(`data:\n${keys('b')}`)),
        'a.yaml': config(`data:\n${keys('a')}`),
      })),
      msMax: 1000,
    },
    row('a patch of 3,000 containers', /^KUSTOMIZE_LIMIT: .*3001 items/su, () => ({
      'kustomization.yaml': 'resources: [a.yaml]\npatches: [{path: patch.yaml}]\n',
      'a.yaml': pod(1),
      'patch.yaml': pod(3000),
    })),
    row('500 operations on 20,000 keys', /^KUSTOMIZE_LIMIT: .*250000/su, () => ({
      ...patched(Array.from({ length: 500 }, (_, at) => operation(`/data/b${at}`)).join('')),
      'a.yaml': config(`data:\n${keys('a')}`),
    })),
    row('adds and moves that nest without end', /^KUSTOMIZE_LIMIT: .*1000 deep/su, () =>
      patched(
        '- {op: add, path: /x, value: {}}\n- {op: move, from: /data, path: /x/d}\n- {op: move, from: /x, path: /data}\n'.repeat(
          1600,
        ),
      ),
    ),
    row(
      'replacements that double a value forty times',
      /^KUSTOMIZE_LIMIT: .*1000000 values/su,
      () => ({
        'kustomization.yaml': `resources: [a.yaml]\nreplacements:\n${Array.from(
          { length: 40 },
          (_, at) => `- source: {kind: ConfigMap, fieldPath: data}
  targets: [{select: {kind: ConfigMap}, fieldPaths: [data.k${at}], options: {create: true}}]\n`,
        ).join('')}`,
        'a.yaml': config('data: {a: b}\n'),
      }),
    ),
    row('replacements that double a text forty times', /^KUSTOMIZE_LIMIT: .*characters/su, () => ({
      'kustomization.yaml': `resources: [a.yaml]\nreplacements:\n${`- source: {kind: ConfigMap, fieldPath: data.a}
  targets: [{select: {kind: ConfigMap}, fieldPaths: [data.a], options: {delimiter: "-", index: -1}}]\n`.repeat(
        40,
      )}`,
      'a.yaml': config('data: {a: b}\n'),
    })),
    row('a replacement to index 10^9', /^KUSTOMIZE_REPLACEMENT: /u, () =>
      replaced('data.list.1000000000', 'create: true'),
    ),
    row('a delimiter with index 10^9', / {2}a: b-c-a\n/u, () =>
      replaced('data.a', 'delimiter: "-", index: 1000000000'),
    ),
  ]
}

function regexRows(): readonly HostileRow[] {
  return [
    row('a pattern that makes other engines hang', /^apiVersion: v1\nkind: ConfigMap\n/u, () =>
      selected('(a+)+$'),
    ),
    row('a pattern that looks ahead', /^REGEX_SYNTAX: /u, () => selected('(?=x)')),
    row('a pattern that counts too far', /^REGEX_SYNTAX: /u, () => selected('a{1001}')),
    row('a pattern that counts in itself', /^REGEX_SYNTAX: /u, () =>
      selected('((a{100}){100}){100}'),
    ),
    row('a thousand nested groups', /^REGEX_SYNTAX: /u, () =>
      selected(`${'('.repeat(1001)}a${')'.repeat(1001)}`),
    ),
    row('a selector of a thousand parts', /^apiVersion: v1\n/u, () => ({
      'kustomization.yaml': `resources: [a.yaml]\npatches:\n- target: {labelSelector: "${'a=b,'.repeat(1000)}a=c"}\n  patch: '[]'\n`,
      'a.yaml': config('data: {}\n'),
    })),
  ]
}

function objectRows(): readonly HostileRow[] {
  return [
    row('an object that is there twice', /^DUPLICATE_OBJECT: /u, () => ({
      'kustomization.yaml': 'resources: [a.yaml, b.yaml]\n',
      'a.yaml': config(''),
      'b.yaml': config(''),
    })),
    row('an unknown field', /^KUSTOMIZE_UNKNOWN_FIELD: .*"resorces".*"resources"/su, () => ({
      'kustomization.yaml': 'resorces: []\n',
    })),
    row('a var of a megabyte, a thousand times', /^KUSTOMIZE_LIMIT: .*characters/su, () => ({
      'kustomization.yaml': `resources: [a.yaml]
vars: [{name: V, objref: {kind: ConfigMap, name: a, apiVersion: v1}, fieldref: {fieldpath: data.a}}]
configurations: [c.yaml]
`,
      'c.yaml': 'varReference: [{path: data}]\n',
      'a.yaml': config(`data: {a: ${'x'.repeat(MIB)}, b: "${'$(V)'.repeat(1000)}"}\n`),
    })),
    row(
      'an annotation of a megabyte on a thousand objects',
      /^KUSTOMIZE_LIMIT: .*characters/su,
      () => ({
        'kustomization.yaml': `resources: [a.yaml]\ncommonAnnotations: {a: ${'x'.repeat(MIB)}}\n`,
        'a.yaml': Array.from({ length: 1000 }, (_, at) =>
          config('').replace('name: a', `name: a${at}`),
        ).join('---\n'),
      }),
    ),
    row('a prefix of a megabyte', /^KUSTOMIZE_LIMIT: .*a name of/su, () => ({
      'kustomization.yaml': `resources: [a.yaml]\nnamePrefix: ${'x'.repeat(MIB)}\n`,
      'a.yaml': config(''),
    })),
    row('a literal of no key', /^KUSTOMIZE_GENERATOR: /u, () => ({
      'kustomization.yaml': 'configMapGenerator: [{name: a, literals: ["=x"]}]\n',
    })),
  ]
}

function row(name: string, expected: RegExp, make: () => Files | SourceTree): HostileRow {
  return {
    name,
    expected,
    prepare: () => {
      const made = make()
      const tree = isTree(made) ? made : memoryTree(Object.entries(made))
      return () => build(tree)
    },
  }
}

function isTree(made: Files | SourceTree): made is SourceTree {
  return typeof made['read'] === 'function'
}

const charts = helmRenderer({
  generated: freshValues({ random: seededRandom(1), clock: systemClock }),
})

function build(tree: SourceTree): string {
  try {
    return buildKustomization({ tree, path: '', charts }).yaml
  } catch (error) {
    if (error instanceof KustomizeError) return error.message
    throw error
  }
}
