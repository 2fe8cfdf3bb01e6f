import { memoryTree } from '@tidemark/source-tree'
import { expect, test } from 'vitest'
import { buildKustomization, type BuildResult } from './build-kustomization.ts'
import { ParseCache } from './target/parse-cache.ts'

type Files = Readonly<Record<string, string>>

/** The builds of some trees one after another, which share what they remember. */
function buildAll(...trees: readonly Files[]): readonly BuildResult[] {
  const cache = new ParseCache()
  return trees.map((files) =>
    buildKustomization({ tree: memoryTree(Object.entries(files)), path: '', cache }),
  )
}

function fresh(files: Files): string {
  return buildKustomization({ tree: memoryTree(Object.entries(files)), path: '' }).yaml
}

const POD = `apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: main
    image: web:1
    args: [$(HOST)]
    envFrom: [{configMapRef: {name: settings}}]
`
const SERVICE = 'apiVersion: v1\nkind: Service\nmetadata: {name: web}\n'
const app = (more: string): Files => ({
  'kustomization.yaml': `resources: [pod.yaml, service.yaml]\n${more}`,
  'pod.yaml': POD,
  'service.yaml': SERVICE,
})

const withVars = (name: string): Files =>
  app(`namePrefix: ${name}-
vars:
- {name: HOST, objref: {kind: Service, name: web, apiVersion: v1}}
- {name: IDLE, objref: {kind: Service, name: web, apiVersion: v1}}
`)

const patched = (more: string): Files => ({
  'kustomization.yaml': `resources: [a.yaml]\npatches: [{path: p.yaml}]\n${more}`,
  'a.yaml': 'apiVersion: x.io/v1\nkind: Set\nmetadata: {name: a}\nspec: {parts: [{id: a, v: 1}]}\n',
  'p.yaml': 'apiVersion: x.io/v1\nkind: Set\nmetadata: {name: a}\nspec: {parts: [{id: b, v: 2}]}\n',
  'schema.json': JSON.stringify({
    definitions: {
      'io.x.v1.Set': {
        properties: {
          spec: {
            properties: {
              parts: {
                type: 'array',
                items: { type: 'object' },
                'x-kubernetes-patch-merge-key': 'id',
                'x-kubernetes-patch-strategy': 'merge',
              },
            },
          },
        },
        'x-kubernetes-group-version-kind': [{ group: 'x.io', version: 'v1', kind: 'Set' }],
      },
    },
  }),
})

test('a reference follows the object that it names, though nothing else changed', () => {
  const [one, other, again] = ['a=b', 'a=c', 'a=b'].map((literal) =>
    app(`configMapGenerator: [{name: settings, literals: [${literal}]}]\n`),
  )
  const trees = [one ?? {}, other ?? {}, again ?? {}]
  const yamls = buildAll(...trees).map(({ yaml }) => yaml)
  expect(yamls).toEqual(trees.map(fresh))
  expect(yamls[0]).not.toBe(yamls[1])
})

test('a var has its new value, and one that nothing uses is told by every build', () => {
  const built = buildAll(withVars('x'), withVars('y'), withVars('x'))
  const words = 'well-defined vars that were never replaced: IDLE'
  expect(built.map(({ warnings }) => warnings.at(-1))).toEqual([words, words, words])
  expect(built.map(({ yaml }) => /- ([xy]-web)$/mu.exec(yaml)?.[1])).toEqual([
    'x-web',
    'y-web',
    'x-web',
  ])
})

test('what changed an object is told by every build', () => {
  const trees = ['a', 'b', 'a'].map((value) => app(`commonAnnotations: {by: ${value}}\n`))
  for (const { objects } of buildAll(...trees))
    expect(objects.map(({ layers }) => layers.map(({ transformer }) => transformer))).toEqual([
      ['AnnotationsTransformer'],
      ['AnnotationsTransformer'],
    ])
})

test('a schema of the kustomization counts for what was merged without it before', () => {
  const trees = [patched(''), patched('openapi: {path: schema.json}\n'), patched('')]
  const yamls = buildAll(...trees).map(({ yaml }) => yaml)
  expect(yamls).toEqual(trees.map(fresh))
  expect(yamls[1]).toContain('- id: a\n')
  expect(yamls[2]).not.toContain('- id: a\n')
})
