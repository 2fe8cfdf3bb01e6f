import { expect, test } from 'vitest'
import { startChartRepository } from '../rig/sources/chart-repository.ts'
import { openFetching, packed, packedChart } from '../rig/sources/fetching.ts'
import { startRegistry } from '../rig/sources/registry.ts'

const CHART_LAYER = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip'
const wanted = (chart: object) => ({ helmChart: { chart: 'podinfo', version: '*', ...chart } })
const indexAt = (url: string, more: object = {}) => ({
  helmRepository: { url, type: 'default', ...more },
})

test('a chart is chosen from an index that was fetched once, and its files are those of the package', async () => {
  await using charts = await startChartRepository()
  await using fetching = await openFetching()
  for (const version of ['6.4.0', '6.5.1', '7.0.0-rc.1'])
    charts.publish(
      'podinfo',
      version,
      packedChart('podinfo', version, { 'templates/a.yaml': version, '.helmignore': 'x' }),
    )
  charts.publish('other', '1.0.0', packedChart('other', '1.0.0'))
  const index = await fetching.look({ source: indexAt(charts.server.url) })
  expect(index).toMatchObject({
    kind: 'found',
    revision: expect.stringMatching(/^sha256:[0-9a-f]{64}$/u),
  })
  const upstream = await fetching.upstream({ source: indexAt(charts.server.url) })
  charts.server.requests.length = 0
  const newest = await fetching.look({ source: wanted({}), upstream })
  expect(newest).toMatchObject({ kind: 'found', revision: '6.5.1' })
  expect(await fetching.files(newest)).toMatchObject({
    'Chart.yaml': 'apiVersion: v2\nname: podinfo\nversion: 6.5.1\n',
    'templates/a.yaml': '6.5.1',
  })
  expect(Object.keys(await fetching.files(newest))).not.toContain('.helmignore')
  expect(await fetching.look({ source: wanted({}), upstream, before: newest })).toEqual({
    kind: 'unchanged',
  })
  expect(charts.server.requests).toEqual(['GET /charts/podinfo-6.5.1.tgz -'])
  const revisionOf = async (version: string) => {
    const found = await fetching.look({ source: wanted({ version }), upstream })
    return found.kind === 'found' ? found.revision : found
  }
  expect(await revisionOf('6.4.x')).toBe('6.4.0')
  expect(await revisionOf('7.0.0-rc.1')).toBe('7.0.0-rc.1')
  expect(await revisionOf('>=7.0.0')).toMatchObject({ code: 'SOURCE_REF_MISSING' })
})

test('of equal versions the one that was made last counts', async () => {
  await using charts = await startChartRepository()
  await using fetching = await openFetching()
  charts.publish('podinfo', '1.0.0+a', packedChart('podinfo', '1.0.0+a'), {
    created: '2026-03-01T00:00:00Z',
  })
  charts.publish('podinfo', '1.0.0+b', packedChart('podinfo', '1.0.0+b'), {
    created: '2026-02-01T00:00:00Z',
  })
  const upstream = await fetching.upstream({ source: indexAt(charts.server.url) })
  expect(await fetching.look({ source: wanted({}), upstream })).toMatchObject({
    revision: '1.0.0+a',
  })
})

test('values files replace the values of a chart, in order, and its version says so', async () => {
  await using charts = await startChartRepository()
  await using fetching = await openFetching()
  const files = { 'prod.yaml': 'a: {b: 1}\nlist: [1, 2]\n', 'eu.yaml': 'a: {c: "on"}\nlist: [3]\n' }
  charts.publish('podinfo', '6.5.1', packedChart('podinfo', '6.5.1', files))
  const upstream = await fetching.upstream({ source: indexAt(charts.server.url) })
  const look = (more: object) =>
    fetching.look({ source: wanted({ objectGeneration: 3n, ...more }), upstream })
  const merged = await look({ valuesFiles: ['prod.yaml', 'eu.yaml'] })
  expect(merged).toMatchObject({ revision: '6.5.1+3' })
  const found = await fetching.files(merged)
  expect(found['values.yaml']).toBe('a:\n  b: 1\n  c: "on"\nlist:\n- 3\n')
  expect(found['Chart.yaml']).toContain('version: 6.5.1+3')
  expect(await look({ valuesFiles: ['us.yaml'] })).toMatchObject({ code: 'SOURCE_CHART' })
  const left = await look({
    valuesFiles: ['values.yaml', 'us.yaml'],
    ignoreMissingValuesFiles: true,
  })
  expect((await fetching.files(left))['values.yaml']).toBe('replicas: 1\n')
})

test('credentials go to the host of the repository, and elsewhere only where that is said', async () => {
  const login = { username: 'me', password: 'geheim' }
  await using elsewhere = await startChartRepository()
  await using charts = await startChartRepository(login)
  await using fetching = await openFetching()
  const bytes = packedChart('podinfo', '1.0.0')
  elsewhere.files.set('/podinfo.tgz', bytes)
  charts.publish('podinfo', '1.0.0', bytes, { url: `${elsewhere.server.url}/podinfo.tgz` })
  for (const passCredentials of [false, true]) {
    const source = indexAt(charts.server.url, { passCredentials })
    const upstream = await fetching.upstream({ source, secrets: { credentials: login } })
    expect(await fetching.look({ source: wanted({}), upstream })).toMatchObject({ kind: 'found' })
  }
  const basic = `Basic ${Buffer.from('me:geheim').toString('base64')}`
  expect(elsewhere.server.requests).toEqual(['GET /podinfo.tgz -', `GET /podinfo.tgz ${basic}`])
  expect(await fetching.look({ source: indexAt(charts.server.url) })).toMatchObject({
    code: 'SOURCE_AUTHENTICATION',
  })
})

test('a chart in a registry is found by its tags, where a plus is an underscore', async () => {
  await using registry = await startRegistry()
  await using fetching = await openFetching()
  for (const [tag, version] of [
    ['6.5.1', '6.5.1'],
    ['6.5.2_build.1', '6.5.2+build.1'],
  ] as const)
    registry.push('charts/podinfo', tag, {
      layers: [{ mediaType: CHART_LAYER, bytes: packedChart('podinfo', version) }],
    })
  const source = {
    helmRepository: { url: `oci://${registry.server.host}/charts`, type: 'oci', insecure: true },
  }
  expect(await fetching.look({ source })).toEqual({ kind: 'unchanged' })
  const upstream = await fetching.upstream({ source })
  const found = await fetching.look({ source: wanted({ version: '6.x' }), upstream })
  expect(found).toMatchObject({ revision: '6.5.2+build.1' })
  expect(Object.keys(await fetching.files(found))).toEqual(['Chart.yaml', 'values.yaml'])
})

test('a mirror stands in for a chart repository, and for the other host that its index names', async () => {
  await using charts = await startChartRepository()
  const to = charts.server.host
  const mirrors = [
    { from: 'charts.example.com/stable', scheme: 'http', to },
    { from: 'github.com', scheme: 'http', to },
  ] as const
  await using fetching = await openFetching({ mirrors })
  const bytes = packedChart('podinfo', '1.0.0')
  charts.publish('podinfo', '1.0.0', bytes, { url: 'https://github.com/releases/podinfo.tgz' })
  charts.files.set('/releases/podinfo.tgz', bytes)
  const upstream = await fetching.upstream({ source: indexAt('https://charts.example.com/stable') })
  expect(await fetching.look({ source: wanted({}), upstream })).toMatchObject({ revision: '1.0.0' })
})

test('a chart in the files of another source follows its own version, or every revision', async () => {
  await using registry = await startRegistry()
  await using fetching = await openFetching()
  const chartYaml =
    'apiVersion: v2\nname: podinfo\nversion: 1.2.3\ndependencies:\n- {name: base, version: 1.0.0, repository: "file://../base"}\n'
  const push = (values: string) =>
    registry.push('files', 'latest', {
      layers: [
        {
          mediaType: 'files',
          bytes: packed({
            'charts/podinfo/Chart.yaml': chartYaml,
            'charts/podinfo/values.yaml': values,
            'charts/base/Chart.yaml': 'apiVersion: v2\nname: base\nversion: 1.0.0\n',
            'env/prod.yaml': 'replicas: 3\n',
          }),
        },
      ],
    })
  // What a chart is in may be any source with files; here one that is easy to push to.
  const files = { oci: { url: `oci://${registry.server.host}/files`, insecure: true } }
  push('replicas: 1\n')
  const first = await fetching.upstream({ source: files })
  const chart = { chart: './charts/podinfo' }
  const found = await fetching.look({ source: wanted(chart), upstream: first })
  expect(found).toMatchObject({ revision: '1.2.3' })
  expect(Object.keys(await fetching.files(found))).toEqual([
    'Chart.yaml',
    'charts/base/Chart.yaml',
    'values.yaml',
  ])
  push('replicas: 2\n')
  const second = await fetching.upstream({ source: files })
  expect(await fetching.look({ source: wanted(chart), upstream: second, before: found })).toEqual({
    kind: 'unchanged',
  })
  const every = wanted({
    ...chart,
    reconcileStrategy: 'Revision',
    valuesFiles: ['env/prod.yaml'],
    objectGeneration: 2n,
  })
  const built = await fetching.look({ source: every, upstream: second })
  const digest = second.known.revision.split(':').at(-1)?.slice(0, 12)
  expect(built).toMatchObject({ revision: `1.2.3+${digest}.2` })
  expect((await fetching.files(built))['values.yaml']).toBe('replicas: 3\n')
  expect(
    await fetching.look({ source: wanted({ chart: 'nowhere' }), upstream: second }),
  ).toMatchObject({
    code: 'SOURCE_CHART',
  })
})
