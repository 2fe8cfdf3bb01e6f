import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'

import { systemClock, systemRandom } from '@tidemark/kernel'
import {
  type ClusterAccess,
  directAccess,
  type FollowEvent,
  KubeClient,
  readKubeconfig,
} from '@tidemark/kube'
import { expect, test } from 'vitest'

import { type ApiServer, startApiServer } from '../rig/components/api-server.ts'
import { makeCertificates } from '../rig/components/certificates.ts'
import { describeWith } from '../rig/components/describe-with.ts'

const NEVER = new AbortController().signal
const CONFIG_MAP = { group: '', version: 'v1', kind: 'ConfigMap' }

describeWith(['etcd', 'kube-apiserver', 'openssl'], 'signing in to a real kube-apiserver', () => {
  test('by the token of a kubeconfig, by a certificate, through a proxy; a user without rights is refused', async () => {
    using certificates = await makeCertificates()
    const visitor = { token: 'visitor-token', name: 'visitor' }
    const args = [`--client-ca-file=${certificates.caFile}`]
    await using server = await startApiServer({ users: [visitor], args })

    await using admin = clientOf(
      await readKubeconfig({ ...KUBECONFIG, path: server.kubeconfig, context: 'test' }),
    )
    expect(await admin.list(CONFIG_MAP, {}, NEVER)).toMatchObject({ kind: 'listed' })

    const ca = readFileSync(server.caFile, 'utf8')
    await using guest = clientOf(directAccess({ server: server.url, token: 'visitor-token', ca }))
    const no = await guest.list(CONFIG_MAP, {}, NEVER)
    expect(no).toMatchObject({ kind: 'refused', reason: 'forbidden' })
    expect(no.kind === 'refused' && no.message).toContain('User "visitor"')

    const pair = await certificates.client('carrier')
    await using carrier = clientOf(await withCertificate(server, pair))
    const unknown = await carrier.list(CONFIG_MAP, {}, NEVER)
    expect(unknown.kind === 'refused' && unknown.message).toContain('User "carrier"')

    await using proxy = await startProxy()
    const access = directAccess({ server: server.url, token: server.token, ca })
    await using proxied = clientOf({ ...access, proxyUrl: proxy.url })
    expect(await proxied.list(CONFIG_MAP, {}, NEVER)).toMatchObject({ kind: 'listed' })
    expect(proxy.tunnels()).toBeGreaterThan(0)

    await using stranger = clientOf(directAccess({ server: server.url, token: 'nobody', ca }))
    await expect(stranger.version(NEVER)).rejects.toMatchObject({ code: 'cluster-sign-in-refused' })
    await using careful = clientOf(directAccess({ server: server.url, token: server.token }))
    await expect(careful.version(NEVER)).rejects.toMatchObject({ code: 'cluster-unreachable' })
  }, 60_000)
})

describeWith(['etcd', 'kube-apiserver'], 'following a real kube-apiserver', () => {
  test('its death is an interruption; after its return nothing is missed, with at most one new list', async () => {
    await using server = await startApiServer()
    const ca = readFileSync(server.caFile, 'utf8')
    await using client = clientOf(directAccess({ server: server.url, token: server.token, ca }))
    const ended = new AbortController()
    const events: FollowEvent[] = []
    const following = (async () => {
      for await (const event of client.follow(CONFIG_MAP, { namespace: 'default' }, ended.signal))
        events.push(event)
    })()
    await expect.poll(() => events.map(({ kind }) => kind)).toContain('listed')
    await apply(client, 'before')
    await expect.poll(() => namesIn(events)).toContain('before')
    await server.kill()
    await expect.poll(() => events.at(-1)?.kind, { timeout: 10_000 }).toBe('interrupted')
    await server.restart()
    await apply(client, 'after')
    await expect.poll(() => namesIn(events), { timeout: 60_000 }).toContain('after')
    expect(events.filter(({ kind }) => kind === 'interrupted')).toHaveLength(1)
    expect(client.requests.of('list')).toBeLessThanOrEqual(2)
    ended.abort()
    await following
  }, 120_000)
})

const KUBECONFIG = { exec: 'refused', clock: systemClock } as const

function clientOf(access: ClusterAccess): KubeClient {
  return new KubeClient({ cluster: 'real', access, clock: systemClock, random: systemRandom })
}

function withCertificate(
  server: ApiServer,
  pair: { readonly certFile: string; readonly keyFile: string },
): Promise<ClusterAccess> {
  const path = join(dirname(server.kubeconfig), 'carrier')
  writeFileSync(
    path,
    `apiVersion: v1
kind: Config
clusters: [{name: a, cluster: {server: "${server.url}", certificate-authority: ${server.caFile}}}]
users: [{name: a, user: {client-certificate: ${pair.certFile}, client-key: ${pair.keyFile}}}]
contexts: [{name: a, context: {cluster: a, user: a}}]
`,
  )
  return readKubeconfig({ ...KUBECONFIG, path, context: 'a' })
}

/** A proxy that opens tunnels (CONNECT) on this machine. */
async function startProxy(): Promise<
  AsyncDisposable & { readonly url: string; readonly tunnels: () => number }
> {
  let tunnels = 0
  const server = createServer()
  server.on('connect', (request, socket, head) => {
    tunnels += 1
    const { hostname, port } = new URL(`http://${request.url}`)
    const target = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      target.write(head)
      target.pipe(socket).pipe(target)
    })
    target.on('error', () => socket.destroy())
    socket.on('error', () => target.destroy())
  })
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
  return {
    url: `http://127.0.0.1:${port}`,
    tunnels: () => tunnels,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
    },
  }
}

async function apply(client: KubeClient, name: string): Promise<void> {
  const metadata = { name, namespace: 'default' }
  const body = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata })
  const ref = { ...CONFIG_MAP, namespace: 'default', name }
  await client.apply({ ref, body }, { fieldManager: 'test', conflicts: 'taken' }, NEVER)
}

function namesIn(events: readonly FollowEvent[]): string {
  return JSON.stringify(
    events.map((event) =>
      'object' in event
        ? event.object['metadata']
        : 'objects' in event
          ? event.objects.map((one) => one['metadata'])
          : '',
    ),
  )
}
