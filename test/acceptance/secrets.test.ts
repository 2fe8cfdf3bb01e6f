import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, assert, beforeAll, expect, test } from 'vitest'
import { temporaryDir } from '../rig/components/child.ts'
import { CLUSTER } from '../rig/components/cluster.ts'
import { describeWith } from '../rig/components/describe-with.ts'
import { startGitHttp } from '../rig/components/git-http.ts'
import { Up } from '../rig/plane/embedded.ts'
import { gitFleet, type GitFleet } from '../rig/plane/fleet.ts'
import type { PlaneApi, Seen } from '../rig/plane/plane-api.ts'
import { realCluster, sandboxCluster, type TestCluster } from '../rig/plane/test-cluster.ts'
import { configMap } from './fleet-files.ts'

const SLOW = 300_000 // A machine that may be busy; nothing waits for it to pass.
const WAIT = 90_000 // Less, so that what was missing is told.
const SECRETS = '/api/v1/namespaces/flux-system/secrets'
const PASSWORDS = ['kestrel-first-0001', 'osprey-second-0002', 'falcon-third-0003'] as const
const REF = { cluster: 'test', namespace: 'flux-system', name: 'git-login' }

/** A repository that asks who it is, and what is delivered from it. */
function guarded(url: string): string {
  return `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: guarded, namespace: flux-system}
spec:
  interval: 1s
  url: ${url}
  ref: {branch: main}
  secretRef: {name: git-login}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: guarded, namespace: flux-system}
spec:
  interval: 10m
  path: ./
  prune: true
  targetNamespace: default
  sourceRef: {kind: GitRepository, name: guarded}
`
}

function login(password: string): Readonly<Record<string, string>> {
  return {
    username: Buffer.from('ada').toString('base64'),
    password: Buffer.from(password).toString('base64'),
  }
}

function isMissing({ body }: Seen): boolean {
  return body['code'] === 'SECRET_MISSING'
}

interface Given {
  readonly up: Up
  readonly cluster: TestCluster
  readonly fleet: GitFleet
  readonly parts: GitFleet
  /** What the Git server asks for. */
  readonly auth: { readonly kind: 'basic'; readonly username: string; password: string }
}

async function start(
  open: (dir: string) => Promise<TestCluster>,
  held: AsyncDisposableStack,
): Promise<Given> {
  const dir = temporaryDir('secrets')
  held.defer(dir.remove)
  const cluster = held.use(await open(dir.path))
  await cluster.create('/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'flux-system' },
  })
  const served = join(dir.path, 'git')
  mkdirSync(served)
  const server = held.use(await startGitHttp(served))
  const auth: Given['auth'] = { kind: 'basic', username: 'ada', password: PASSWORDS[0] }
  const guard = held.use(await startGitHttp(served, { auth }))
  const place = { served, server: server.url }
  const parts = await gitFleet({ ...place, name: 'parts' }, { 'a.yaml': configMap('a', 'one') })
  const fleet = await gitFleet(
    { ...place, name: 'fleet' },
    { 'clusters/test/guarded.yaml': guarded(`${guard.url}/parts.git`) },
  )
  const args = ['--repo', fleet.url, '--path', 'clusters/test', '--interval', '1s']
  const context = ['--context', 'test=test', '--kubeconfig', cluster.kubeconfig]
  const up = held.use(new Up({ dataDir: join(dir.path, 'data'), args: [...args, ...context] }))
  await up.mustStart()
  return { up, cluster, fleet, parts, auth }
}

function secretsOn(open: (dir: string) => Promise<TestCluster>): void {
  const held = new AsyncDisposableStack()
  let started: Given | undefined
  const given = (): Given => {
    assert(started !== undefined, 'the plane has started')
    return started
  }
  const api = (): PlaneApi => given().up.api

  beforeAll(async () => {
    started = await start(open, held)
  }, SLOW)
  afterAll(() => held.disposeAsync())

  test('a Secret that is nowhere is told, with what to do', { timeout: SLOW }, async () => {
    const failed = await api().event('FetchFailed', { ms: WAIT })
    expect(failed.body).toMatchObject({ code: 'SECRET_MISSING' })
    expect(failed.body['message']).toMatch(
      /flux-system\/git-login is not known: cluster test has none; .*tidemark secret set flux-system\/git-login --cluster test/u,
    )
  })

  test('when it is made on the cluster, its source is fetched', { timeout: SLOW }, async () => {
    await given().cluster.create(SECRETS, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'git-login' },
      data: login(PASSWORDS[0]),
    })
    await api().ready(['guarded'], { ms: WAIT })
    const { secrets } = await api().call('listSecrets', { cluster: '' })
    expect(secrets).toMatchObject([
      { ...REF, used: 'cluster', clusterKeys: ['password', 'username'], setKeys: [] },
    ])
  })

  test('a rotation is seen at the next fetch', { timeout: SLOW }, async () => {
    const { auth, cluster, parts } = given()
    auth.password = PASSWORDS[1]
    const after = await api().head()
    await api().event('FetchFailed', { after, ms: WAIT })
    await cluster.edit(`${SECRETS}/git-login`, { data: login(PASSWORDS[1]) })
    const commit = await parts.push({ 'a.yaml': configMap('a', 'two') })
    await api().ready(['guarded'], { commit, ms: WAIT })
  })

  test('where the cluster has it no more, what was set is used', { timeout: SLOW }, async () => {
    const { auth, cluster, parts } = given()
    auth.password = PASSWORDS[2]
    const values = [
      { key: 'username', value: Buffer.from('ada') },
      { key: 'password', value: Buffer.from(PASSWORDS[2]) },
    ]
    const { position } = await api().call('setSecret', { ...REF, values, requestId: '' })
    const again = await api().call('setSecret', { ...REF, values, requestId: '' })
    expect(again.position).toBe(position)
    await cluster.remove(`${SECRETS}/git-login`)
    const commit = await parts.push({ 'a.yaml': configMap('a', 'three') })
    await api().ready(['guarded'], { commit, ms: WAIT })
    const { secrets } = await api().call('listSecrets', { cluster: 'test' })
    expect(secrets).toMatchObject([
      { ...REF, used: 'set', setKeys: ['password', 'username'], clusterKeys: [] },
    ])
    expect(secrets[0]?.sources).toHaveLength(1)
  })

  test(
    'it goes on after a kill, without a question to the cluster before',
    { timeout: SLOW },
    async () => {
      const { up, parts } = given()
      await up.kill()
      await up.mustStart()
      const commit = await parts.push({ 'a.yaml': configMap('a', 'four') })
      await api().ready(['guarded'], { commit, ms: WAIT })
    },
  )

  test('what was set and is unset is used no more', { timeout: SLOW }, async () => {
    const after = await api().head()
    await api().call('unsetSecret', { ...REF, requestId: '' })
    await api().event('FetchFailed', { after, where: isMissing, ms: WAIT })
  })

  test('a source that is gone lets go of it', { timeout: SLOW }, async () => {
    const after = await api().head()
    await given().fleet.push({
      'clusters/test/guarded.yaml': undefined,
      'clusters/test/a.yaml': configMap('b', 'one'),
    })
    const { body } = await api().event('ClusterInputReleased', { after, ms: WAIT })
    expect(body).toMatchObject({ input: { ...REF, kind: 'Secret' } })
  })

  test('of the Secrets of the cluster, that one was read and no other', () => {
    const { proxy } = given().cluster
    const seen = proxy.requests().filter(({ path }) => path.includes('/secrets'))
    expect(new Set(seen.map(({ verb }) => verb))).toEqual(new Set(['list', 'watch']))
    for (const request of seen)
      expect(request).toMatchObject({ path: SECRETS, fieldSelector: 'metadata.name=git-login' })
  })

  test('no event, log or answer has a value', { timeout: SLOW }, async () => {
    const { up } = given()
    const events = await api().events()
    const secrets = await api().call('listSecrets', { cluster: '' })
    const bytes = events.map(({ stored }) => Buffer.from(stored.body).toString('latin1'))
    const told = [JSON.stringify(events.map(({ body }) => body)), ...bytes, up.log()]
    const shown = [...told, JSON.stringify(secrets, (_, value: unknown) => String(value))].join(
      '\n',
    )
    for (const password of PASSWORDS) {
      expect(shown).not.toContain(password)
      expect(shown).not.toContain(Buffer.from(password).toString('base64').slice(0, 20))
    }
  })
}

describeWith(['git'], 'secrets that sources name, on a sandbox cluster', () => {
  secretsOn(sandboxCluster)
})

describeWith(['git', ...CLUSTER], 'secrets that sources name, on a real API server', () => {
  secretsOn(realCluster)
})
