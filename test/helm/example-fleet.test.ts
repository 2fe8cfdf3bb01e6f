// Flux's example fleet as it is: both of its clusters at once, with real charts from a repository and a registry that stand in for
// those of the internet.
import { ClusterAccess, Phase, type ApplicationView } from '@tidemark/contracts'
import { commitTo, seedRepository } from '@tidemark/git'
import { systemClock } from '@tidemark/kernel'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openMemoryWorld, startMemoryPlane, type MemoryWorld } from '../rig/plane/memory-plane.ts'
import { eventually, type PlaneApi, type Seen } from '../rig/plane/plane-api.ts'
import { Workloads } from '../rig/plane/workloads.ts'
import { startChartRepository } from '../rig/sources/chart-repository.ts'
import { packed } from '../rig/sources/fetching.ts'
import { startRegistry } from '../rig/sources/registry.ts'

const ROOT = join(import.meta.dirname, '../..')
const SHARED = process.env['TIDEMARK_SHARED'] ?? join(ROOT, '../shared')
const EXAMPLE = join(SHARED, 'samples/flux2-kustomize-helm-example')
const CERT_MANAGER = join(SHARED, 'conformance/helm/charts/cert-manager')
const CHART = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip'
const CLUSTERS = ['staging', 'production'] as const
const APPLICATIONS = 7
const READY_MS = 150_000
const VALUES = 'apps/production/podinfo-values.yaml'
const COMMIT = {
  message: 'files',
  identity: { name: 'Walker', email: 'walker@example.com' },
  clock: systemClock,
}

type Cluster = (typeof CLUSTERS)[number]

/** Each test goes on from the one before. */
describe.skipIf(!existsSync(EXAMPLE))('the example fleet of Flux', () => {
  const held = new AsyncDisposableStack()
  let world: MemoryWorld
  let api: PlaneApi
  let repository: string
  beforeAll(async () => {
    world = held.use(await openMemoryWorld(CLUSTERS, await mirrors(held)))
    repository = join(world.path, 'fleet.git')
    await seedRepository(repository, textsOf(EXAMPLE), COMMIT)
    for (const cluster of CLUSTERS) held.use(new Workloads(world.sandbox.url(cluster)))
    api = held.use(await startMemoryPlane(world)).api
    for (const cluster of CLUSTERS) await deliver(cluster)
  })
  afterAll(() => held.disposeAsync())

  const deliver = async (cluster: Cluster): Promise<void> => {
    const access = ClusterAccess.fromPartial({ kind: { $case: 'sandbox', value: {} } })
    const registration = { cluster, access, project: 'default', labels: [], variables: [] }
    await api.call('registerCluster', registration)
    await api.call('declareRoot', {
      cluster,
      project: 'default',
      url: pathToFileURL(repository).href,
      ref: { branch: 'main', tag: '', semver: '', name: '', commit: '' },
      path: `clusters/${cluster}`,
      intervalMs: 3_600_000n,
      secretName: '',
    })
  }
  const podinfoOf = async (cluster: Cluster): Promise<ApplicationView | undefined> =>
    (await api.applications()).find((one) => one.cluster === cluster && isPodinfo(one))

  test('is ready on both clusters, each part after what it depends on', async () => {
    await eventually(
      async () => {
        const all = await api.applications()
        const late = all.filter(({ phase }) => phase !== Phase.PHASE_READY)
        const told = late.map((one) => `${one.applicationId} ${one.reason} ${one.message}`)
        return all.length === CLUSTERS.length * APPLICATIONS && late.length === 0
          ? undefined
          : `${all.length} applications; ${told.join('; ')}`
      },
      { ms: READY_MS, what: 'all applications ready' },
    )
    const events = await api.events()
    for (const cluster of CLUSTERS) {
      const place = (type: string, name: string): bigint => placeOf(events, type, cluster, name)
      const controllers = ['helmrelease_cert-manager', 'helmrelease_envoy-gateway']
      for (const name of controllers)
        expect(place('ApplyFinished', name)).toBeLessThan(
          place('ApplyStarted', 'kustomization_infra-configs'),
        )
      expect(place('ApplyFinished', 'kustomization_infra-configs')).toBeLessThan(
        place('ApplyStarted', 'kustomization_apps'),
      )
    }
    expect(await podinfoOf('staging')).toMatchObject({ chart: { name: 'podinfo' }, release: 1n })
  })

  test('a value that changes in an overlay upgrades that cluster alone', async () => {
    const before = await api.head()
    const values = readFileSync(join(EXAMPLE, VALUES), 'utf8')
    const changed = values.replace('podinfo.production', 'shop.production')
    expect(changed).not.toBe(values)
    await commitTo(repository, { [VALUES]: changed }, COMMIT)
    await api.call('reconcile', { ...NOTHING, source: 'flux-system' })
    await eventually(
      async () => ((await podinfoOf('production'))?.applied === 2n ? undefined : 'not upgraded'),
      { ms: READY_MS, what: 'the upgrade of production' },
    )
    await api.settled()
    const actions = (await api.events(before)).filter(({ type }) => type === 'HelmActionStarted')
    expect(actions.map(({ body }) => [body['cluster'], body['action']])).toEqual([
      ['production', 'HELM_ACTION_UPGRADE'],
    ])
  })

  test('and is rolled back on that cluster alone', async () => {
    const application = (await podinfoOf('production'))?.applicationId ?? ''
    const before = await api.head()
    await api.call('rollBack', { application, number: 1n, reason: 'try', requestId: 'back' })
    await eventually(
      async () => ((await podinfoOf('production'))?.applied === 1n ? undefined : 'not yet'),
      { ms: READY_MS, what: 'the rollback of production' },
    )
    const applied = (await api.events(before)).filter(({ type }) => type === 'ApplyFinished')
    expect(applied.map(({ body }) => body['cluster'])).toEqual(['production'])
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

function isPodinfo({ object }: ApplicationView): boolean {
  return object?.kind === 'HelmRelease' && object.name === 'podinfo'
}

function placeOf(events: readonly Seen[], type: string, cluster: string, name: string): bigint {
  const found = events.find(({ type: each, body }) => {
    const id = String(body['applicationId'])
    return each === type && id.startsWith(`${cluster}_`) && id.endsWith(`_${name}`)
  })
  if (found === undefined) throw new Error(`no ${type} of ${name} on ${cluster}`)
  return found.position
}

/** A repository and a registry on this machine, and what of the internet they stand for. */
async function mirrors(held: AsyncDisposableStack): Promise<MemoryWorld['mirrors']> {
  const charts = held.use(await startChartRepository())
  const registry = held.use(await startRegistry())
  const samples = join(SHARED, 'samples/charts')
  charts.publish('podinfo', '6.14.1', packed(bytesOf(join(samples, 'podinfo'), 'podinfo')))
  const certManager = bytesOf(CERT_MANAGER, 'cert-manager')
  // The chart of the source tree gets its version when it is released.
  const head = Buffer.from(certManager['cert-manager/Chart.yaml'] ?? []).toString('utf8')
  const released = { 'cert-manager/Chart.yaml': head.replaceAll('v0.0.0', 'v1.18.2') }
  push('jetstack/charts/cert-manager', 'v1.18.2', { ...certManager, ...released })
  push('envoyproxy/gateway-helm', '1.8.0', bytesOf(join(samples, 'gateway-helm'), 'gateway-helm'))
  const to = new URL(registry.server.url).host
  return [
    { from: 'quay.io', scheme: 'http', to },
    { from: 'docker.io', scheme: 'http', to },
    {
      from: 'stefanprodan.github.io/podinfo',
      scheme: 'http',
      to: new URL(charts.server.url).host,
    },
  ]

  function push(name: string, tag: string, files: Readonly<Record<string, Uint8Array | string>>) {
    registry.push(name, tag, { layers: [{ mediaType: CHART, bytes: packed(files) }] })
  }
}

function textsOf(folder: string): Readonly<Record<string, string>> {
  const files = Object.entries(bytesOf(folder, ''))
  return Object.fromEntries(files.map(([path, bytes]) => [path, Buffer.from(bytes).toString()]))
}

function bytesOf(folder: string, prefix: string): Readonly<Record<string, Uint8Array>> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return Object.fromEntries(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name)
      return [join(prefix, relative(folder, path)), readFileSync(path)]
    }),
  )
}
