import { memoryTree } from '@tidemark/source-tree'
import { expect, test } from 'vitest'
import { buildKustomization, type BuildResult } from './build-kustomization.ts'
import { KustomizeError } from './kustomize-error.ts'

type Files = Readonly<Record<string, string>>

function build(files: Files, path = ''): BuildResult {
  return buildKustomization({ tree: memoryTree(Object.entries(files)), path })
}

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
      - name: main
        image: web:1
        envFrom:
        - configMapRef:
            name: settings
`
const BASE = {
  'base/kustomization.yaml':
    'resources: [web.yaml]\nconfigMapGenerator: [{name: settings, literals: [a=b]}]\n',
  'base/web.yaml': DEPLOYMENT,
}

test('a generated name has its hash, and who refers to it follows', () => {
  const { yaml } = build(BASE, 'base')
  const name = /name: (settings-[a-z0-9]{10})/u.exec(yaml)?.[1] ?? 'none'
  expect(yaml).toContain(
    `          - configMapRef:\n              name: ${name}`.replaceAll(/^ {2}/gmu, ''),
  )
})

test('prefix, namespace, labels, images and replicas come from the overlay', () => {
  const { yaml } = build(
    {
      ...BASE,
      'prod/kustomization.yaml': `resources: [../base]
namePrefix: prod-
namespace: shop
labels: [{pairs: {tier: web}, includeSelectors: true}]
images: [{name: web, newTag: "2"}]
replicas: [{name: web, count: 3}]
`,
    },
    'prod',
  )
  for (const line of [
    'name: prod-web',
    'namespace: shop',
    'tier: web',
    'image: web:2',
    'replicas: 3',
  ])
    expect(yaml).toContain(line)
})

function patched(patch: string): string {
  return build(
    {
      ...BASE,
      'prod/kustomization.yaml': `resources: [../base]\npatches: [{path: p.yaml}]\n`,
      'prod/p.yaml': patch,
    },
    'prod',
  ).yaml
}

test('a strategic merge patch merges containers by name, and a directive deletes', () => {
  const head =
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: '
  expect(patched(`${head}[{name: main, image: other}, {name: side, image: s}]}}}\n`)).toMatch(
    /image: other\n {8}name: main\n {6}- image: s/u,
  )
  expect(
    patched(`${head}[{name: main, $patch: delete}, {name: side, image: s}]}}}\n`),
  ).not.toContain('web:1')
})

test('each object says where it is from and what touched it', () => {
  const { objects } = build(
    {
      ...BASE,
      'prod/kustomization.yaml':
        'resources: [../base]\nnamePrefix: prod-\npatches: [{path: p.yaml}]\n',
      'prod/p.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, annotations: {a: b}}\n',
    },
    'prod',
  )
  const web = objects.find(({ kind }) => kind === 'Deployment')
  expect(web?.origin.path).toBe('base/web.yaml')
  expect(web?.layers).toEqual(
    expect.arrayContaining([
      {
        kustomization: 'prod/kustomization.yaml',
        transformer: 'PatchTransformer',
        path: 'prod/p.yaml',
      },
      { kustomization: 'prod/kustomization.yaml', transformer: 'PrefixTransformer' },
    ]),
  )
  expect(objects.find(({ kind }) => kind === 'ConfigMap')?.origin).toMatchObject({
    path: 'base/kustomization.yaml',
    generator: 'ConfigMapGenerator',
  })
})

test('what was read is told: files, and the names that were not there', () => {
  const { reads } = build(BASE, 'base')
  expect(reads.files.map(({ path }) => path)).toEqual(['base/kustomization.yaml', 'base/web.yaml'])
  expect(
    build(
      { 'a/kustomization.yml': 'resources: []\nnamePrefix: x\nconfigMapGenerator: [{name: a}]\n' },
      'a',
    ).reads.absences,
  ).toContain('a/kustomization.yaml')
})

function buildMissing(): BuildResult {
  return build({ 'kustomization.yaml': 'resources: [none.yaml]\n' })
}

test('a refusal keeps the words of kustomize and says what to do', () => {
  expect(buildMissing).toThrow(KustomizeError)
  expect(buildMissing).toThrow("accumulating resources from 'none.yaml'")
  expect(buildMissing).toThrow('resources[0]')
})

test('deprecated fields work, and warn', () => {
  const { warnings, yaml } = build(
    { ...BASE, 'prod/kustomization.yaml': 'bases: [../base]\ncommonLabels: {a: b}\n' },
    'prod',
  )
  expect(warnings.join('\n')).toContain("'bases' is deprecated")
  expect(warnings.join('\n')).toContain("'commonLabels' is deprecated")
  expect(yaml).toContain('matchLabels:\n      a: b')
})

const SERVICE =
  'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n'
const LABELLED = {
  'base/kustomization.yaml': 'resources: [service.yaml]\ncommonLabels: {app: old}\n',
  'base/service.yaml': SERVICE,
}

test.each([
  ['a label', 'labels: [{pairs: {app: new}}]\n'],
  [
    'a patch',
    `patches: [{target: {kind: Service}, patch: '{"kind": "Service", "apiVersion": "v1", "metadata": {"name": "x", "labels": {"app": "new"}}}'}]\n`,
  ],
  [
    'a replacement',
    'replacements: [{sourceValue: new, targets: [{select: {kind: Service}, fieldPaths: [metadata.labels.app]}]}]\n',
  ],
])('%s that changes a label changes it where upstream had written the same node', (_, fields) => {
  const { yaml } = build(
    { ...LABELLED, 'top/kustomization.yaml': `resources: [../base]\n${fields}` },
    'top',
  )
  expect(yaml).toContain('  labels:\n    app: new\n')
  expect(yaml).toContain('  selector:\n    app: new\n')
})

test('a label that was there before is a node of its own', () => {
  const files = {
    ...LABELLED,
    'base/service.yaml': SERVICE.replace('name: web', 'name: web, labels: {app: mine}'),
    'top/kustomization.yaml': 'resources: [../base]\nlabels: [{pairs: {app: new}}]\n',
  }
  expect(build(files, 'top').yaml).toContain('  selector:\n    app: old\n')
})

test('a patch that replaces the object as a whole leaves it, as upstream does', () => {
  const patch = `{"kind": "Service", "apiVersion": "v1", "metadata": {"name": "web"}, "spec": {}, "$patch": "replace"}`
  const files = {
    'kustomization.yaml': `resources: [service.yaml]\npatches: [{patch: '${patch}'}]\n`,
    'service.yaml': SERVICE,
  }
  expect(build(files).yaml).toContain('  - port: 80\n')
})

test('a directive inside of what is new is no part of the object', () => {
  const patch = `{"kind": "Service", "apiVersion": "v1", "metadata": {"name": "web"}, "status": {"a": {"b": {"c": "d", "$patch": "merge"}}}}`
  const files = {
    'kustomization.yaml': `resources: [service.yaml]\npatches: [{patch: '${patch}'}]\n`,
    'service.yaml': SERVICE,
  }
  expect(build(files).yaml).toContain('    b:\n      c: d\n')
})

test('a field that nobody knows, or of a wrong type, is told with its line and what was meant', () => {
  const unknown = 'namePrefix: a-\npatches:\n- path: p.yaml\n  target:\n    knd: Pod\n'
  expect(() => build({ 'kustomization.yaml': unknown })).toThrow(
    'unknown field "knd"; line 5: did you mean "kind" in patches[0].target? (in kustomization.yaml)',
  )
  const wrong = 'namePrefix: a-\n\nresources: a.yaml\n'
  expect(() => build({ 'kustomization.yaml': wrong })).toThrow(
    'line 3: resources must be a list of a text; quote it (in kustomization.yaml)',
  )
})

test('a source that its own target changes is read as it is then', () => {
  const { yaml } = build({
    'kustomization.yaml': `resources: [a.yaml]
replacements:
- source: {kind: Set, name: c, fieldPath: spec.part}
  targets:
  - select: {kind: Set, name: c}
    fieldPaths: [spec.part.name, spec.copy]
    options: {create: true}
`,
    'a.yaml':
      'apiVersion: x.io/v1\nkind: Set\nmetadata: {name: c}\nspec:\n  part: {name: x, size: 1}\n',
  })
  expect(yaml).toContain('  copy:\n    name: ""\n    size: 1\n')
})

test('a field that cannot hold the name of an object is refused, also where nothing has a new name', () => {
  const ingress =
    'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: c}\nspec: {rules: [{http: {paths: text}}]}\n'
  expect(() => build({ 'kustomization.yaml': 'resources: [a.yaml]\n', 'a.yaml': ingress })).toThrow(
    "updating name reference in 'spec/rules/http/paths/backend/serviceName' field of 'Ingress.v1.networking.k8s.io/c.[noNs]'",
  )
})
