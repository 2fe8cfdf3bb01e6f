// A HelmRelease from Git and a chart repository to a cluster: installed, upgraded, refused, rolled back, removed.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kustomization, openMemoryFleet, type MemoryFleet } from '../rig/plane/memory-fleet.ts'
import type { KubeJson } from '../rig/plane/test-cluster.ts'
import { startChartRepository, type ChartRepositoryRig } from '../rig/sources/chart-repository.ts'
import { packedChart } from '../rig/sources/fetching.ts'

const SHOP = '/api/v1/namespaces/shop/configmaps/shop'
const SCHEMA = '{"properties": {"color": {"enum": ["green", "blue", "red"]}}}'
const MAP = `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
data:
  color: {{ .Values.color }}
  password: {{ .Values.password | quote }}
  chart: {{ .Chart.Version }}
  release: "{{ .Release.Revision }}"
  kube: {{ .Capabilities.KubeVersion.Version }}
`
const chart = (version: string, template = MAP): Uint8Array =>
  packedChart('shop', version, {
    'Chart.yaml': `apiVersion: v2\nname: shop\nversion: ${version}\nappVersion: "2026"\n`,
    'values.yaml': 'color: green\npassword: none\n',
    'values.schema.json': SCHEMA,
    'templates/map.yaml': template,
  })
const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }
const LOGIN = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'login' },
  data: { password: Buffer.from('heron-of-the-north').toString('base64') },
}
const RELEASE_FILE = 'apps/shop/release.yaml'
const release = (more: string): string => `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: shop, namespace: shop}
spec:
  interval: 1h
  chart:
    spec:
      chart: shop
      version: 1.x
      sourceRef: {kind: HelmRepository, name: charts}
  valuesFrom:
    - {kind: Secret, name: login, valuesKey: password, targetPath: password}
${more}`

/** Each test goes on from the one before: it is the life of one release. */
describe('a HelmRelease', () => {
  let charts: ChartRepositoryRig
  let fleet: MemoryFleet
  beforeAll(async () => {
    charts = await startChartRepository()
    charts.publish('shop', '1.0.0', chart('1.0.0'))
    fleet = await openMemoryFleet({
      'clusters/dev/shop.yaml': kustomization('shop', '  path: ./apps/shop\n'),
      'apps/shop/charts.yaml': `apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: charts, namespace: shop}
spec: {interval: 1h, url: "${charts.server.url}"}
`,
      [RELEASE_FILE]: release(''),
    })
    await fleet.ask('POST', '/api/v1/namespaces', NAMESPACE)
    await fleet.ask('POST', '/api/v1/namespaces/shop/secrets', LOGIN)
  })
  afterAll(async () => {
    await fleet[Symbol.asyncDispose]()
    await charts[Symbol.asyncDispose]()
  })

  const until = async (expected: Readonly<Record<string, string>>): Promise<unknown> =>
    await fleet.until(SHOP, (object) =>
      Object.entries(expected).every(([key, value]) => dataOf(object)[key] === value),
    )
  const shop = async () =>
    (await fleet.api.applications()).find(({ object }) => object?.kind === 'HelmRelease')

  test('is installed from the newest chart of its range, with the values of its Secret', async () => {
    const { gitVersion } = Object(await fleet.ask('GET', '/version'))
    const own = { chart: '1.0.0', release: '1', kube: String(gitVersion) }
    await until({ color: 'green', password: 'heron-of-the-north', ...own })
    expect(await fleet.until(SHOP, (object) => object !== undefined)).toMatchObject({
      metadata: {
        labels: {
          'helm.toolkit.fluxcd.io/name': 'shop',
          'helm.toolkit.fluxcd.io/namespace': 'shop',
        },
      },
    })
    await fleet.api.ready(['shop'])
    expect(await shop()).toMatchObject({
      release: 1n,
      revision: '1.0.0',
      chart: { name: 'shop', version: '1.0.0', appVersion: '2026' },
    })
    const told = JSON.stringify((await fleet.api.events()).map(({ body }) => body))
    expect(told).not.toContain('heron-of-the-north')
  })

  test('is upgraded when its values change in Git', async () => {
    await fleet.change({ [RELEASE_FILE]: release('  values: {color: blue}\n') })
    await until({ color: 'blue', release: '2' })
  })

  test('is not released again for what is no input of the chart', async () => {
    const more = '  values: {color: blue}\n  timeout: 10m\n'
    const before = await fleet.change({ [RELEASE_FILE]: release(more) })
    await fleet.api.event('ReleaseConfirmed', { after: before, where: isShop })
    await fleet.api.settled()
    await until({ color: 'blue', release: '2' })
  })

  test('stays as it is where its values break the schema of the chart, and the file is named', async () => {
    const before = await fleet.change({ [RELEASE_FILE]: release('  values: {color: mauve}\n') })
    const { body } = await fleet.api.event('RenderFailed', { after: before })
    expect(body).toMatchObject({ code: 'SCHEMA', file: RELEASE_FILE })
    expect(body['message']).toContain("at '/color': value must be one of 'green', 'blue', 'red'")
    await until({ color: 'blue', release: '2' })
    await fleet.change({ [RELEASE_FILE]: release('  values: {color: red}\n') })
    await until({ color: 'red', release: '3' })
  })

  test('is upgraded when its repository has a newer chart of the range', async () => {
    charts.publish('shop', '1.1.0', chart('1.1.0'))
    charts.publish('shop', '2.0.0', chart('2.0.0'))
    const source = 'charts'
    await fleet.api.call('reconcile', { ...NOTHING, source })
    await until({ color: 'red', chart: '1.1.0', release: '4' })
    expect(await shop()).toMatchObject({ chart: { version: '1.1.0' } })
  })

  test('goes back to the bytes of a release that it had', async () => {
    const application = (await shop())?.applicationId ?? ''
    const request = { application, number: 2n, reason: 'red hurts', requestId: 'back' }
    await fleet.api.call('rollBack', request)
    await until({ color: 'blue', chart: '1.0.0' })
    expect(await shop()).toMatchObject({ held: 2n })
  })

  test('is uninstalled when it leaves Git', async () => {
    await fleet.change({ [RELEASE_FILE]: undefined, 'apps/shop/none.yaml': OTHER })
    await fleet.until(SHOP, (object) => object === undefined)
  })
})

const NOTHING = {
  application: '',
  withSource: false,
  reason: '',
  requestId: '',
  source: '',
  approvePrune: false,
  rotateGenerated: false,
}
const OTHER = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other, namespace: shop}\n'

function isShop({ body }: { readonly body: Readonly<Record<string, unknown>> }): boolean {
  return String(body['applicationId']).includes('helmrelease')
}

function dataOf(object: KubeJson | undefined): Readonly<Record<string, string>> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- A ConfigMap's data.
  return (object as { data?: Record<string, string> } | undefined)?.data ?? {}
}
