import type { ServerResponse } from 'node:http'

import { systemClock, systemRandom } from '@tidemark/kernel'
import { VirtualClock } from '@tidemark/kernel/testing'
import { expect, test } from 'vitest'

import { type ClusterAccess, type Credentials, directAccess } from './access.ts'
import type { FollowEvent } from './follow.ts'
import { KubeClient } from './kube-client.ts'
import { textAt } from './kube-object.ts'
import {
  type Answer,
  json,
  type SeenRequest,
  startScriptedServer,
} from './testing/scripted-server.ts'

const NEVER = new AbortController().signal
const MAPS = { group: '', version: 'v1', kind: 'ConfigMap' }
const REF = { ...MAPS, namespace: 'shop', name: 'a' }

/** Old-style discovery of one kind, and `answer` for all else. */
function withDiscovery(answer: Answer): Answer {
  return (request, response) => {
    if (request.url === '/api')
      return json(response, 200, { kind: 'APIVersions', versions: ['v1'] })
    if (request.url === '/apis') return json(response, 200, { kind: 'APIGroupList', groups: [] })
    if (request.url !== '/api/v1') return answer(request, response)
    const resources = [
      { name: 'configmaps', kind: 'ConfigMap', namespaced: true, verbs: ['get', 'watch'] },
      { name: 'configmaps/status', kind: 'ConfigMap', namespaced: true, verbs: ['get'] },
    ]
    return json(response, 200, { kind: 'APIResourceList', resources })
  }
}

function clientOf(
  url: string,
  options: { readonly access?: ClusterAccess; readonly clock?: VirtualClock } = {},
): KubeClient {
  const { access = directAccess({ server: url }), clock = systemClock } = options
  return new KubeClient({ cluster: 'test', access, clock, random: systemRandom })
}

test('a server without aggregated discovery is asked group by group, once', async () => {
  await using server = await startScriptedServer(
    withDiscovery((_, response) => json(response, 404, {})),
  )
  await using client = clientOf(server.url)
  expect(await client.resource(MAPS, NEVER)).toMatchObject({
    plural: 'configmaps',
    scope: 'namespaced',
  })
  await client.get(REF, NEVER)
  await client.get(REF, NEVER)
  expect(client.requests.snapshot()).toEqual({ discover: 3, get: 2 })
})

test('a path before the API is kept, as for one of many sandbox clusters', async () => {
  const seen: string[] = []
  await using server = await startScriptedServer((request, response) => {
    seen.push(request.url)
    return json(response, 200, request.url.endsWith('/version') ? { gitVersion: 'v1.36.3' } : {})
  })
  await using client = clientOf(`${server.url}/clusters/one/`)
  expect(await client.version(NEVER)).toBe('v1.36.3')
  expect(seen).toEqual(['/clusters/one/version'])
})

test('a busy server is asked again when it says, with the same request', async () => {
  let busy = 3
  await using server = await startScriptedServer(
    withDiscovery((_, response) => {
      busy -= 1
      return busy >= 0
        ? json(response, busy === 0 ? 503 : 429, {}, { 'retry-after': '7' })
        : json(response, 200, { kind: 'ConfigMap' })
    }),
  )
  const clock = new VirtualClock()
  await using client = clientOf(server.url, { clock })
  const start = clock.now()
  const answer = client.apply(
    { ref: REF, body: '{"a":1}' },
    { fieldManager: 'm', conflicts: 'taken' },
    NEVER,
  )
  await advanceUntil(clock, answer)
  expect(await answer).toMatchObject({ kind: 'written' })
  expect(clock.now() - start).toBeGreaterThanOrEqual(21_000)
  expect(server.seen.filter(({ method }) => method === 'PATCH').map(({ body }) => body)).toEqual([
    '{"a":1}',
    '{"a":1}',
    '{"a":1}',
    '{"a":1}',
  ])
  expect(client.requests.of('apply')).toBe(4)
})

test('a server that stays busy is an operating error, in bounded time', async () => {
  await using server = await startScriptedServer((_, response) =>
    json(response, 429, {}, { 'retry-after': '3600' }),
  )
  const clock = new VirtualClock()
  await using client = clientOf(server.url, { clock })
  const start = clock.now()
  const answer = client.version(NEVER)
  answer.catch(() => undefined)
  await advanceUntil(clock, answer)
  await expect(answer).rejects.toMatchObject({ code: 'cluster-busy', retry: 'later' })
  expect(clock.now() - start).toBeLessThan(200_000)
})

test('credentials that were refused are asked for again, once', async () => {
  const asked: string[] = []
  const access: ClusterAccess = {
    server: '',
    namespace: 'default',
    credentials: (wanted): Promise<Credentials> => {
      asked.push(wanted)
      return Promise.resolve({ headers: { authorization: `Bearer ${wanted}` }, tls: {} })
    },
  }
  await using server = await startScriptedServer(({ headers }, response) =>
    json(response, headers['authorization'] === 'Bearer fresh' ? 200 : 401, { gitVersion: 'v1' }),
  )
  await using client = clientOf(server.url, { access: { ...access, server: server.url } })
  expect(await client.version(NEVER)).toBe('v1')
  expect(asked).toEqual(['kept', 'fresh'])
})

test('credentials that stay refused are an operating error without the token', async () => {
  await using server = await startScriptedServer((_, response) =>
    json(response, 401, { kind: 'Status', message: 'Unauthorized' }),
  )
  await using client = clientOf(server.url, {
    access: directAccess({ server: server.url, token: 'very-secret' }),
  })
  const error: unknown = await client.version(NEVER).catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'cluster-sign-in-refused', retry: 'later' })
  expect(String(error)).not.toContain('very-secret')
})

test('a sign-in that fails is no answer', async () => {
  const access: ClusterAccess = {
    server: 'http://127.0.0.1:1',
    namespace: 'default',
    credentials: () => Promise.reject(new Error('the plugin ended with 1')),
  }
  await using client = clientOf('', { access })
  await expect(client.version(NEVER)).rejects.toMatchObject({ code: 'cluster-sign-in-failed' })
})

test.each([
  [500, 'cluster-failed'],
  [502, 'cluster-failed'],
  [504, 'cluster-failed'],
])('an answer of %i is an operating error', async (status, code) => {
  await using server = await startScriptedServer((_, response) => {
    response.writeHead(status).end('<html>a proxy</html>')
  })
  await using client = clientOf(server.url)
  await expect(client.version(NEVER)).rejects.toMatchObject({ code, retry: 'later' })
})

test.each([
  [403, 'Forbidden', 'forbidden'],
  [404, 'NotFound', 'not-found'],
  [409, 'AlreadyExists', 'already-exists'],
  [422, 'Invalid', 'invalid'],
  [413, 'RequestEntityTooLarge', 'too-large'],
])('%i %s is an answer in the words of the server', async (status, reason, expected) => {
  const body = {
    kind: 'Status',
    reason,
    message: 'because',
    details: { causes: [{ reason: 'X', field: 'spec', message: 'm' }] },
  }
  await using server = await startScriptedServer(
    withDiscovery((_, response) => json(response, status, body)),
  )
  await using client = clientOf(server.url)
  const answer = await client.apply(
    { ref: REF, body: '{}' },
    { fieldManager: 'm', conflicts: 'taken' },
    NEVER,
  )
  expect(answer).toEqual({
    kind: 'refused',
    reason: expected,
    message: 'because',
    causes: [{ reason: 'X', field: 'spec', message: 'm' }],
  })
})

test('a server that hangs up is unreachable; an aborted request is aborted', async () => {
  await using server = await startScriptedServer(({ url }, response) => {
    if (url === '/version') response.destroy()
  })
  await using client = clientOf(server.url)
  await expect(client.version(NEVER)).rejects.toMatchObject({
    code: 'cluster-unreachable',
    retry: 'later',
  })
  const ended = new AbortController()
  const answer = client.resources(ended.signal)
  ended.abort(new Error('superseded'))
  await expect(answer).rejects.toThrow('superseded')
})

test('a request without an answer is given up after a minute', async () => {
  await using server = await startScriptedServer(() => undefined)
  const clock = new VirtualClock()
  await using client = clientOf(server.url, { clock })
  const answer = client.version(NEVER)
  answer.catch(() => undefined)
  await expect.poll(() => server.seen.length).toBe(1)
  await clock.advance(60_000)
  await expect(answer).rejects.toMatchObject({ code: 'cluster-unreachable' })
})

test('an answer that does not end is cut off, and is no answer', async () => {
  await using server = await startScriptedServer((_, response) => {
    const chunk = Buffer.alloc(1024 * 1024, ' ')
    const more = (): void => {
      if (!response.destroyed) response.write(chunk, () => setImmediate(more))
    }
    more()
  })
  await using client = clientOf(server.url)
  await expect(client.version(NEVER)).rejects.toThrow('the answer is larger than 67108864 bytes')
})

test('an unknown kind asks the server again, but not for each object', async () => {
  await using server = await startScriptedServer(
    withDiscovery((_, response) => json(response, 404, {})),
  )
  const clock = new VirtualClock()
  await using client = clientOf(server.url, { clock })
  const widget = { group: 'x', version: 'v1', kind: 'Widget' }
  for (let count = 0; count < 10; count += 1)
    expect(await client.resource(widget, NEVER)).toBeUndefined()
  expect(client.requests.of('discover')).toBe(3)
  await clock.advance(5_000)
  expect(await client.resource(widget, NEVER)).toBeUndefined()
  expect(client.requests.of('discover')).toBe(6)
})

test('a list goes on page by page', async () => {
  await using server = await startScriptedServer(
    withDiscovery(({ url }, response) => {
      const next = new URL(url, 'http://x').searchParams.get('continue')
      const items = [{ metadata: { name: next ?? 'first' } }]
      const metadata = next === null ? { continue: 'second' } : { resourceVersion: '7' }
      return json(response, 200, { metadata, items })
    }),
  )
  await using client = clientOf(server.url)
  const answer = await client.list(MAPS, {}, NEVER)
  expect(answer).toMatchObject({ kind: 'listed', resourceVersion: '7' })
  expect(
    answer.kind === 'listed' && answer.objects.map((object) => textAt(object, 'metadata', 'name')),
  ).toEqual(['first', 'second'])
  expect(client.requests.of('list')).toBe(2)
})

test('a list whose snapshot has expired is begun again by the caller', async () => {
  await using server = await startScriptedServer(
    withDiscovery((_, response) => json(response, 410, {})),
  )
  await using client = clientOf(server.url)
  await expect(client.list(MAPS, {}, NEVER)).rejects.toMatchObject({
    code: 'list-expired',
    retry: 'now',
  })
})

test('acting as a user sends its name, and never an empty one', async () => {
  await using server = await startScriptedServer((_, response) =>
    json(response, 200, { gitVersion: 'v1' }),
  )
  const base = {
    cluster: 'test',
    access: directAccess({ server: server.url }),
    clock: systemClock,
    random: systemRandom,
  }
  await using client = new KubeClient({
    ...base,
    impersonate: { user: 'system:serviceaccount:shop:deployer' },
  })
  await client.version(NEVER)
  expect(server.seen[0]?.headers['impersonate-user']).toBe('system:serviceaccount:shop:deployer')
  expect(() => new KubeClient({ ...base, impersonate: { user: '' } })).toThrow('empty')
})

test('an address that would send a token in clear is refused', () => {
  expect(() => directAccess({ server: 'http://cluster.example:6443' })).toThrow('https')
  expect(directAccess({ server: 'https://cluster.example:6443/' }).server).toBe(
    'https://cluster.example:6443',
  )
})

/** A watch that a test drives: lists are versions, watches are streams. */
interface Watched {
  readonly lists: SeenRequest[]
  readonly watches: { readonly request: SeenRequest; readonly response: ServerResponse }[]
}

async function startWatched(
  listVersion: () => string,
  onPort?: number,
): Promise<{ server: Awaited<ReturnType<typeof startScriptedServer>>; watched: Watched }> {
  const watched: Watched = { lists: [], watches: [] }
  const server = await startScriptedServer(
    withDiscovery((request, response) => {
      if (request.url.includes('watch=true')) {
        watched.watches.push({ request, response })
        response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders()
        return
      }
      watched.lists.push(request)
      json(response, 200, { metadata: { resourceVersion: listVersion() }, items: [] })
    }),
    onPort,
  )
  return { server, watched }
}

function line(type: string, resourceVersion: string, extra: object = {}): string {
  return `${JSON.stringify({ type, object: { kind: 'ConfigMap', metadata: { name: 'a', resourceVersion }, ...extra } })}\n`
}

/** Reads events in the background, so that time can be moved while the follower waits. */
function collect(events: AsyncIterable<FollowEvent>): FollowEvent[] {
  const seen: FollowEvent[] = []
  void (async () => {
    for await (const event of events) seen.push(event)
  })()
  return seen
}

async function advanceUntil(clock: VirtualClock, done: Promise<unknown>): Promise<void> {
  const ended = done.then(
    () => true,
    () => true,
  )
  for (;;) {
    await clock.advance(100)
    const pause = new Promise<false>((resolve) => {
      setTimeout(() => resolve(false), 1)
    })
    if (await Promise.race([ended, pause])) return
  }
}

test('a watch that ends is resumed from the last version, bookmarks included, without a new list', async () => {
  const { server, watched } = await startWatched(() => '10')
  await using _server = server
  const clock = new VirtualClock()
  await using client = clientOf(server.url, { clock })
  const ended = new AbortController()
  const events = collect(client.follow(MAPS, {}, ended.signal))
  await expect.poll(() => watched.watches.length).toBe(1)
  watched.watches[0]?.response.write(line('ADDED', '11') + line('BOOKMARK', '15'))
  await expect.poll(() => events.length).toBe(2)
  await clock.advance(2_000)
  watched.watches[0]?.response.end()
  await expect.poll(() => watched.watches.length).toBe(2)
  expect(
    watched.watches.map(({ request }) =>
      new URL(request.url, 'http://x').searchParams.get('resourceVersion'),
    ),
  ).toEqual(['10', '15'])
  expect(watched.lists).toHaveLength(1)
  expect(events.map(({ kind }) => kind)).toEqual(['listed', 'changed'])
  ended.abort()
})

test('a version that the server no longer has is one new list, no more', async () => {
  const { server, watched } = await startWatched(() => String(10 * watched.lists.length))
  await using _server = server
  const clock = new VirtualClock()
  await using client = clientOf(server.url, { clock })
  const ended = new AbortController()
  const events = collect(client.follow(MAPS, {}, ended.signal))
  await expect.poll(() => watched.watches.length).toBe(1)
  watched.watches[0]?.response.write(line('ADDED', '11'))
  await expect.poll(() => events.length).toBe(2)
  const gone = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' }
  watched.watches[0]?.response.end(`${JSON.stringify({ type: 'ERROR', object: gone })}\n`)
  await expect.poll(() => watched.watches.length).toBe(2)
  expect(watched.lists).toHaveLength(2)
  expect(events.map(({ kind }) => kind)).toEqual(['listed', 'changed', 'listed'])
  ended.abort()
})

test('what the follower knows is left out, and the next watch goes on behind it', async () => {
  const { server, watched } = await startWatched(() => '10')
  await using _server = server
  const clock = new VirtualClock()
  await using client = clientOf(server.url, { clock })
  const ended = new AbortController()
  const asked: string[] = []
  const isKnown = ({ resourceVersion }: { readonly resourceVersion: string }): boolean => {
    asked.push(resourceVersion)
    return resourceVersion !== '12'
  }
  const events = collect(client.follow(MAPS, { isKnown }, ended.signal))
  await expect.poll(() => watched.watches.length).toBe(1)
  for (const version of ['11', '12', '13']) {
    const metadata = `{"name":"a","namespace":"shop","uid":"1","resourceVersion":"${version}"}`
    const object = `{"kind":"ConfigMap","apiVersion":"v1","metadata":${metadata.slice(0, -1)},"labels":{}}}`
    watched.watches[0]?.response.write(`{"type":"MODIFIED","object":${object}}\n`)
  }
  await expect.poll(() => asked).toEqual(['11', '12', '13'])
  await clock.advance(2_000) // A watch that ended sooner would be a failure.
  watched.watches[0]?.response.end()
  await expect.poll(() => watched.watches.length).toBe(2)
  expect(watched.watches[1]?.request.url).toContain('resourceVersion=13')
  expect(events.map(({ kind }) => kind)).toEqual(['listed', 'changed'])
  ended.abort()
})

test('a connection that breaks is an interruption, said once, and goes on from where it was', async () => {
  const { server, watched } = await startWatched(() => '10')
  await using _server = server
  const clock = new VirtualClock()
  await using client = clientOf(server.url, { clock })
  const ended = new AbortController()
  const events = collect(client.follow(MAPS, {}, ended.signal))
  await expect.poll(() => watched.watches.length).toBe(1)
  watched.watches[0]?.response.write(line('ADDED', '11'))
  await expect.poll(() => events.length).toBe(2)
  watched.watches[0]?.response.destroy()
  await expect.poll(() => events.at(-1)?.kind).toBe('interrupted')
  await expect
    .poll(async () => {
      await clock.advance(500)
      return events.at(-1)?.kind
    })
    .toBe('resumed')
  watched.watches[1]?.response.write(line('DELETED', '12'))
  await expect
    .poll(() => events.map(({ kind }) => kind))
    .toEqual(['listed', 'changed', 'interrupted', 'resumed', 'deleted'])
  expect(watched.lists).toHaveLength(1)
  ended.abort()
})

test('a version that was lost in an outage is a new list, not another interruption', async () => {
  const { server, watched } = await startWatched(() => String(10 * watched.lists.length))
  await using _server = server
  const clock = new VirtualClock()
  await using client = clientOf(server.url, { clock })
  const ended = new AbortController()
  const events = collect(client.follow(MAPS, {}, ended.signal))
  await expect.poll(() => watched.watches.length).toBe(1)
  watched.watches[0]?.response.destroy()
  await expect.poll(() => events.at(-1)?.kind).toBe('interrupted')
  await expect
    .poll(async () => {
      await clock.advance(500)
      return watched.watches.length
    })
    .toBe(2)
  const gone = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' }
  watched.watches[1]?.response.end(`${JSON.stringify({ type: 'ERROR', object: gone })}\n`)
  await expect.poll(() => watched.watches.length).toBe(3)
  expect(events.map(({ kind }) => kind)).toEqual(['listed', 'interrupted', 'resumed', 'listed'])
  ended.abort()
})

test('a server that is away, and one that talks nonsense, is one interruption until it is back', async () => {
  const { server, watched: before } = await startWatched(() => '10')
  const clock = new VirtualClock()
  await using client = clientOf(server.url, { clock })
  const ended = new AbortController()
  const events = collect(client.follow(MAPS, {}, ended.signal))
  await expect.poll(() => before.watches.length).toBe(1)
  before.watches[0]?.response.write('{"type": "ADDED", "object": {"kind"\n')
  await expect.poll(() => events.at(-1)?.kind).toBe('interrupted')
  await server[Symbol.asyncDispose]()
  const asked = client.requests.of('watch')
  await expect
    .poll(async () => {
      await clock.advance(500)
      return client.requests.of('watch')
    })
    .toBeGreaterThan(asked + 1)
  const { server: back, watched } = await startWatched(() => '20', Number(new URL(server.url).port))
  await using _back = back
  await expect
    .poll(async () => {
      await clock.advance(500)
      return events.at(-1)?.kind
    })
    .toBe('resumed')
  watched.watches[0]?.response.write(line('ADDED', '11'))
  await expect
    .poll(() => events.map(({ kind }) => kind))
    .toEqual(['listed', 'interrupted', 'resumed', 'changed'])
  ended.abort()
})

test('a server that ends each watch at once is asked with pauses', async () => {
  let watches = 0
  await using server = await startScriptedServer(
    withDiscovery(({ url }, response) => {
      if (!url.includes('watch=true'))
        return json(response, 200, { metadata: { resourceVersion: '1' }, items: [] })
      watches += 1
      response.writeHead(200).end()
    }),
  )
  const clock = new VirtualClock()
  await using client = clientOf(server.url, { clock })
  const ended = new AbortController()
  collect(client.follow(MAPS, {}, ended.signal))
  for (let seconds = 0; seconds < 60; seconds += 1) {
    await clock.advance(1_000)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  expect(watches).toBeGreaterThan(2)
  expect(watches).toBeLessThan(30)
  ended.abort()
})

test('following ends with its signal, and when the kind is not served', async () => {
  const { server } = await startWatched(() => '10')
  await using _server = server
  await using client = clientOf(server.url)
  const ended = new AbortController()
  const events = client.follow(MAPS, {}, ended.signal)
  expect(await events.next()).toMatchObject({ value: { kind: 'listed' } })
  const next = events.next()
  ended.abort()
  expect(await next).toEqual({ done: true, value: undefined })
  const none = client.follow({ group: 'x', version: 'v1', kind: 'Widget' }, {}, NEVER)
  expect(await none.next()).toMatchObject({ value: { kind: 'not-served' } })
  expect(await none.next()).toMatchObject({ done: true })
})
