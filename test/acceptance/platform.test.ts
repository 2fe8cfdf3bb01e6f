import { commitTo, seedRepository } from '@tidemark/git'
import { systemClock } from '@tidemark/kernel'
import { directAccess, KubeClient } from '@tidemark/kube'
import { seededRandom } from '@tidemark/kernel/testing'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApiServer, type ApiServer } from '../rig/components/api-server.ts'
import { temporaryDir } from '../rig/components/child.ts'
import { describeWith } from '../rig/components/describe-with.ts'
import { startGitHttp, type GitHttp } from '../rig/components/git-http.ts'
import { documented } from '../docs/documented.ts'
import { typeCommand } from '../docs/type-command.ts'
import type { PlaneApi } from '../rig/plane/plane-api.ts'
import {
  SERVICES,
  startPlatformWorld,
  type PlatformWorld,
  type ServiceName,
  type ServiceProcess,
} from '../rig/plane/platform.ts'

const READY_MS = 90_000 // A lease of a process that was killed ends after 15 s; two cores do the rest.
const identity = { name: 'Ada', email: 'ada@example.com' }

const kustomization = (
  name: string,
  dependsOn?: string,
): string => `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: ${name}
  namespace: flux-system
spec:
  interval: 10m
  retryInterval: 5s
  path: ./apps/${name}
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
${dependsOn === undefined ? '' : `  dependsOn:\n    - name: ${dependsOn}\n`}`

const configMap = (name: string, value: string): string => `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
  namespace: default
data:
  value: "${value}"
`

const FILES = {
  'clusters/test/apps.yaml': [
    kustomization('base'),
    kustomization('shop', 'base'),
    kustomization('mail'),
  ].join('---\n'),
  'apps/base/map.yaml': configMap('base', 'one'),
  'apps/shop/map.yaml': configMap('shop', 'one'),
  'apps/shop/extra.yaml': configMap('extra', 'one'),
  'apps/mail/map.yaml': configMap('mail', 'one'),
}

describeWith(
  ['kube-apiserver', 'etcd', 'nats-server', 'postgres', 'git', 'openssl'],
  'the platform form: seven services, two copies of each, on NATS and Postgres',
  () => {
    const dir = temporaryDir('platform-test')
    const repository = join(dir.path, 'fleet.git')
    const stack = new AsyncDisposableStack()
    const running = new Map<ServiceName, ServiceProcess[]>()
    let server: ApiServer
    let git: GitHttp
    let world: PlatformWorld
    let kube: KubeClient
    let api: PlaneApi

    const push = (
      files: Readonly<Record<string, string | undefined>>,
      message: string,
    ): Promise<string> => commitTo(repository, files, { message, identity, clock: systemClock })
    const start = async (service: ServiceName): Promise<void> => {
      const copy = stack.use(await world.start(service))
      running.set(service, [...(running.get(service) ?? []), copy])
    }
    const connect = async (): Promise<void> => {
      const [gateway] = running.get('gateway') ?? []
      if (gateway === undefined) throw new Error('there is no gateway')
      api = gateway.api()
    }
    const valueOf = async (name: string): Promise<unknown> => {
      const ref = { group: '', version: 'v1', kind: 'ConfigMap', namespace: 'default', name }
      const answer = await kube.get(ref, AbortSignal.timeout(10_000))
      if (answer.kind !== 'found') return answer.kind
      return Reflect.get(Object(answer.object['data']), 'value')
    }
    /** Waits until the map of an application holds a value, and all is ready. */
    const delivers = async (name: string, value: string): Promise<void> => {
      await expect.poll(() => valueOf(name), { timeout: READY_MS, interval: 100 }).toBe(value)
      await api.ready(['flux-system', 'base', 'shop', 'mail'], { ms: READY_MS })
    }

    beforeAll(async () => {
      server = stack.use(await startApiServer())
      await seedRepository(repository, FILES, { message: 'first', identity, clock: systemClock })
      git = stack.use(await startGitHttp(dir.path))
      world = stack.use(await startPlatformWorld({ kubeconfig: server.kubeconfig }))
      const access = directAccess({
        server: server.url,
        token: server.token,
        ca: readFileSync(server.caFile, 'utf8'),
      })
      kube = stack.use(
        new KubeClient({ cluster: 'test', access, clock: systemClock, random: seededRandom(1) }),
      )
      await start('ledger')
      await Promise.all(SERVICES.filter((name) => name !== 'ledger').map(start))
      await Promise.all(SERVICES.map(start))
      await connect()
    }, 300_000)

    afterAll(async () => {
      await stack.disposeAsync()
      dir.remove()
    }, 120_000)

    test('a cluster is registered, and what Git says is applied', async () => {
      const kind = { $case: 'kubeconfigContext', value: { context: 'test', path: '' } } as const
      await api.call('registerCluster', {
        cluster: 'test',
        access: { kind },
        project: 'default',
        labels: [],
        variables: [],
      })
      await api.call('declareRoot', {
        cluster: 'test',
        project: 'default',
        url: `${git.url}/fleet.git`,
        ref: { branch: 'main', tag: '', semver: '', name: '', commit: '' },
        path: 'clusters/test',
        intervalMs: 1_000n,
        secretName: '',
      })
      await api.ready(['flux-system', 'base', 'shop', 'mail'], { ms: READY_MS })
      expect(await valueOf('shop')).toBe('one')
      expect(await valueOf('extra')).toBe('one')
    }, 180_000)

    test('a second push changes what it names, and prunes what it no longer has', async () => {
      await push(
        { 'apps/shop/map.yaml': configMap('shop', 'two'), 'apps/shop/extra.yaml': undefined },
        'second',
      )
      await delivers('shop', 'two')
      expect(await valueOf('extra')).toBe('absent')
      expect(await valueOf('mail')).toBe('one')
    }, 180_000)

    test.each(SERVICES)(
      'one copy of the %s dies in the middle of a push, and nothing is lost',
      async (service) => {
        const [first, ...others] = running.get(service) ?? []
        if (first === undefined) throw new Error(`no ${service} runs`)
        const value = `without-${service}`
        await push({ 'apps/shop/map.yaml': configMap('shop', value) }, value)
        await first.kill()
        running.set(service, others)
        if (service === 'gateway') await connect()
        await delivers('shop', value)
        await start(service)
      },
      240_000,
    )

    test('all of NATS is lost: a delay, and no loss', async () => {
      await world.nats.kill()
      world.nats.wipe()
      await world.nats.restart()
      await push({ 'apps/shop/map.yaml': configMap('shop', 'nats') }, 'nats')
      await delivers('shop', 'nats')
    }, 240_000)

    test('Postgres is stopped at once and started again: writes go on', async () => {
      await push({ 'apps/shop/map.yaml': configMap('shop', 'postgres') }, 'postgres')
      await world.postgres.stopImmediately()
      await world.postgres.restart()
      await delivers('shop', 'postgres')
    }, 240_000)

    test('the commands that the docs have for a platform are done as they stand', async () => {
      const port = running.get('gateway')?.[0]?.apiPort ?? 0
      const own = ` --server localhost:${port} --token-file '${join(world.folder, 'token')}' --ca-file '${world.certificates.caFile}'`
      for (const { place, text } of documented('platform')) {
        const line = text
          .replace(/ --server localhost:7373 .*/u, '')
          .replace('https://git.example.com', git.url)
          .replace('cluster remove staging', 'cluster remove prod') // That which the docs have just added.
        const ran = await typeCommand(`${line}${own}`, dir.path)
        expect(ran.code, `${place}: ${ran.text}`).toBe(0)
      }
    }, 180_000)

    test('each apply has one outcome, releases count on without a gap, and the record holds', async () => {
      const events = await api.events()
      const outcomes = events.filter(({ type }) => type === 'ApplyFinished')
      const keys = outcomes.map(({ stream, body }) => `${stream}/${String(body['apply'])}`)
      expect(new Set(keys).size).toBe(keys.length)
      const cut = events.filter(
        ({ type, stream }) => type === 'ReleaseCut' && stream.endsWith('shop'),
      )
      expect(cut.map(({ body }) => Number(body['number']))).toEqual(
        cut.map((_, index) => index + 1),
      )
      const { good, message } = await api.call('verifyAudit', {})
      expect(good, message).toBe(true)
    }, 60_000)
  },
)
