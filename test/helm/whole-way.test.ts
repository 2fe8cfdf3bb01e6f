import { readReleaseSecret, releaseSelector } from '@tidemark/apply'
import { ClusterAccess } from '@tidemark/contracts'
import { commitTo, seedRepository } from '@tidemark/git'
import { systemClock, systemRandom } from '@tidemark/kernel'
import { directAccess, KubeClient } from '@tidemark/kube'
import { field } from '@tidemark/manifests'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { openMemoryWorld, startMemoryPlane } from '../rig/plane/memory-plane.ts'

const COMMIT = {
  message: 'a chart',
  identity: { name: 'Walker', email: 'walker@example.com' },
  clock: systemClock,
}
const RELEASE = (values: string): string => `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: shop, namespace: flux-system }
spec:
  interval: 10m
  targetNamespace: apps
  install: { createNamespace: true }
  chart:
    spec:
      chart: charts/web
      sourceRef: { kind: GitRepository, name: flux-system }
  values: ${values}
`
const HOOK = (name: string, events: string): string => `apiVersion: batch/v1
kind: Job
metadata: { name: ${name}, annotations: { helm.sh/hook: "${events}" } }
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{ name: main, image: busybox }]
`
const FILES = {
  'clusters/dev/shop.yaml': RELEASE('{ color: green }'),
  'charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.2.3\n',
  'charts/web/values.yaml': 'color: grey\n',
  'charts/web/templates/settings.yaml': `apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { color: {{ .Values.color }} }
`,
  'charts/web/templates/migrate.yaml': HOOK('migrate', 'pre-install,pre-upgrade'),
  'charts/web/templates/bye.yaml': HOOK('bye', 'pre-delete'),
}

test('a HelmRelease in Git is installed, upgraded and uninstalled with its hooks, and helm sees each revision', async () => {
  await using world = await openMemoryWorld(['dev'])
  const repository = join(world.path, 'fleet.git')
  await seedRepository(repository, FILES, COMMIT)
  await using plane = await startMemoryPlane(world)
  const { api } = plane
  const access = ClusterAccess.fromPartial({ kind: { $case: 'sandbox', value: {} } })
  const registered = { cluster: 'dev', access, project: 'default', labels: [], variables: [] }
  await api.call('registerCluster', registered)
  await using client = new KubeClient({
    cluster: 'dev',
    access: directAccess({ server: world.sandbox.url('dev') }),
    clock: systemClock,
    random: systemRandom,
  })
  const signal = AbortSignal.timeout(120_000)
  const home = { group: '', version: 'v1', kind: 'Namespace', namespace: '', name: 'flux-system' }
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: home.name } }
  await client.create({ ref: home, body: JSON.stringify(namespace) }, signal)
  await api.call('declareRoot', {
    cluster: 'dev',
    project: 'default',
    url: pathToFileURL(repository).href,
    ref: { branch: 'main', tag: '', semver: '', name: '', commit: '' },
    path: 'clusters/dev',
    intervalMs: 3_600_000n,
    secretName: '',
  })
  await api.ready(['flux-system', 'shop'], { ms: 60_000 })
  const color = async (): Promise<unknown> => {
    const kind = { group: '', version: 'v1', kind: 'ConfigMap' }
    const found = await client.get({ ...kind, namespace: 'apps', name: 'settings' }, signal)
    return found.kind === 'found' ? field(found.object, 'data', 'color') : found.kind
  }
  const records = async (): Promise<readonly string[]> => {
    const kind = { group: '', version: 'v1', kind: 'Secret' }
    const selection = { namespace: 'flux-system', labelSelector: releaseSelector('apps-shop') }
    const listed = await client.list(kind, selection, signal)
    const stored = listed.kind === 'listed' ? listed.objects.map(readReleaseSecret) : []
    return stored.map(({ record }) => `${record.revision} ${record.status}`).toSorted()
  }
  const change = async (files: Readonly<Record<string, string | undefined>>): Promise<void> => {
    await commitTo(repository, files, COMMIT)
    const asked = { application: '', withSource: false, reason: '', requestId: '' }
    const flags = { source: 'flux-system', approvePrune: false, rotateGenerated: false }
    await api.call('reconcile', { ...asked, ...flags })
  }
  expect(await color()).toBe('green')
  expect(await records()).toEqual(['1 deployed'])

  await change({ 'clusters/dev/shop.yaml': RELEASE('{ color: blue }') })
  await expect.poll(records, { timeout: 60_000 }).toEqual(['1 superseded', '2 deployed'])
  expect(await color()).toBe('blue')

  await change({ 'clusters/dev/shop.yaml': undefined, 'clusters/dev/other.yaml': OTHER })
  await expect.poll(records, { timeout: 60_000 }).toEqual([])
  expect(await color()).toBe('absent')

  const log = await world.log()
  const count = (type: string): number => log.filter((event) => event.type === type).length
  expect(count('HookFinished')).toBeGreaterThanOrEqual(3)
  expect(count('HookFinished')).toBe(count('HookStarted'))
})

/** So that the cluster is not empty by then, which would hold the removal. */
const OTHER = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: other, namespace: default }\n'
