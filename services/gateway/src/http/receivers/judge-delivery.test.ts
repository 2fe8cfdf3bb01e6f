import { Secret } from '@tidemark/kernel'
import type { ReceiverModel, ReceiverType } from '@tidemark/flux'
import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { expect, test } from 'vitest'
import { judgeDelivery } from './judge-delivery.ts'

const TOKEN = 'correct horse'
const NOW_MS = Date.parse('2026-08-07T12:00:00Z')
const google = generateKeyPairSync('rsa', { modulusLength: 2048 })
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 })
const EMAIL = 'push@shop.iam.gserviceaccount.com'
const AUDIENCE = 'https://hooks.example.com'
const JWKS = JSON.stringify({
  keys: [{ ...google.publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }],
})

type Headers = Readonly<Record<string, string>>
type Kind = ReceiverModel['type']

interface Sample {
  readonly type: Kind
  readonly body: unknown
  /** Of a genuine sender. */
  readonly headers: (body: string) => Headers
  /** The same with another token; `undefined` where only the address is secret. */
  readonly forged?: (body: string) => Headers
  /** What the sender calls the event, in which header. */
  readonly event?: readonly [header: string, event: string]
}

const hex = (algorithm: string, body: string, key: string): string =>
  createHmac(algorithm, key).update(body).digest('hex')
const json = { 'content-type': 'application/json' }

const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
function idToken(key: KeyObject, claims: object = {}): string {
  const text = `${base64({ alg: 'RS256', kid: 'one', typ: 'JWT' })}.${base64({
    aud: AUDIENCE,
    email: EMAIL,
    email_verified: true,
    exp: NOW_MS / 1000 + 60,
    iat: NOW_MS / 1000,
    iss: 'https://accounts.google.com',
    ...claims,
  })}`
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), key).toString('base64url')}`
}

const githubPush = {
  ref: 'refs/heads/main',
  before: '6113728f27ae82c7b1a177c8d03f9e96e0adf246',
  after: '0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c',
  repository: {
    id: 186853002,
    full_name: 'shop/fleet',
    clone_url: 'https://github.com/shop/fleet.git',
  },
  pusher: { name: 'ada', email: 'ada@example.com' },
  head_commit: { id: '0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c', message: 'grüße' },
}

const SAMPLES: readonly Sample[] = [
  { type: 'generic', body: { anything: true }, headers: () => ({}) },
  {
    type: 'generic-hmac',
    body: { anything: true },
    headers: (body) => ({ 'x-signature': `sha512=${hex('sha512', body, TOKEN)}` }),
    forged: (body) => ({ 'x-signature': `sha512=${hex('sha512', body, 'wrong')}` }),
  },
  {
    type: 'github',
    body: githubPush,
    headers: (body) => ({
      ...json,
      'x-github-event': 'push',
      'x-hub-signature': `sha1=${hex('sha1', body, TOKEN)}`,
      'x-hub-signature-256': `sha256=${hex('sha256', body, TOKEN)}`,
    }),
    forged: (body) => ({
      ...json,
      'x-github-event': 'push',
      // The stronger of the two counts.
      'x-hub-signature': `sha1=${hex('sha1', body, TOKEN)}`,
      'x-hub-signature-256': `sha256=${hex('sha256', body, 'wrong')}`,
    }),
    event: ['x-github-event', 'push'],
  },
  {
    type: 'bitbucket',
    body: {
      eventKey: 'repo:refs_changed',
      date: '2026-08-07T13:45:56+1000',
      actor: { name: 'admin' },
      repository: { slug: 'fleet', project: { key: 'SHOP' } },
      changes: [{ ref: { id: 'refs/heads/main' }, type: 'UPDATE' }],
    },
    headers: (body) => ({
      'content-type': 'application/json; charset=utf-8',
      'x-event-key': 'repo:refs_changed',
      'x-hub-signature': `sha256=${hex('sha256', body, TOKEN)}`,
    }),
    forged: (body) => ({ ...json, 'x-hub-signature': `sha256=${hex('sha256', body, 'wrong')}` }),
    event: ['x-event-key', 'repo:refs_changed'],
  },
  {
    type: 'gitlab',
    body: {
      object_kind: 'push',
      ref: 'refs/heads/main',
      project: { git_http_url: 'https://gitlab.com/shop/fleet.git' },
    },
    headers: () => ({ 'x-gitlab-token': TOKEN, 'x-gitlab-event': 'Push Hook' }),
    forged: () => ({ 'x-gitlab-token': `${TOKEN}r`, 'x-gitlab-event': 'Push Hook' }),
    event: ['x-gitlab-event', 'Push Hook'],
  },
  {
    type: 'harbor',
    body: {
      type: 'PUSH_ARTIFACT',
      occur_at: 1_786_108_800,
      event_data: { repository: { repo_full_name: 'shop/web' } },
    },
    headers: () => ({ authorization: TOKEN }),
    forged: () => ({ authorization: 'Bearer wrong' }),
  },
  {
    type: 'dockerhub',
    body: {
      push_data: { tag: 'v1', pusher: 'ada' },
      repository: { repo_url: 'https://hub.docker.com/r/shop/web' },
    },
    headers: () => json,
  },
  {
    type: 'quay',
    body: { docker_url: 'quay.io/shop/web', updated_tags: ['v1'], name: 'web' },
    headers: () => json,
  },
  {
    type: 'acr',
    body: {
      id: 'cb8c3971',
      action: 'push',
      target: { repository: 'shop/web', tag: 'v1', digest: 'sha256:80f0' },
    },
    headers: () => json,
  },
  {
    type: 'nexus',
    body: {
      timestamp: '2026-08-07T15:11:24.441+00:00',
      repositoryName: 'charts',
      action: 'UPDATED',
    },
    headers: (body) => ({ 'x-nexus-webhook-signature': hex('sha1', body, TOKEN) }),
    forged: (body) => ({ 'x-nexus-webhook-signature': hex('sha1', body, 'wrong') }),
  },
  {
    type: 'gcr',
    body: {
      message: {
        data: Buffer.from(
          '{"action":"INSERT","digest":"gcr.io/shop/web@sha256:6ec1","tag":"gcr.io/shop/web:v1"}',
        ).toString('base64'),
        messageId: '136969346945',
        publishTime: '2026-08-07T12:00:00Z',
      },
      subscription: 'projects/shop/subscriptions/tidemark',
    },
    headers: () => ({ authorization: `Bearer ${idToken(google.privateKey)}` }),
    forged: () => ({ authorization: `Bearer ${idToken(stranger.privateKey)}` }),
  },
  {
    type: 'cdevents',
    body: {
      context: {
        version: '0.4.1',
        id: '271069a8-fc18-44f1-b38f-9d70a1695819',
        source: '/ci/shop',
        type: 'dev.cdevents.change.merged.0.2.0',
        timestamp: '2026-08-07T12:00:00Z',
      },
      subject: { id: 'change-123', source: '/ci/shop', type: 'change', content: {} },
    },
    headers: () => ({ ...json, 'ce-type': 'dev.cdevents.change.merged.0.2.0' }),
    event: ['ce-type', 'dev.cdevents.change.merged.0.2.0'],
  },
]

interface Trying {
  readonly headers?: ((body: string) => Headers) | undefined
  readonly body?: unknown
  readonly events?: readonly string[]
  readonly secret?: Readonly<Record<string, string>>
}

function judge(sample: Sample, { headers, body, events = [], secret }: Trying = {}): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? sample.body)
  const values = secret ?? { token: TOKEN, email: EMAIL, audience: AUDIENCE, jwks: JWKS }
  const verdict = judgeDelivery(
    {
      model: {
        name: 'hook',
        namespace: 'flux-system',
        type: sample.type,
        events,
        resources: [],
        secretName: 'token',
        suspend: false,
      },
      values: new Secret(
        new Map(Object.entries(values).map(([key, value]) => [key, Buffer.from(value)])),
      ),
    },
    { headers: (headers ?? sample.headers)(text), body: Buffer.from(text) },
    NOW_MS,
  )
  return verdict.kind
}

const signed = SAMPLES.filter(({ forged }) => forged !== undefined)
const named = SAMPLES.filter(({ event }) => event !== undefined)
/** Their headers hold for one body alone. */
const OF_BODY: ReadonlySet<string> = new Set(['generic-hmac', 'github', 'bitbucket', 'nexus'])

test.each(SAMPLES)(
  'a delivery of $type is taken, and none without a token to hold it against',
  (s) => {
    expect(judge(s)).toBe('genuine')
    expect(judge(s, { secret: {} })).toBe('unready')
  },
)

test.each(signed)('a delivery of $type with a wrong signature, or none, is forged', (sample) => {
  expect(judge(sample, { headers: sample.forged })).toBe('forged')
  expect(judge(sample, { headers: () => json })).toBe('forged')
})

test.each(signed.filter(({ type }) => OF_BODY.has(type)))(
  'a signature of $type is of its body and of no other',
  (sample) => {
    const headers = (): Headers => sample.headers('{"other":true}')
    expect(judge(sample, { headers })).toBe('forged')
  },
)

test.each(named)('of $type the events that are listed count', (sample) => {
  const [header, name] = sample.event ?? ['', '']
  expect(judge(sample, { events: ['other', name.toUpperCase()] })).toBe('genuine')
  expect(judge(sample, { events: ['other'] })).toBe('unfit')
  const without = (body: string): Headers => ({ ...sample.headers(body), [header]: '' })
  expect(judge(sample, { events: [name], headers: without })).toBe('unfit')
})

test('every type has a sample', () => {
  const types: readonly ReceiverType[] = SAMPLES.map(({ type }) => type)
  expect(new Set(types).size).toBe(12)
})

test.each(['dockerhub', 'quay', 'acr', 'cdevents', 'nexus', 'gcr'])(
  'a body that is none of %s is told so, to a sender who is known',
  (type) => {
    const sample = SAMPLES.find((known) => known.type === type)
    if (sample === undefined) throw new Error('no sample')
    for (const body of ['', 'not json', '[1]', '"text"'])
      expect(judge(sample, { body })).toBe('unfit')
  },
)

test('a signature says nothing with an unknown algorithm, as half a digest, or empty', () => {
  const [, sample] = SAMPLES
  if (sample === undefined) throw new Error('no sample')
  for (const signature of [
    '',
    'sha256=',
    'md5=abcd',
    'sha256',
    `sha256=${'00'.repeat(16)}`,
    'constructor=00',
  ])
    expect(judge(sample, { headers: () => ({ 'x-signature': signature }) })).toBe('forged')
})

test.each([
  ['another audience', { aud: 'https://elsewhere.example.com' }],
  ['another account', { email: 'other@shop.iam.gserviceaccount.com' }],
  ['an account that is not verified', { email_verified: false }],
  ['an issuer that is not Google', { iss: 'https://accounts.example.com' }],
  ['a time that is over', { exp: NOW_MS / 1000 - 1 }],
])('a token of Google for %s is refused', (_, claims) => {
  const sample = SAMPLES.find(({ type }) => type === 'gcr')
  if (sample === undefined) throw new Error('no sample')
  const headers = (): Headers => ({ authorization: `Bearer ${idToken(google.privateKey, claims)}` })
  expect(judge(sample, { headers })).toBe('forged')
})

test('a token without a signature, or with none at all, is refused', () => {
  const sample = SAMPLES.find(({ type }) => type === 'gcr')
  if (sample === undefined) throw new Error('no sample')
  const [head = '', claims = ''] = idToken(google.privateKey).split('.')
  const none = base64({ alg: 'none', kid: 'one' })
  for (const token of [`${head}.${claims}.`, `${none}.${claims}.AA`, 'x', ''])
    expect(judge(sample, { headers: () => ({ authorization: `Bearer ${token}` }) })).toBe('forged')
})
