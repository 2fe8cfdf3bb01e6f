import {
  encodeReads,
  memoryTree,
  readArchive,
  RecordingTree,
  type SourceTree,
  writeArchive,
} from '@tidemark/source-tree'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { buildKustomization, type BuildResult } from './build-kustomization.ts'
import { ParseCache } from './target/parse-cache.ts'

type Files = readonly (readonly [path: string, text: string])[]

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}[a-z0-9]$/u)
const map = fc.dictionary(word, word, { maxKeys: 3, noNullPrototype: true })

const deployment = fc.record({ name: word, image: word, config: word, replicas: fc.nat(5) })
const overlay = fc.record(
  {
    namePrefix: word,
    nameSuffix: word,
    namespace: word,
    commonAnnotations: map,
    labels: fc.tuple(fc.record({ pairs: map, includeSelectors: fc.boolean() })),
    images: fc.tuple(fc.record({ name: word, newTag: word })),
    buildMetadata: fc.subarray(['originAnnotations', 'transformerAnnotations', 'managedByLabel']),
  },
  { requiredKeys: [] },
)
const sources = fc
  .record({
    deployments: fc.uniqueArray(deployment, {
      selector: ({ name }) => name,
      minLength: 1,
      maxLength: 4,
    }),
    literals: map,
    base: overlay,
    leaf: overlay,
    patch: map,
  })
  .map(toFiles)

interface Source {
  readonly deployments: readonly { name: string; image: string; config: string; replicas: number }[]
  readonly literals: Readonly<Record<string, string>>
  readonly base: object
  readonly leaf: object
  readonly patch: Readonly<Record<string, string>>
}

function toFiles({ deployments, literals, base, leaf, patch }: Source): Files {
  const manifests = deployments.map(({ name, image, config, replicas }): [string, string] => [
    `base/${name}.yaml`,
    JSON.stringify({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name },
      spec: {
        replicas,
        template: {
          spec: {
            containers: [{ name: 'main', image, envFrom: [{ configMapRef: { name: config } }] }],
          },
        },
      },
    }),
  ])
  const generators = [...new Set(deployments.map(({ config }) => config))].map((name) => ({
    name,
    literals: Object.entries(literals).map(([key, value]) => `${key}=${value}`),
  }))
  return [
    ...manifests,
    [
      'base/kustomization.yaml',
      JSON.stringify({
        ...base,
        resources: deployments.map(({ name }) => `${name}.yaml`),
        configMapGenerator: generators,
      }),
    ],
    [
      'leaf/kustomization.yaml',
      JSON.stringify({
        ...leaf,
        resources: ['../base'],
        patches: [
          {
            target: { kind: 'Deployment' },
            patch: JSON.stringify({
              apiVersion: 'apps/v1',
              kind: 'Deployment',
              metadata: { name: 'x', annotations: patch },
            }),
          },
        ],
      }),
    ],
    ['README.md', 'nothing to build here'],
  ]
}

function build(tree: SourceTree, cache?: ParseCache): BuildResult {
  return buildKustomization({ tree, path: 'leaf', ...(cache === undefined ? {} : { cache }) })
}

function told({ yaml, reads, warnings, objects }: BuildResult): unknown {
  return {
    yaml,
    warnings,
    reads: encodeReads(reads),
    objects: objects.map(({ origin, layers }) => ({ origin, layers })),
  }
}

test('building twice gives the same, also from what an earlier build has left behind', () => {
  const cache = new ParseCache()
  fc.assert(
    fc.property(sources, (files) => {
      const fresh = told(build(memoryTree(files)))
      expect(told(build(memoryTree(files), cache))).toEqual(fresh)
      expect(told(build(memoryTree(files), cache))).toEqual(fresh)
    }),
  )
})

test('the order of files in the tree does not matter', () => {
  const shuffled = sources.chain((files) =>
    fc.tuple(fc.constant(files), fc.shuffledSubarray([...files], { minLength: files.length })),
  )
  fc.assert(
    fc.property(shuffled, ([files, others]) => {
      expect(told(build(memoryTree(others)))).toEqual(told(build(memoryTree(files))))
    }),
  )
})

test('a build over a tree is the build over its archive', () => {
  fc.assert(
    fc.property(sources, (files) => {
      const tree = memoryTree(files)
      expect(told(build(readArchive(writeArchive(tree))))).toEqual(told(build(tree)))
    }),
  )
})

test('what was not read can change, what was read is enough', () => {
  fc.assert(
    fc.property(sources, (files) => {
      const { yaml, reads } = build(memoryTree(files))
      const known = new Set(reads.files.map(({ path }) => path))
      expect(known.has('README.md')).toBe(false)
      const rest = files.filter(([path]) => known.has(path))
      expect(build(new RecordingTree(memoryTree(rest))).yaml).toBe(yaml)
    }),
  )
})

test('a change in the leaf is seen by a build that remembers the base', () => {
  const cache = new ParseCache()
  fc.assert(
    fc.property(sources, word, (files, name) => {
      build(memoryTree(files), cache)
      const changed = files.map(([path, text]): [string, string] => [
        path,
        path === 'leaf/kustomization.yaml'
          ? JSON.stringify({ ...JSON.parse(text), nameSuffix: name })
          : text,
      ])
      expect(told(build(memoryTree(changed), cache))).toEqual(told(build(memoryTree(changed))))
    }),
  )
})
