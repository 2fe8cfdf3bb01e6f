// From a registry and a chart repository, both by their mirrors, to what runs on a cluster.
import { afterAll, assert, beforeAll, expect, test } from 'vitest'
import { openSandboxPlane, type SandboxPlane } from '../rig/plane/sandbox-plane.ts'
import type { Seen } from '../rig/plane/plane-api.ts'
import { startChartRepository, type ChartRepositoryRig } from '../rig/sources/chart-repository.ts'
import { packed, packedChart } from '../rig/sources/fetching.ts'
import { startRegistry, type RegistryRig } from '../rig/sources/registry.ts'

const WAIT = { ms: 90_000 } // A machine that may be busy; nothing waits for it to pass.
const held = new AsyncDisposableStack()
let registry: RegistryRig | undefined
let charts: ChartRepositoryRig | undefined
let plane: SandboxPlane | undefined

const FLEET = `apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: apps, namespace: flux-system}
spec:
  interval: 1s
  url: oci://ghcr.io/fleet/apps
  ref: {tag: main}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  interval: 10m
  path: ./
  prune: true
  targetNamespace: default
  sourceRef: {kind: OCIRepository, name: apps}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmChart
metadata: {name: podinfo, namespace: flux-system}
spec:
  interval: 1h
  chart: podinfo
  version: 6.x
  sourceRef: {kind: HelmRepository, name: podinfo}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: podinfo, namespace: flux-system}
spec:
  interval: 1s
  url: https://charts.example.com/podinfo
`

function push(value: string): string {
  assert(registry !== undefined)
  const object = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {value: ${value}}\n`
  return registry.push('mirror/fleet/apps', 'main', {
    layers: [{ mediaType: 'files', bytes: packed({ 'settings.yaml': object }) }],
    annotations: { 'org.opencontainers.image.revision': `main@sha1:${value}` },
  })
}

const isChart =
  (version: string) =>
  ({ body }: Seen): boolean =>
    body['revision'] === version

beforeAll(async () => {
  registry = held.use(await startRegistry())
  charts = held.use(await startChartRepository())
  charts.publish('podinfo', '6.5.1', packedChart('podinfo', '6.5.1'))
  push('one')
  const mirrors = [
    `ghcr.io=http://${registry.server.host}/mirror`,
    `charts.example.com/podinfo=http://${charts.server.host}`,
  ]
  const files = { 'clusters/test/fleet.yaml': FLEET }
  const more = mirrors.flatMap((mirror) => ['--mirror', mirror])
  plane = held.use(await openSandboxPlane('delivered', files, more))
})

afterAll(() => held.disposeAsync())

test('an artifact of a registry is applied, and so is the next one that its tag names', async () => {
  assert(plane !== undefined)
  const { api } = plane.up
  const settings = '/api/v1/namespaces/default/configmaps/settings'
  await api.ready(['apps'], { ...WAIT, commit: 'main@sha256:' })
  expect(await plane.cluster.get(settings)).toMatchObject({ data: { value: 'one' } })
  const digest = push('two')
  await api.ready(['apps'], { ...WAIT, commit: digest })
  expect(await plane.cluster.get(settings)).toMatchObject({ data: { value: 'two' } })
  const fetched = await api.event('RevisionFetched', {
    ...WAIT,
    where: ({ body }) => body['revision'] === `main@${digest}`,
  })
  expect(fetched.body).toMatchObject({ originRevision: 'main@sha1:two' })
})

test('a chart is fetched as soon as its index has a newer one, whatever its own interval', async () => {
  assert(plane !== undefined && charts !== undefined)
  const { api } = plane.up
  await api.event('RevisionFetched', { ...WAIT, where: isChart('6.5.1') })
  charts.publish('podinfo', '6.6.0', packedChart('podinfo', '6.6.0'))
  await api.event('RevisionFetched', { ...WAIT, where: isChart('6.6.0') })
})
