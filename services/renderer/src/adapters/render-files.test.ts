import { memoryTree, type SourceTree } from '@tidemark/source-tree'
import { expect, test } from 'vitest'
import { renderFiles } from './render-files.ts'

const OBJECT = JSON.stringify({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name: 'app', namespace: 'flux-system' },
  spec: {
    interval: '1m',
    path: './',
    prune: true,
    sourceRef: { kind: 'GitRepository', name: 'f' },
  },
})

function treeOf(files: Readonly<Record<string, string>>): SourceTree {
  return memoryTree(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)]))
}

function outcomeOf(tree: SourceTree): ReturnType<typeof renderFiles> {
  return renderFiles({
    tree,
    objectJson: OBJECT,
    generated: [],
    variables: new Map(),
    inputs: [],
    release: { number: 1, sourceRevision: '' },
    dataKeys: new Map(),
  })
}

function withChart(template: string): SourceTree {
  return treeOf({
    'kustomization.yaml': 'helmCharts: [{name: shop, releaseName: r}]\n',
    'charts/shop/Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\n',
    'charts/shop/values.yaml': '',
    'charts/shop/templates/a.yaml': template,
  })
}

test.each([
  ['a file that leads out', treeOf({ 'kustomization.yaml': 'resources: [../a.yaml]\n' })],
  [
    'a file that is no YAML',
    treeOf({ 'kustomization.yaml': 'resources: [a.yaml]\n', 'a.yaml': 'a: [\n' }),
  ],
  ['a chart that refuses', withChart('{{ fail "no" }}')],
  ['a template that takes too much', withChart('{{ range until 1000000 }}{{ end }}')],
])('%s: the code stands beside the message, not in it', (_, tree) => {
  const outcome = outcomeOf(tree)
  expect(outcome).toMatchObject({ kind: 'failed', code: expect.stringMatching(/^[A-Z]+_[A-Z_]+$/) })
  expect(outcome.kind === 'failed' ? outcome.message : '').not.toMatch(/[A-Z]+_[A-Z]+: /)
})

test('a chart that refuses is named, with its template, the line and what to do', () => {
  const tree = withChart('a: 1\n{{ .Values.missing.field }}\n')
  expect(outcomeOf(tree)).toMatchObject({
    code: 'KUSTOMIZE_HELM',
    message: expect.stringMatching(
      /shop\/templates\/a\.yaml:2:.*; in the chart charts\/shop: mend the template at that line/su,
    ),
  })
})

test('a limit is told with the template, the line and what to do', () => {
  expect(outcomeOf(withChart('a: 1\n{{ range until 10000000 }}{{ end }}\n'))).toMatchObject({
    code: expect.stringMatching(/^TEMPLATE_/u),
    file: 'shop/templates/a.yaml',
    line: 2,
    message: expect.stringMatching(/at shop\/templates\/a\.yaml:2; .*or split the chart$/u),
  })
})

const RELEASE = JSON.stringify({
  apiVersion: 'helm.toolkit.fluxcd.io/v2',
  kind: 'HelmRelease',
  metadata: { name: 'shop', namespace: 'apps' },
  spec: { interval: '1m', chartRef: { kind: 'HelmChart', name: 'shop' } },
})

test('a HelmRelease is rendered from its chart, as the release that it would be', () => {
  const tree = treeOf({
    'Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\n',
    'values.yaml': '',
    'templates/a.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {n: "{{ .Release.Revision }}", first: "{{ .Release.IsInstall }}"}\n',
  })
  const of = (number: number): unknown =>
    renderFiles({
      tree,
      objectJson: RELEASE,
      generated: [],
      variables: new Map(),
      inputs: [],
      dataKeys: new Map(),
      release: { number, sourceRevision: '1.0.0' },
    })
  expect(of(1)).toMatchObject({
    objects: [{ data: { n: '1', first: 'true' } }],
    helm: { chartName: 'shop' },
  })
  expect(of(3)).toMatchObject({ objects: [{ data: { n: '3', first: 'false' } }] })
})

test('a chart that Helm has installed goes on with what it generated then, or says which field it cannot', () => {
  const running = `${SECRET}running}\n`
  expect(installed(`${SECRET}{{ randAlphaNum 20 }}}\n`, running)).toMatchObject({
    objects: [{ stringData: { p: 'running' } }],
    generated: [{ function: 'randAlphaNum', value: 'running' }],
  })
  const lost = installed(`${SECRET}{{ randAlphaNum 20 | sha256sum }}}\n`, running)
  expect(lost).toMatchObject({ kind: 'failed', code: 'GENERATED_UNKNOWN' })
  expect(lost).toMatchObject({ message: expect.stringMatching(/Secret\/\S+\/a data\.p;/u) })
})

const SECRET = 'apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {p: '

function installed(template: string, manifest: string): ReturnType<typeof renderFiles> {
  const values = new Map([['manifest', Buffer.from(manifest)]])
  return renderFiles({
    tree: treeOf({
      'Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\n',
      'templates/a.yaml': template,
    }),
    objectJson: RELEASE,
    generated: [],
    dataKeys: new Map(),
    variables: new Map(),
    inputs: [{ kind: 'HelmRelease', namespace: 'apps', name: 'shop', values }],
    release: { number: 1, sourceRevision: '1.0.0' },
  })
}
