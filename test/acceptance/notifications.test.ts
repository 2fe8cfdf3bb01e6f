// Receivers poke, Alerts tell: on a whole plane, with a GitHub that speaks its real protocol.
import { createHash, createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, assert, beforeAll, expect, test } from 'vitest'
import { openSandboxPlane, type SandboxPlane } from '../rig/plane/sandbox-plane.ts'
import { eventually } from '../rig/plane/plane-api.ts'
import { configMap } from './fleet-files.ts'

const SLOW = 300_000 // A machine that may be busy; nothing waits for it to pass.
const WAIT = 90_000 // Less, so that what was missing is told.
const HOOK_TOKEN = 'kestrel-hook-token-0001'
const GITHUB_TOKEN = 'osprey-github-token-0002'
const WEBHOOK_PATH = '/falcon-secret-path-0003'

interface Status {
  readonly commit: string
  readonly state: string
  readonly description: string
  readonly context: string
}

interface Notified {
  readonly reason: string
  readonly message: string
  readonly severity: string
  readonly involvedObject: { readonly kind: string; readonly name: string }
  readonly metadata: Readonly<Record<string, string>>
}

/** GitHub's API of commit statuses, and a webhook beside it. */
class Outside implements AsyncDisposable {
  readonly statuses: Status[] = []
  readonly notified: Notified[] = []
  /** While it is set nothing is answered: it is told how many requests wait. */
  hanging = false
  waiting = 0
  readonly #server = createServer((request, response) => {
    void this.#serve(request, response)
  })

  get url(): string {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- It listens on TCP.
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async start(): Promise<this> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, body } = await this.#answer(request)
    response.writeHead(status, { 'content-type': 'application/json' }).end(body)
  }

  async #answer(request: IncomingMessage): Promise<{ status: number; body: string }> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(Buffer.from(chunk))
    const body = Buffer.concat(chunks).toString('utf8')
    if (this.hanging) {
      this.waiting += 1
      await once(request.socket, 'close')
    }
    const { url = '', method = '', headers } = request
    if (url === WEBHOOK_PATH) {
      this.notified.push(JSON.parse(body))
      return { status: 202, body: '' }
    }
    if (headers.authorization !== `Bearer ${GITHUB_TOKEN}`) return { status: 401, body: '{}' }
    const [, commit = ''] =
      /^\/api\/v3\/repos\/shop\/fleet\/(?:commits|statuses)\/([0-9a-f]{40})/u.exec(url) ?? []
    const own = this.statuses.filter((status) => status.commit === commit)
    if (method === 'GET') return { status: 200, body: JSON.stringify(own.toReversed()) }
    this.statuses.push({ commit, ...JSON.parse(body) })
    return { status: 201, body }
  }
}

const ALERT_KINDS = '[{kind: Kustomization, name: "*"}, {kind: GitRepository, name: "*"}]'

function of(kind: string, name: string, spec: string): string {
  const version = kind === 'Receiver' ? 'v1' : 'v1beta3'
  return `apiVersion: notification.toolkit.fluxcd.io/${version}
kind: ${kind}
metadata: {name: ${name}, namespace: flux-system}
spec: ${spec}
`
}

function declared(outside: string): string {
  return [
    of('Receiver', 'flux-system', RECEIVER),
    of(
      'Provider',
      'github',
      `{type: github, address: ${outside}/shop/fleet, secretRef: {name: github}}`,
    ),
    of('Provider', 'hook', '{type: generic, secretRef: {name: hook-address}}'),
    of('Provider', 'dead', '{type: generic, address: "http://127.0.0.1:1/x"}'),
    of('Provider', 'phone', '{type: telegram, channel: "1"}'),
    of('Alert', 'github', `{providerRef: {name: github}, eventSources: ${ALERT_KINDS}}`),
    of('Alert', 'dead', `{providerRef: {name: dead}, eventSources: ${ALERT_KINDS}}`),
    of(
      'Alert',
      'hook',
      `{providerRef: {name: hook}, eventSources: ${ALERT_KINDS}, eventMetadata: {team: shop}, exclusionList: ["^stored artifact"]}`,
    ),
    `apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: {name: web, namespace: flux-system}
spec: {image: example.com/web, interval: 5m}
`,
    `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: shop, namespace: flux-system}
spec:
  interval: 10m
  path: ./apps/shop
  prune: true
  targetNamespace: default
  sourceRef: {kind: GitRepository, name: flux-system}
`,
  ].join('---\n')
}

const RECEIVER = `
  type: github
  events: [ping, push]
  secretRef: {name: hook-token}
  resources: [{kind: GitRepository, name: flux-system}, {kind: ImageRepository, name: web}]`

const HOOK_PATH = `/hook/${createHash('sha256').update(`${HOOK_TOKEN}flux-systemflux-system`).digest('hex')}`

const held = new AsyncDisposableStack()
let outside: Outside
let plane: SandboxPlane | undefined
const given = (): SandboxPlane => {
  assert(plane !== undefined, 'the plane has started')
  return plane
}

beforeAll(async () => {
  outside = held.use(await new Outside().start())
  plane = held.use(
    await openSandboxPlane('notifications', {
      'clusters/test/all.yaml': declared(outside.url),
      'apps/shop/map.yaml': configMap('shop', 'one'),
    }),
  )
  await plane.up.api.ready(['flux-system'], { ms: WAIT })
  await plane.cluster.create('/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'flux-system' },
  })
  for (const [name, values] of Object.entries({
    'hook-token': { token: HOOK_TOKEN },
    github: { token: GITHUB_TOKEN },
    'hook-address': { address: `${outside.url}${WEBHOOK_PATH}` },
  }))
    await giveSecret(name, values)
}, SLOW)
afterAll(() => held.disposeAsync())

/** One is set by a person, the others are on the cluster. */
async function giveSecret(name: string, values: Readonly<Record<string, string>>): Promise<void> {
  if (name !== 'hook-address') {
    const data = Object.entries(values).map(([key, value]) => [
      key,
      Buffer.from(value).toString('base64'),
    ])
    return await given().cluster.create('/api/v1/namespaces/flux-system/secrets', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name },
      data: Object.fromEntries(data),
    })
  }
  const entries = Object.entries(values).map(([key, value]) => ({ key, value: Buffer.from(value) }))
  await given().up.api.call('setSecret', {
    cluster: 'test',
    namespace: 'flux-system',
    name,
    values: entries,
    requestId: '',
  })
}

/** What GitHub sends when somebody pushes. */
async function deliver({
  token = HOOK_TOKEN,
  event = 'push',
  path = HOOK_PATH,
} = {}): Promise<number> {
  const body = JSON.stringify({ ref: 'refs/heads/main' })
  const signature = createHmac('sha256', token).update(body).digest('hex')
  const response = await fetch(`${given().up.hooks}${path}`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'x-github-event': event,
      'x-hub-signature-256': `sha256=${signature}`,
    },
  })
  return response.status
}

function statusOf(commit: string, name: string): Status | undefined {
  return outside.statuses.findLast(
    (status) => status.commit === commit && status.context.startsWith(`kustomization/${name}/`),
  )
}

async function told(commit: string, name: string, state: string): Promise<Status> {
  await eventually(
    async () =>
      statusOf(commit, name)?.state === state ? undefined : JSON.stringify(outside.statuses),
    { ms: WAIT, what: `status ${state} of ${name} on ${commit}` },
  )
  const status = statusOf(commit, name)
  assert(status !== undefined, 'there is a status')
  return status
}

test(
  'a push that GitHub tells of is applied, and its commit says so',
  { timeout: SLOW },
  async () => {
    await eventually(async () => ((await deliver({ event: 'ping' })) === 200 ? undefined : '404'), {
      ms: WAIT,
      what: 'Receiver',
    })
    const commit = await given().fleet.push({ 'apps/shop/map.yaml': configMap('shop', 'two') })
    expect(await deliver()).toBe(200)
    const status = await told(commit, 'shop', 'success')
    expect(status.description).toBe('reconciliation succeeded')
    expect(status.context).toMatch(/^kustomization\/shop\/[0-9a-f]{8}$/u)
    // The root read nothing that changed: its commit says so all the same.
    await told(commit, 'flux-system', 'success')
  },
)

test('who has another token, or another event, pokes nothing', async () => {
  const { api } = given().up
  const before = await api.head()
  expect(await deliver({ token: 'wrong' })).toBe(401)
  expect(await deliver({ event: 'issues' })).toBe(400)
  expect(await deliver({ path: `/hook/${'0'.repeat(64)}` })).toBe(404)
  const after = await api.events(before)
  expect(after.filter(({ type }) => type === 'PushReceived')).toEqual([])
})

test('a broken push fails on its commit, with file and line', { timeout: SLOW }, async () => {
  const broken = `${configMap('shop', 'three')}---\napiVersion: v1\nkind: ConfigMap\n  name: bad\n`
  const commit = await given().fleet.push({ 'apps/shop/map.yaml': broken })
  expect(await deliver()).toBe(200)
  const status = await told(commit, 'shop', 'failure')
  expect(status.description).toMatch(/^build failed: .*apps\/shop\/map\.yaml.*\d+/u)
})

test('what the API server refuses fails on its commit', { timeout: SLOW }, async () => {
  const refused = configMap('Not_A_Name', 'four')
  const commit = await given().fleet.push({ 'apps/shop/map.yaml': refused })
  await deliver()
  const status = await told(commit, 'shop', 'failure')
  expect(status.description).toMatch(/^reconciliation failed: /u)
})

test(
  'what is being sent when the plane is killed is sent by the next',
  { timeout: SLOW },
  async () => {
    const { up, fleet } = given()
    outside.hanging = true
    outside.waiting = 0
    const commit = await fleet.push({ 'apps/shop/map.yaml': configMap('shop', 'five') })
    await deliver()
    await eventually(async () => (outside.waiting > 0 ? undefined : 'nothing is sent'), {
      ms: WAIT,
      what: 'request that hangs',
    })
    await up.api.ready(['shop'], { commit, ms: WAIT })
    await up.kill()
    expect(statusOf(commit, 'shop')).toBeUndefined()
    outside.hanging = false
    await up.mustStart()
    await told(commit, 'shop', 'success')
  },
)

test(
  'a generic receiver gets the events of Flux, whatever else is dead',
  { timeout: SLOW },
  async () => {
    await eventually(
      async () =>
        outside.notified.some(({ reason }) => reason === 'BuildFailed') ? undefined : 'no failure',
      { ms: WAIT, what: 'failure at the webhook' },
    )
    const failed = outside.notified.find(({ reason }) => reason === 'BuildFailed')
    expect(failed).toMatchObject({
      severity: 'error',
      involvedObject: { kind: 'Kustomization', name: 'shop' },
      metadata: { cluster: 'test', team: 'shop' },
    })
    expect(failed?.message).toContain('apps/shop/map.yaml')
    expect(outside.notified.filter(({ message }) => message.startsWith('stored artifact'))).toEqual(
      [],
    )
    const failures = (await given().up.api.events()).filter(
      ({ type }) => type === 'NotificationFailed',
    )
    expect(failures.map(({ body }) => body['providerId'])).toContain(
      'test_flux-system_provider_dead',
    )
  },
)

test('what is not supported is refused by name, and harms nobody', async () => {
  const { api } = given().up
  const events = await api.events()
  const refusals = events
    .filter(({ type }) => type === 'ApplicationRefused')
    .map(({ body }) => String(body['message']))
  expect(refusals.join('\n')).toContain('ImageRepository flux-system/web: the kind ImageRepository')
  expect(refusals.join('\n')).toContain('Provider flux-system/phone: spec.type is "telegram"')
  // Neither the log nor an event holds what is secret.
  const text = JSON.stringify(events.map(({ body }) => body)) + given().up.log()
  for (const secret of [HOOK_TOKEN, GITHUB_TOKEN, WEBHOOK_PATH]) expect(text).not.toContain(secret)
})
