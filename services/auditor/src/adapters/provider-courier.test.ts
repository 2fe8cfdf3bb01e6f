import type { ProviderModel } from '@tidemark/flux'
import { EMBEDDED_POLICY, platformPolicy, type AddressPolicy } from '@tidemark/git'
import { Secret, systemClock, systemRandom } from '@tidemark/kernel'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { createServer as createTcpServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import type { Parcel } from '../ports.ts'
import type { FluxEvent } from '../steps/flux-event.ts'
import { providerCourier } from './provider-courier.ts'

interface Seen {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

interface Server extends AsyncDisposable {
  readonly url: string
  readonly seen: readonly Seen[]
}

/** A server that keeps what it is asked, and answers as it is told. */
async function startServer(
  answer: (seen: Seen) => { readonly status: number; readonly body?: string } = () => ({
    status: 200,
  }),
): Promise<Server> {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const one = { method, path: url, headers, body: Buffer.concat(chunks).toString('utf8') }
      seen.push(one)
      const { status, body = '' } = answer(one)
      response.writeHead(status, { 'content-type': 'application/json' }).end(body)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- It listens on TCP.
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const EVENT: FluxEvent = {
  involvedObject: {
    kind: 'Kustomization',
    namespace: 'flux-system',
    name: 'shop',
    uid: '3c8a5ad5-0f6e-8d55-9d0a-6d1d2f3a4b5c',
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  },
  severity: 'error',
  timestamp: '2026-08-07T12:00:00Z',
  message: 'apps/shop/deploy.yaml:3: <replicas> & more',
  reason: 'BuildFailed',
  metadata: { cluster: 'test', revision: 'main@sha1:0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c' },
  reportingController: 'kustomize-controller',
  reportingInstance: 'tidemark',
}
const COMMIT = '0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c'
const STATUS = 'kustomization/shop/1a2b3c4d'
const EVENT_JSON =
  '{"involvedObject":{"kind":"Kustomization","namespace":"flux-system","name":"shop","uid":"3c8a5ad5-0f6e-8d55-9d0a-6d1d2f3a4b5c","apiVersion":"kustomize.toolkit.fluxcd.io/v1"},"severity":"error","timestamp":"2026-08-07T12:00:00Z","message":"apps/shop/deploy.yaml:3: \\u003creplicas\\u003e \\u0026 more","reason":"BuildFailed","metadata":{"cluster":"test","revision":"main@sha1:0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c"},"reportingController":"kustomize-controller","reportingInstance":"tidemark"}'
const FIELDS =
  '[{"title":"cluster","value":"test","short":false},{"title":"revision","value":"main@sha1:0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c","short":false}]'

interface Sending {
  readonly provider?: Partial<ProviderModel>
  readonly secret?: Readonly<Record<string, string>>
  readonly event?: FluxEvent
  readonly policy?: AddressPolicy
}

function deliver(
  type: ProviderModel['type'],
  address: string,
  { provider = {}, secret, event = EVENT, policy = EMBEDDED_POLICY }: Sending = {},
): ReturnType<ReturnType<typeof providerCourier>['deliver']> {
  const parcel: Parcel = {
    event,
    provider: {
      name: 'hook',
      namespace: 'flux-system',
      type,
      channel: '',
      username: '',
      address,
      timeoutMs: 15_000,
      proxy: '',
      secretName: '',
      proxySecretName: '',
      certSecretName: '',
      suspend: false,
      ...provider,
    },
    credentials:
      secret === undefined
        ? undefined
        : new Secret(
            new Map(Object.entries(secret).map(([key, value]) => [key, Buffer.from(value)])),
          ),
    proxy: undefined,
    certificates: undefined,
    commit: COMMIT,
    status: STATUS,
  }
  const parts = { clock: systemClock, random: systemRandom, policy, proxies: undefined }
  return providerCourier(parts).deliver(parcel, new AbortController().signal)
}

test('generic gets the whole event, as Go writes JSON, with the headers of its Secret', async () => {
  await using server = await startServer(() => ({ status: 202 }))
  const secret = { headers: 'Authorization: Bearer abc\nX-Count: 3\n' }
  expect(await deliver('generic', `${server.url}/hook?a=b`, { secret })).toEqual({ kind: 'sent' })
  expect(server.seen).toMatchObject([
    {
      method: 'POST',
      path: '/hook?a=b',
      body: EVENT_JSON,
      headers: {
        'content-type': 'application/json',
        'gotk-component': 'kustomize-controller',
        authorization: 'Bearer abc',
        'x-count': '3',
      },
    },
  ])
})

test('generic-hmac signs those bytes', async () => {
  await using server = await startServer()
  await deliver('generic-hmac', server.url, { secret: { token: 'key' } })
  const [seen] = server.seen
  const hex = createHmac('sha256', 'key').update(EVENT_JSON).digest('hex')
  expect(seen?.headers['x-signature']).toBe(`sha256=${hex}`)
  expect(seen?.body).toBe(EVENT_JSON)
  expect(await deliver('generic-hmac', server.url)).toMatchObject({ code: 'PROVIDER_SECRET' })
})

test('slack, by a webhook whose address is in the Secret', async () => {
  await using server = await startServer()
  const secret = { address: ` ${server.url}/services/T0/B0 \n`, token: 'xoxb' }
  const provider = { channel: 'ops', username: 'bot' }
  expect(await deliver('slack', 'http://other.invalid', { provider, secret })).toEqual({
    kind: 'sent',
  })
  const [seen] = server.seen
  expect(seen?.headers.authorization).toBe('Bearer xoxb')
  expect(seen?.path).toBe('/services/T0/B0')
  expect(seen?.body).toBe(
    `{"channel":"ops","username":"bot","icon_url":"","icon_emoji":"","attachments":[{"fallback":"kustomization/shop.flux-system: apps/shop/deploy.yaml:3: \\u003creplicas\\u003e \\u0026 more","color":"danger","author_name":"kustomization/shop.flux-system","text":"apps/shop/deploy.yaml:3: \\u003creplicas\\u003e \\u0026 more","mrkdwn_in":["text"],"fields":${FIELDS}}]}`,
  )
})

test('discord takes the messages of slack at /slack', async () => {
  await using server = await startServer(() => ({ status: 204 }))
  const event: FluxEvent = { ...EVENT, severity: 'info', message: 'done' }
  expect(await deliver('discord', `${server.url}/api/webhooks/1/x`, { event })).toEqual({
    kind: 'sent',
  })
  const [seen] = server.seen
  expect(seen?.path).toBe('/api/webhooks/1/x/slack')
  expect(seen?.body).toBe(
    `{"channel":"","username":"kustomize-controller","icon_url":"","icon_emoji":"","attachments":[{"fallback":"","color":"good","author_name":"kustomization/shop.flux-system","text":"done","mrkdwn_in":["text"],"fields":${FIELDS}}]}`,
  )
})

test('teams gets an adaptive card, with the summary first', async () => {
  await using server = await startServer()
  const event: FluxEvent = {
    ...EVENT,
    message: 'broken',
    metadata: { a: '1', summary: 'shop is down' },
  }
  await deliver('msteams', `${server.url}/workflow`, { event })
  expect(server.seen[0]?.body).toBe(
    '{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","content":{"$schema":"http://adaptivecards.io/schemas/adaptive-card.json","type":"AdaptiveCard","version":"1.4","body":[{"type":"Container","items":[{"type":"TextBlock","text":"kustomization/shop.flux-system","size":"large","weight":"bolder","wrap":true},{"type":"TextBlock","text":"broken","color":"attention","wrap":true},{"type":"FactSet","facts":[{"title":"summary","value":"shop is down"},{"title":"a","value":"1"}]}]}],"msteams":{"width":"Full"}}}]}',
  )
})

const DESCRIPTION = 'build failed: apps/shop/deploy.yaml:3: <replicas> & more'

test('github sets a status on the commit, with what is wrong beside it', async () => {
  await using server = await startServer(({ method }) => ({
    status: method === 'GET' ? 200 : 201,
    body: '[]',
  }))
  const secret = { token: 'ghp' }
  expect(await deliver('github', `${server.url}/shop/fleet.git`, { secret })).toEqual({
    kind: 'sent',
  })
  const [listed, created] = server.seen
  expect(listed?.path).toBe(`/api/v3/repos/shop/fleet/commits/${COMMIT}/statuses?per_page=50`)
  expect(listed?.headers).toMatchObject({
    accept: 'application/vnd.github.v3+json',
    authorization: 'Bearer ghp',
    'x-github-api-version': '2022-11-28',
  })
  expect(created).toMatchObject({
    method: 'POST',
    path: `/api/v3/repos/shop/fleet/statuses/${COMMIT}`,
  })
  expect(created?.body).toBe(
    `{"state":"failure","description":"${DESCRIPTION}","context":"${STATUS}"}\n`,
  )
})

test('github is not told twice what its newest status says', async () => {
  const body = JSON.stringify([
    { context: 'other', state: 'success', description: '' },
    { context: STATUS, state: 'failure', description: DESCRIPTION },
  ])
  await using server = await startServer(() => ({ status: 200, body }))
  await deliver('github', `${server.url}/shop/fleet`, { secret: { token: 'ghp' } })
  expect(server.seen.map(({ method }) => method)).toEqual(['GET'])
})

test('gitlab sets a status by name, in a project of any depth', async () => {
  await using server = await startServer(() => ({ status: 200, body: '[]' }))
  const event: FluxEvent = { ...EVENT, severity: 'info', reason: 'ReconciliationSucceeded' }
  const secret = { password: 'glpat' }
  await deliver('gitlab', `${server.url}/group/sub.group/fleet.git`, { secret, event })
  const [listed, created] = server.seen
  const project = '/api/v4/projects/group%2Fsub%2Egroup%2Ffleet'
  expect(listed?.path).toBe(
    `${project}/repository/commits/${COMMIT}/statuses?name=kustomization%2Fshop%2F1a2b3c4d`,
  )
  expect(listed?.headers['private-token']).toBe('glpat')
  expect(created?.path).toBe(`${project}/statuses/${COMMIT}`)
  expect(created?.body).toBe(
    `{"state":"success","name":"${STATUS}","description":"reconciliation succeeded"}`,
  )
})

test('gitea sets a status on the commit', async () => {
  await using server = await startServer(() => ({ status: 200, body: '[]' }))
  await deliver('gitea', `${server.url}/shop/fleet`, { secret: { token: 'gt' } })
  const [listed, created] = server.seen
  expect(listed?.path).toBe(`/api/v1/repos/shop/fleet/commits/${COMMIT}/statuses?limit=50&page=1`)
  expect(listed?.headers.authorization).toBe('token gt')
  expect(created?.path).toBe(`/api/v1/repos/shop/fleet/statuses/${COMMIT}`)
  expect(created?.body).toBe(
    `{"state":"failure","target_url":"","description":"build failed: apps/shop/deploy.yaml:3: \\u003creplicas\\u003e \\u0026 more","context":"${STATUS}"}`,
  )
})

function toSeen(body: string): Seen {
  return { method: '', path: '', headers: {}, body }
}

/** The part of a NATS server that a publisher meets. What it is sent, line by line. */
async function startNats(): Promise<Server> {
  const lines: string[] = []
  const server = createTcpServer((socket) => {
    socket.write('INFO {"server_id":"s","version":"2.15.2","proto":1,"max_payload":1048576}\r\n')
    socket.on('data', (data) => {
      for (const line of data.toString('utf8').split('\r\n')) {
        if (line === 'PING') socket.write('PONG\r\n')
        else if (line !== '' && line !== 'PONG') lines.push(line)
      }
    })
    socket.on('error', () => socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- It listens on TCP.
  const { port } = server.address() as AddressInfo
  return {
    url: `nats://127.0.0.1:${port}`,
    get seen() {
      return lines.map(toSeen)
    },
    [Symbol.asyncDispose]: async () => {
      server.close()
      await once(server, 'close')
    },
  }
}

test('nats gets the whole event on the subject that spec.channel names', async () => {
  await using server = await startNats()
  const secret = { username: 'ada', password: 'secret' }
  const sent = await deliver('nats', server.url, { provider: { channel: 'flux.events' }, secret })
  expect(sent).toEqual({ kind: 'sent' })
  const lines = server.seen.map(({ body }) => body)
  expect(lines.find((line) => line.startsWith('CONNECT'))).toMatch(/"user":"ada".*"pass":"secret"/u)
  const published = lines.indexOf(`PUB flux.events ${Buffer.byteLength(EVENT_JSON)}`)
  expect(lines[published + 1]).toBe(EVENT_JSON)
  expect(await deliver('nats', server.url)).toMatchObject({ code: 'PROVIDER_ADDRESS' })
})

test('what GitHub shows beside the mark has at most 140 characters', async () => {
  await using server = await startServer(() => ({ status: 200, body: '[]' }))
  const event: FluxEvent = { ...EVENT, message: `one\ntwo ${'💥'.repeat(200)}` }
  await deliver('github', `${server.url}/shop/fleet`, { secret: { token: 'ghp' }, event })
  const { description }: { description: string } = JSON.parse(server.seen[1]?.body ?? '{}')
  expect(description.length).toBeLessThanOrEqual(140)
  expect(description).toMatch(/^build failed: one two 💥+…$/u)
})

test.each([
  [503, 'unanswered'],
  [429, 'unanswered'],
  [401, 'refused'],
  [302, 'refused'],
])(
  'HTTP %i is %s; nothing of the address or the answer is in the message',
  async (status, kind) => {
    await using server = await startServer(() => ({ status, body: 'body of the answer' }))
    const delivered = await deliver('generic', `${server.url}/secret-path`)
    expect(delivered.kind).toBe(kind)
    expect(JSON.stringify(delivered)).not.toMatch(/secret-path|body of|127\.0\.0\.1/u)
  },
)

test('a receiver that is not there, or hangs, or is not allowed, is no answer', async () => {
  const [refused, metadata] = await Promise.all([
    deliver('generic', 'http://127.0.0.1:1/x'),
    deliver('generic', 'http://169.254.169.254/latest'),
  ])
  expect(refused).toMatchObject({ kind: 'unanswered', code: 'PROVIDER_UNAVAILABLE' })
  expect(metadata).toMatchObject({ kind: 'unanswered', code: 'PROVIDER_ADDRESS' })
  const policy = platformPolicy({ hosts: ['hooks.example.com'], networks: [] })
  const elsewhere = await deliver('slack', 'https://hooks.example.org/x', { policy })
  expect(elsewhere).toMatchObject({ kind: 'unanswered', code: 'PROVIDER_ADDRESS' })
  const nats = { provider: { channel: 'flux' } }
  expect(await deliver('nats', 'nats://169.254.169.254:4222', nats)).toMatchObject({
    kind: 'unanswered',
    code: 'PROVIDER_ADDRESS',
  })
})

test('an answer that does not end costs no more than the timeout', async () => {
  const server = createServer(() => undefined)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- It listens on TCP.
  const { port } = server.address() as AddressInfo
  const provider = { timeoutMs: 50 }
  const delivered = await deliver('generic', `http://127.0.0.1:${port}`, { provider })
  expect(delivered).toMatchObject({ kind: 'unanswered', code: 'PROVIDER_TIMEOUT' })
  server.closeAllConnections()
  server.close()
})
