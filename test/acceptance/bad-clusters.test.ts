// What a cluster refuses, one by one, by a real API server: each is told in its words with the way out, nothing that was
// delivered changes, and the plane goes on when it is mended.
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Phase } from '@tidemark/contracts'
import { afterAll, assert, beforeAll, expect, test } from 'vitest'
import { startApiServer, type ApiServer } from '../rig/components/api-server.ts'
import { makeCertificates, type Certificates } from '../rig/components/certificates.ts'
import { temporaryDir } from '../rig/components/child.ts'
import { describeWith } from '../rig/components/describe-with.ts'
import { startCountingProxy } from '../rig/plane/counting-proxy.ts'
import { Up } from '../rig/plane/embedded.ts'
import { fileFleet, type Fleet } from '../rig/plane/fleet.ts'
import { byPath, type ByPath } from '../rig/plane/test-cluster.ts'
import { cli, phase, whyTells } from './ask-plane.ts'
import { badInput, badInputs } from './bad-table.ts'
import { application, configMap } from './fleet-files.ts'

const SLOW = 300_000
const WAIT = 90_000
const MAP = '/api/v1/namespaces/default/configmaps/settings'
const MORE = 'apps/app/more.yaml'
const GOOD = {
  'clusters/test/app.yaml': application('app'),
  'apps/app/settings.yaml': configMap('settings', 'good'),
}
const GUARDS = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations'

/** A map that is one too many, in a namespace. */
function moreIn(namespace: string): string {
  return configMap('more', 'x').replace('namespace: default', `namespace: ${namespace}`)
}

const rows = badInputs<{ readonly namespace: string }>('clusters', {
  'a right that is missing (RBAC)': { namespace: 'closed' },
  'a quota that is used up': { namespace: 'full' },
  'an admission webhook that says no': { namespace: 'guarded' },
  'an admission webhook that cannot be reached': { namespace: 'unguarded' },
})

describeWith(['kube-apiserver', 'etcd', 'openssl'], 'what a real API server refuses', () => {
  const held = new AsyncDisposableStack()
  let opened:
    | {
        readonly up: Up
        readonly server: ApiServer
        readonly admin: ByPath
        readonly fleet: Fleet
        readonly kubeconfig: string
      }
    | undefined
  const there = (): NonNullable<typeof opened> => {
    assert(opened !== undefined, 'the plane has started')
    return opened
  }

  beforeAll(async () => {
    const dir = temporaryDir('bad-clusters')
    held.defer(dir.remove)
    const users = [{ token: 'tidemark-of-a-test', name: 'tidemark' }]
    const server = held.use(await startApiServer({ users }))
    const certificates = held.use(await makeCertificates())
    const guard = await startGuard(certificates)
    held.defer(() => {
      guard.close()
    })
    const { url, caFile, token } = server
    const admin = byPath(held.use(await startCountingProxy({ url, caFile, token })))
    await furnish(admin, { certificates, guard })
    const kubeconfig = join(dir.path, 'kubeconfig')
    const text = readFileSync(server.kubeconfig, 'utf8').replace(token, 'tidemark-of-a-test')
    writeFileSync(kubeconfig, text, { mode: 0o600 })
    const fleet = await fileFleet(join(dir.path, 'fleet.git'), GOOD)
    const args = ['--repo', fleet.url, '--path', 'clusters/test', '--interval', '1h']
    const context = ['--context', 'test=test', '--kubeconfig', kubeconfig]
    const up = held.use(new Up({ dataDir: join(dir.path, 'data'), args: [...args, ...context] }))
    await up.mustStart()
    opened = { up, server, admin, fleet, kubeconfig }
    await up.api.ready(['app'], { ms: WAIT })
  }, SLOW)
  afterAll(async () => {
    await held.disposeAsync()
  }, SLOW)

  /** Pushes what takes it away again, and waits until all is well. */
  async function mend(): Promise<void> {
    const { up, fleet, admin } = there()
    const commit = await fleet.push({ [MORE]: undefined })
    expect(await up.poke(fleet.url)).toBe(202)
    await up.api.ready(['app'], { commit, ms: WAIT })
    expect(await admin.get(MAP)).toMatchObject({ data: { value: 'good' } })
  }

  test.for(rows)(
    '$input: told in its words with the way out; what runs stays',
    { timeout: SLOW },
    async ({ namespace, told }) => {
      const { up, admin, fleet } = there()
      await fleet.push({ [MORE]: moreIn(namespace) })
      expect(await up.poke(fleet.url)).toBe(202)
      await whyTells(up, 'app', [/!! {2}apply/u, ...told])
      await phase(up, 'app', (is) => is === Phase.PHASE_FAILED)
      expect(await admin.get(MAP)).toMatchObject({ data: { value: 'good' } })
      expect(up.exit).toBeUndefined()
      await mend()
    },
  )

  test(
    'check looks at a real API server: its version, our rights and its clock, for each user',
    async () => {
      const { server, kubeconfig, up, fleet } = there()
      const check = (file: string): ReturnType<typeof cli> =>
        cli('check', '--context', 'test=test', '--kubeconfig', file, '--repo', fleet.url)
      const all = await check(server.kubeconfig)
      expect(all.text).toMatch(/ok {2}test +the API server is reached, Kubernetes v1\.36\./u)
      expect(all.text).toMatch(/ok {2}test rights +everything may be done/u)
      expect(all.text).toMatch(/ok {2}test clock +it agrees with this one/u)
      expect(all.text).toMatch(/ok {2}repository +\S+ is read, at main@sha1:/u)
      expect(all.code).toBe(0)
      const some = await check(kubeconfig)
      expect(some.text).toMatch(/test rights +not everything may be done: what is forbidden fails/u)
      expect(some.code).toBe(0)
      const registered = await cli(
        'cluster',
        'check',
        'test',
        '--data-dir',
        up.dataDir,
        '--kubeconfig',
        kubeconfig,
      )
      expect(registered.text).toMatch(/ok {2}plane +the applier reaches test: 2 of 2 applications/u)
    },
    SLOW,
  )

  test(
    'an API server that is down: told by its cluster and address, and gone on with when it is back',
    async () => {
      const { up, server, admin, fleet } = there()
      await server.kill()
      const commit = await fleet.push({ 'apps/app/settings.yaml': configMap('settings', 'late') })
      expect(await up.poke(fleet.url)).toBe(202)
      const printed = await whyTells(up, 'app', badInput('an API server that is down'))
      expect(printed).toContain(new URL(server.url).host)
      expect(up.exit).toBeUndefined()
      await server.restart()
      await up.api.ready(['app'], { commit, ms: WAIT })
      expect(await admin.get(MAP)).toMatchObject({ data: { value: 'late' } })
      await whyTells(up, 'app', [/ok {2}health/u, /^(?:(?!!!).)*$/su])
    },
    SLOW,
  )
})

/** A webhook that lets nothing pass. */
function startGuard({ server }: Certificates): Promise<Server> {
  const pair = { cert: readFileSync(server.certFile), key: readFileSync(server.keyFile) }
  return new Promise((resolve) => {
    const guard = createServer(pair, (request, response) => {
      const pieces: Buffer[] = []
      request.on('data', (piece: Buffer) => pieces.push(piece))
      request.on('end', () => {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- An API server speaks AdmissionReview.
        const review = JSON.parse(Buffer.concat(pieces).toString()) as {
          readonly request: { readonly uid: string }
        }
        const status = { message: 'maps need an owner; set the label owner' }
        const answer = { uid: review.request.uid, allowed: false, status }
        response.writeHead(200, { 'content-type': 'application/json' })
        response.end(
          JSON.stringify({
            apiVersion: 'admission.k8s.io/v1',
            kind: 'AdmissionReview',
            response: answer,
          }),
        )
      })
    }).listen(0, '127.0.0.1', () => resolve(guard))
  })
}

/** Namespaces that are open, closed, full, guarded by a webhook, and by one that is not there. */
async function furnish(
  admin: ByPath,
  { certificates, guard }: { readonly certificates: Certificates; readonly guard: Server },
): Promise<void> {
  const rbac = '/apis/rbac.authorization.k8s.io/v1'
  const subjects = [{ kind: 'User', name: 'tidemark', apiGroup: 'rbac.authorization.k8s.io' }]
  for (const name of ['closed', 'full', 'guarded', 'unguarded'])
    await admin.create('/api/v1/namespaces', {
      metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
    })
  await admin.create(`${rbac}/clusterroles`, {
    metadata: { name: 'looks' },
    rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] }],
  })
  await admin.create(`${rbac}/clusterrolebindings`, {
    metadata: { name: 'looks' },
    roleRef: clusterRole('looks'),
    subjects,
  })
  for (const namespace of ['default', 'full', 'guarded', 'unguarded'])
    await admin.create(`${rbac}/namespaces/${namespace}/rolebindings`, {
      metadata: { name: 'writes' },
      roleRef: clusterRole('cluster-admin'),
      subjects,
    })
  await admin.create('/api/v1/namespaces/full/resourcequotas', {
    metadata: { name: 'maps' },
    spec: { hard: { 'count/configmaps': '1' } },
  })
  // No controller counts here: what it would write.
  const counted = { hard: { 'count/configmaps': '1' }, used: { 'count/configmaps': '1' } }
  await admin.edit('/api/v1/namespaces/full/resourcequotas/maps/status', { status: counted })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- It listens on TCP.
  const { port } = guard.address() as AddressInfo
  const caBundle = readFileSync(certificates.caFile).toString('base64')
  const url = `https://127.0.0.1:${port}/`
  await admin.create(GUARDS, webhook('guard', 'guarded', { url, caBundle }))
  await admin.create(
    GUARDS,
    webhook('absent', 'unguarded', { url: 'https://127.0.0.1:1/', caBundle }),
  )
}

/** A webhook that is asked about each map of a namespace. */
function webhook(name: string, namespace: string, clientConfig: object): object {
  return {
    metadata: { name },
    webhooks: [
      {
        name: `${name}.example.com`,
        clientConfig,
        rules: [
          {
            apiGroups: [''],
            apiVersions: ['v1'],
            operations: ['CREATE', 'UPDATE'],
            resources: ['configmaps'],
          },
        ],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        failurePolicy: 'Fail',
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
      },
    ],
  }
}

function clusterRole(name: string): object {
  return { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name }
}
