import { firstDifference, memoryTree } from '@tidemark/source-tree'
import { expect, test } from 'vitest'
import { buildFluxKustomization } from './build-flux-kustomization.ts'

const configMap = (name: string, value = 'x'): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  v: ${value}\n`

type Files = readonly (readonly [string, string])[]
const build = (files: Files, spec: Readonly<Record<string, unknown>> = {}, path = 'app') =>
  buildFluxKustomization({ tree: memoryTree(files), path, spec })

test('a folder without a kustomization delivers all manifests below it, in the order of names', () => {
  const { objects } = build([
    ['app/b.yaml', configMap('b')],
    ['app/a/z.yml', configMap('z')],
    ['app/a.yaml', configMap('a')],
    ['app/own/kustomization.yaml', 'namePrefix: own-\nresources: [c.yaml]\n'],
    ['app/own/c.yaml', configMap('c')],
    ['app/own/not-listed.yaml', configMap('n')],
    ['app/readme.md', 'hello'],
    ['other.yaml', configMap('other')],
  ])
  expect(objects.map(({ name }) => name)).toEqual(['z', 'a', 'b', 'own-c'])
})

test('a folder without any manifest delivers nothing', () => {
  expect(build([['app/readme.md', '']]).yaml).toBe('')
})

test('a YAML file that holds no object stops the build and is named', () => {
  expect(() => build([['app/values.yaml', 'replicas: 1\n']])).toThrow(
    'failed to decode Kubernetes YAML from app/values.yaml: missing Resource metadata',
  )
})

test('a folder that is not there is told', () => {
  expect(() => build([['x', '']])).toThrow('KUSTOMIZE_MISSING: kustomization path not found: "app"')
})

test('fields of the spec are merged into the kustomization of the folder', () => {
  const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
      - {name: a, image: 'a:1'}
      - {name: b, image: 'b:1@sha256:00'}
      - {name: c, image: 'c:1'}
`
  const { yaml } = build(
    [
      [
        'app/kustomization.yaml',
        'resources: [d.yaml]\nimages:\n- {name: a, newTag: "2", newName: x}\n- {name: b, digest: "sha256:11"}\n',
      ],
      ['app/d.yaml', deployment],
    ],
    {
      targetNamespace: 'prod',
      namePrefix: 'p-',
      nameSuffix: '-s',
      patches: [
        { patch: '- {op: add, path: /spec/replicas, value: 3}', target: { kind: 'Deployment' } },
      ],
      images: [
        { name: 'a', newTag: '3' },
        { name: 'b', newTag: '4' },
        { name: 'c', newName: 'y' },
      ],
    },
  )
  expect(yaml).toBe(`apiVersion: apps/v1
kind: Deployment
metadata:
  name: p-web-s
  namespace: prod
spec:
  replicas: 3
  template:
    spec:
      containers:
      - image: x:3
        name: a
      - image: b:4
        name: b
      - image: y:1
        name: c
`)
})

test('a field that nobody knows is refused, for Flux would pass over it and prune what it lists', () => {
  const files: Files = [
    ['app/kustomization.yaml', 'resources: [a.yaml]\n\nresorces: [b.yaml]\n'],
    ['app/a.yaml', configMap('a')],
  ]
  expect(() => build(files)).toThrow(
    'KUSTOMIZE_UNKNOWN_FIELD: invalid Kustomization: json: unknown field "resorces"; line 3: did you mean "resources"? (in app/kustomization.yaml)',
  )
})

test('a kustomization without resources notes origins, for Flux sets that', () => {
  const { yaml } = build([
    ['app/kustomization.yaml', 'configMapGenerator: [{name: g, literals: [a=b]}]\n'],
  ])
  expect(yaml).toContain('config.kubernetes.io/origin: |')
})

test('files beside the folder may be used, files outside the source never', () => {
  const files: Files = [
    ['app/kustomization.yaml', 'resources: [../shared/a.yaml]\n'],
    ['shared/a.yaml', configMap('a')],
  ]
  expect(build(files).objects).toHaveLength(1)
  expect(() => build([['app/kustomization.yaml', 'resources: [../../a.yaml]\n']])).toThrow(
    'SOURCE_ESCAPE',
  )
})

test('components are local, and may be missing where the spec says so', () => {
  const files: Files = [
    ['app/a.yaml', configMap('a')],
    [
      'c/kustomization.yaml',
      'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamePrefix: c-\n',
    ],
  ]
  const spec = { components: ['../c', '../missing'] }
  expect(() => build(files, spec)).toThrow('KUSTOMIZE_MISSING')
  expect(build(files, { ...spec, ignoreMissingComponents: true }).objects[0]?.name).toBe('c-a')
  expect(() => build(files, { components: ['https://example.com/c'] })).toThrow('KUSTOMIZE_REMOTE')
})

test('variables are put in after the build, and a value may become a number', () => {
  const files: Files = [
    ['app/a.yaml', configMap('a', '${replicas:=1}')],
    [
      'app/b.yaml',
      configMap('b', '${region}').replace(
        '  name: b',
        '  name: b\n  annotations: {kustomize.toolkit.fluxcd.io/substitute: disabled}',
      ),
    ],
  ]
  const result = buildFluxKustomization({
    tree: memoryTree(files),
    path: 'app',
    spec: { postBuild: { substitute: { replicas: '3' } } },
    substituteFrom: [new Map([['replicas', '9']])],
  })
  expect(result.objects.map(({ value }) => value.get('data'))).toEqual([
    new Map([['v', 3]]),
    new Map([['v', '${region}']]),
  ])
})

test('without a variable nothing is put in, unless always is asked for', () => {
  const files: Files = [['app/a.yaml', configMap('a', '${x:=1}')]]
  expect(build(files, { postBuild: { substitute: {} } }).yaml).toContain('${x:=1}')
  const always = { postBuild: { substitute: {}, substituteStrategy: 'Always' } }
  expect(build(files, always).yaml).toContain('v: 1')
})

test('a variable without a value stops the build', () => {
  const files: Files = [['app/a.yaml', configMap('a', '${x}')]]
  expect(() => build(files, { postBuild: { substitute: { y: '1' } } })).toThrow('ENVSUBST_UNSET')
})

test('a new manifest in the folder is a difference to what was read, a change elsewhere is none', () => {
  const files: Files = [['app/a.yaml', configMap('a')]]
  const { reads } = build(files)
  expect(firstDifference(reads, memoryTree([...files, ['app/b.yaml', '']]))).toBe(
    'the entries of "app" changed',
  )
  expect(
    firstDifference(reads, memoryTree([...files, ['app/kustomization.yaml', '']])),
  ).toBeDefined()
  expect(firstDifference(reads, memoryTree([...files, ['other/b.yaml', '']]))).toBeUndefined()
})
