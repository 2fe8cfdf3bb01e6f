import { freshValues } from '@tidemark/go-template'
import { systemClock, systemRandom } from '@tidemark/kernel'
import { firstDifference, memoryTree } from '@tidemark/source-tree'
import { expect, test } from 'vitest'
import { renderHelmRelease, type HelmReleaseInput } from './render-helm-release.ts'
import { CAPABILITIES, encodeCapabilities } from './reference.ts'
import { RenderRefused } from './render-refused.ts'

type Spec = Readonly<Record<string, unknown>>
type Files = readonly (readonly [string, string])[]

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  labels:
    chart: {{ .Chart.Name }}-{{ .Chart.Version | replace "+" "_" }}
spec:
  replicas: {{ .Values.replicas }}
  template:
    spec:
      containers:
        - name: web
          image: web:{{ .Values.image.tag }}
`
const HOOK = `apiVersion: batch/v1
kind: Job
metadata:
  name: migrate
  annotations:
    helm.sh/hook: pre-install,pre-upgrade
    helm.sh/hook-weight: "-5"
`
const CRD = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: hats.example.com
spec:
  group: example.com
  scope: Cluster
  names: {kind: Hat, plural: hats}
`
const SCHEMA = '{"properties": {"replicas": {"type": "integer", "minimum": 1}}}'
const CHART: Files = [
  ['Chart.yaml', 'apiVersion: v2\nname: shop\nversion: 1.2.3\nappVersion: "7"\n'],
  ['values.yaml', 'replicas: 1\nimage: {tag: one}\nrole: ""\n'],
  ['values.schema.json', SCHEMA],
  ['templates/deployment.yaml', DEPLOYMENT],
  ['templates/hook.yaml', HOOK],
  [
    'templates/role.yaml',
    'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: shop}\n',
  ],
  ['templates/hat.yaml', 'apiVersion: example.com/v1\nkind: Hat\nmetadata: {name: fez}\n'],
  ['templates/cap.yaml', 'apiVersion: other.example.com/v1\nkind: Cap\nmetadata: {name: flat}\n'],
  ['templates/NOTES.txt', 'Open {{ .Release.Namespace }}.\n'],
  ['crds/hat.yaml', CRD],
  ['crds/README.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: no-definition}\n'],
]

const input: HelmReleaseInput = {
  tree: memoryTree([...CHART]),
  sourceRevision: '1.2.3',
  revision: 1,
  inputs: [],
  generated: freshValues({ random: systemRandom, clock: systemClock }),
}

const render = (spec: Spec = {}, more: Partial<HelmReleaseInput> = {}) =>
  renderHelmRelease(
    {
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata: {
        name: 'shop',
        namespace: 'apps',
        annotations: { 'tidemark.dev/origin': 'apps/shop.yaml' },
      },
      spec: { interval: '5m', chartRef: { kind: 'HelmChart', name: 'shop' }, ...spec },
    },
    { ...input, ...more },
  )

function given(
  kind: 'Secret' | 'ConfigMap',
  name: string,
  data: Readonly<Record<string, string>>,
): HelmReleaseInput['inputs'][number] {
  const values = Object.entries(data).map(([key, text]) => [key, Buffer.from(text)] as const)
  return { kind, namespace: 'apps', name, values: new Map(values) }
}

function found(objects: readonly unknown[], kind: string): unknown {
  return objects.find((object) => Reflect.get(Object(object), 'kind') === kind)
}

test('objects carry the labels of their owner; hooks, definitions and notes are apart', () => {
  const { objects, contents } = render()
  expect(found(objects, 'Deployment')).toMatchObject({
    metadata: {
      name: 'shop',
      namespace: 'apps',
      labels: {
        chart: 'shop-1.2.3',
        'helm.toolkit.fluxcd.io/name': 'shop',
        'helm.toolkit.fluxcd.io/namespace': 'apps',
      },
    },
    spec: { replicas: 1 },
  })
  expect(contents.hooks).toMatchObject([
    {
      events: ['pre-install', 'pre-upgrade'],
      weight: -5,
      deletePolicies: ['before-hook-creation'],
      path: 'shop/templates/hook.yaml',
      object: { metadata: { labels: { 'helm.toolkit.fluxcd.io/name': 'shop' } } },
    },
  ])
  expect(contents.crds).toMatchObject([{ metadata: { name: 'hats.example.com' } }])
  expect(contents).toMatchObject({
    chartName: 'shop',
    chartVersion: '1.2.3',
    appVersion: '7',
    notes: 'Open apps.\n',
    config: {},
    chartMetadata: { name: 'shop', version: '1.2.3', apiVersion: 'v2' },
  })
})

test('what is known to have a namespace gets that of the release, all else is left to the cluster', () => {
  const { objects, contents } = render({ targetNamespace: 'web' })
  expect(found(objects, 'Deployment')).toMatchObject({ metadata: { namespace: 'web' } })
  expect(contents.hooks[0]?.object).toMatchObject({ metadata: { namespace: 'web' } })
  for (const kind of ['ClusterRole', 'Hat', 'Cap'])
    expect(found(objects, kind)).not.toHaveProperty('metadata.namespace')
})

test('values come from references in their order, then from the object; a path is set as Flux does', () => {
  const valuesFrom = [
    { kind: 'ConfigMap', name: 'base' },
    { kind: 'Secret', name: 'tag', valuesKey: 'tag', targetPath: 'image.tag' },
    { kind: 'Secret', name: 'none', optional: true },
  ]
  const inputs = [
    given('ConfigMap', 'base', { 'values.yaml': 'replicas: 2\nimage: {tag: base}\n' }),
    given('Secret', 'tag', { tag: 'secret' }),
  ]
  const { objects, contents } = render({ valuesFrom, values: { replicas: 3 } }, { inputs })
  expect(found(objects, 'Deployment')).toMatchObject({
    spec: { replicas: 3, template: { spec: { containers: [{ image: 'web:secret' }] } } },
  })
  expect(contents.config).toEqual({ replicas: 3, image: { tag: 'secret' } })
})

test('a value that is not there is refused, with the object and the file', () => {
  const valuesFrom = [{ kind: 'Secret', name: 'none' }]
  expect(() => render({ valuesFrom })).toThrow(
    "apps/shop.yaml: HelmRelease apps/shop: could not resolve Secret chart values reference 'apps/none' with key 'values.yaml'",
  )
})

test('values that break the schema of the chart are refused, unless the action does not look', () => {
  const values = { replicas: 0 }
  const refused = attempt(() => render({ values }))
  expect(refused).toMatchObject({ code: 'SCHEMA', file: 'apps/shop.yaml' })
  expect(refused?.message).toContain("at '/replicas': minimum: got 0, want 1")
  const lax = { values, install: { disableSchemaValidation: true } }
  expect(found(render(lax).objects, 'Deployment')).toMatchObject({ spec: { replicas: 0 } })
  expect(attempt(() => render(lax, { revision: 2 }))?.code).toBe('SCHEMA')
})

test('post-renderers patch what was rendered, then come metadata and labels', () => {
  const patch = '- {op: replace, path: /spec/replicas, value: 9}'
  const postRenderers = [
    { kustomize: { patches: [{ patch, target: { kind: 'Deployment' } }] } },
    { kustomize: { images: [{ name: 'web', newTag: 'patched' }] } },
  ]
  const commonMetadata = { labels: { team: 'a' }, annotations: { note: 'b' } }
  const { objects, contents } = render({ postRenderers, commonMetadata })
  expect(found(objects, 'Deployment')).toMatchObject({
    metadata: {
      labels: { team: 'a', 'helm.toolkit.fluxcd.io/name': 'shop' },
      annotations: { note: 'b' },
    },
    spec: { replicas: 9, template: { spec: { containers: [{ image: 'web:patched' }] } } },
  })
  expect(contents.hooks[0]?.object).toMatchObject({ metadata: { labels: { team: 'a' } } })
})

test('with nohooks, hooks stay as the chart prints them', () => {
  const { contents } = render({ postRenderStrategy: 'nohooks' })
  expect(contents.hooks).toHaveLength(1)
  expect(contents.hooks[0]?.object).not.toHaveProperty('metadata.labels')
})

test('a chart of an OCI artifact lies in its folder, and its version names the digest', () => {
  const tree = memoryTree(CHART.map(([path, text]) => [`shop/${path}`, text] as const))
  const chartRef = { kind: 'OCIRepository', name: 'shop' }
  const digest = 'sha256:0123456789abcdef'
  const { contents, objects } = render({ chartRef }, { tree, sourceRevision: `1.2.3@${digest}` })
  expect(contents.chartVersion).toBe('1.2.3+0123456789ab')
  expect(found(objects, 'Deployment')).toMatchObject({
    metadata: { labels: { chart: 'shop-1.2.3_0123456789ab' } },
  })
  expect(() => render({ chartRef }, { tree, sourceRevision: `1.3.0@${digest}` })).toThrow(
    'artifact revision 1.3.0 does not match chart version 1.2.3',
  )
})

test('any file of the chart that changes is another render', () => {
  const { reads } = render()
  expect(firstDifference(reads, input.tree)).toBeUndefined()
  const changed = CHART.map(([path, text]) => [path, `${text}\n`] as const)
  expect(firstDifference(reads, memoryTree(changed))).toBeDefined()
})

test('text of any language comes out as it went in, in names of templates too', () => {
  const text =
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {greeting: "smörgås – 寿司"}\n'
  const hook = HOOK.replace('name: migrate', 'name: note\n  labels: {note: "é"}')
  const tree = memoryTree([...CHART, ['templates/å.yaml', text], ['templates/note.yaml', hook]])
  const { objects, contents } = render({}, { tree })
  expect(found(objects, 'ConfigMap')).toMatchObject({ data: { greeting: 'smörgås – 寿司' } })
  expect(contents.hooks[1]?.object).toMatchObject({ metadata: { labels: { note: 'é' } } })
})

test('a chart sees what its cluster serves', () => {
  const text = `{{ if .Capabilities.APIVersions.Has "example.com/v1/Hat" }}
apiVersion: v1
kind: ConfigMap
metadata: {name: seen}
data: {version: {{ .Capabilities.KubeVersion.Version }}}
{{ end }}`
  const tree = memoryTree([...CHART, ['templates/seen.yaml', text]])
  const values = encodeCapabilities({
    kubeVersion: 'v1.33.4',
    apiVersions: ['v1', 'example.com/v1/Hat'],
  })
  const { objects } = render({}, { tree, inputs: [{ ...CAPABILITIES, values }] })
  expect(found(objects, 'ConfigMap')).toMatchObject({ data: { version: 'v1.33.4' } })
  expect(found(render({}, { tree }).objects, 'ConfigMap')).toBeUndefined()
})

test('a look at the cluster finds nothing, and that is told', () => {
  const text = '{{ lookup "v1" "Secret" "apps" "token" | toJson | printf "# %s" }}\n'
  const tree = memoryTree([...CHART, ['templates/look.yaml', text]])
  expect(render({}, { tree }).warnings[0]).toContain('v1/Secret/apps/token')
})

function attempt(action: () => unknown): RenderRefused | undefined {
  try {
    action()
  } catch (error) {
    if (error instanceof RenderRefused) return error
    throw error
  }
  return undefined
}
