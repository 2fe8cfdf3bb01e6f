import { expect, test } from 'vitest'

import { listAt, objectAt, stringAt, type JsonObject } from './json.ts'
import { ConnectionCut, SandboxRefusal } from './refusals.ts'
import { clientOf, openTestSandbox, type SandboxClient } from './testing/index.ts'

const MAPS = '/api/v1/namespaces/default/configmaps'

function configMap(name: string, more: JsonObject = {}): JsonObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, ...more }
}

async function nextEvents(events: AsyncGenerator<JsonObject>, count: number): Promise<unknown[]> {
  const seen: unknown[] = []
  for (let index = 0; index < count; index += 1) {
    const { value } = await events.next()
    const { type, object } = value
    seen.push(`${type} ${object.metadata?.name ?? object.message ?? ''}`)
  }
  return seen
}

async function versionOf(client: SandboxClient): Promise<string> {
  const { body } = await client.get(MAPS)
  return stringAt(objectAt(body, 'metadata'), 'resourceVersion') ?? ''
}

test('a watch tells what is there, then each change', async () => {
  await using sandbox = await openTestSandbox()
  const { client } = sandbox
  await client.create(MAPS, configMap('a'))
  const stop = new AbortController()
  const events = client.watch(`${MAPS}?watch=true`, stop.signal)
  expect(await nextEvents(events, 1)).toEqual(['ADDED a'])
  await client.create(MAPS, configMap('b'))
  await client.apply(`${MAPS}/a`, configMap('a', { data: { x: '1' } }))
  await client.apply(`${MAPS}/a`, configMap('a', { data: { x: '1' } }))
  await client.send('DELETE', `${MAPS}/b`)
  expect(await nextEvents(events, 3)).toEqual(['ADDED b', 'MODIFIED a', 'DELETED b'])
  stop.abort()
  expect((await events.next()).done).toBe(true)
})

test('a watch goes on from a version, and sees objects come into and out of its selection', async () => {
  await using sandbox = await openTestSandbox()
  const { client } = sandbox
  await client.create(MAPS, configMap('a'))
  const version = await versionOf(client)
  const labelled = (value: string): JsonObject =>
    configMap('a', { metadata: { name: 'a', labels: { on: value } } })
  await client.apply(`${MAPS}/a`, labelled('yes'))
  await client.apply(`${MAPS}/a`, labelled('no'))
  const stop = new AbortController()
  const path = `${MAPS}?watch=1&labelSelector=on%3Dyes&resourceVersion=${version}`
  const events = client.watch(path, stop.signal)
  expect(await nextEvents(events, 2)).toEqual(['ADDED a', 'DELETED a'])
  stop.abort()
})

test('a watch with initial events ends them with a bookmark', async () => {
  await using sandbox = await openTestSandbox()
  const { client } = sandbox
  await client.create(MAPS, configMap('a'))
  const query =
    'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true'
  const stop = new AbortController()
  const events = client.watch(`${MAPS}?${query}`, stop.signal)
  expect(await nextEvents(events, 1)).toEqual(['ADDED a'])
  const { value } = await events.next()
  expect(value.type).toBe('BOOKMARK')
  expect(value.object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' })
  stop.abort()
})

test('bookmarks come while nothing changes, and a watch ends when its time is over', async () => {
  await using sandbox = await openTestSandbox()
  const path = `${MAPS}?watch=true&allowWatchBookmarks=true&resourceVersion=${await versionOf(sandbox.client)}&timeoutSeconds=90`
  const events = sandbox.client.watch(path, new AbortController().signal)
  const bookmark = events.next()
  await sandbox.clock.advance(61_000)
  expect((await bookmark).value.type).toBe('BOOKMARK')
  const end = events.next()
  await sandbox.clock.advance(60_000)
  expect((await end).done).toBe(true)
})

test('a watch of a version that is forgotten gets 410, and so does the rest of a list', async () => {
  await using sandbox = await openTestSandbox()
  const { client, core } = sandbox
  for (const name of ['a', 'b', 'c']) await client.create(MAPS, configMap(name))
  const { body } = await client.get(`${MAPS}?limit=1`)
  const token = stringAt(objectAt(body, 'metadata'), 'continue') ?? ''
  const resourceVersion = stringAt(objectAt(body, 'metadata'), 'resourceVersion') ?? ''
  await client.create(MAPS, configMap('d'))
  core.compact('dev')
  const events = client.watch(
    `${MAPS}?watch=true&resourceVersion=${resourceVersion}`,
    new AbortController().signal,
  )
  const { value } = await events.next()
  expect(value).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } })
  expect((await client.get(`${MAPS}?limit=1&continue=${token}`)).status).toBe(410)
})

test('a list in pages shows one moment, whatever happens between the pages', async () => {
  await using sandbox = await openTestSandbox()
  const { client } = sandbox
  for (const name of ['a', 'c', 'd']) await client.create(MAPS, configMap(name))
  const first = await client.get(`${MAPS}?limit=1`)
  await client.create(MAPS, configMap('b'))
  await client.send('DELETE', `${MAPS}/d`)
  const token = stringAt(objectAt(first.body, 'metadata'), 'continue') ?? ''
  const rest = await client.get(`${MAPS}?continue=${token}`)
  const names = listAt(rest.body, 'items').map((item) =>
    stringAt(objectAt(item, 'metadata'), 'name'),
  )
  expect(names).toEqual(['c', 'd'])
})

test('faults refuse, delay and cut requests, as often as they say', async () => {
  await using sandbox = await openTestSandbox()
  const { client, core, clock } = sandbox
  core.faults.add({
    path: '/configmaps',
    times: 1,
    fault: { kind: 'status', code: 429, retryAfterSeconds: 7 },
  })
  const refused = await client.get(MAPS)
  expect([refused.status, refused.headers['retry-after']]).toEqual([429, '7'])
  expect((await client.get(MAPS)).status).toBe(200)

  core.faults.add({ method: 'POST', times: 1, fault: { kind: 'cut-before' } })
  await expect(client.create(MAPS, configMap('before'))).rejects.toThrow(ConnectionCut)
  core.faults.add({ method: 'POST', times: 1, fault: { kind: 'cut-after' } })
  await expect(client.create(MAPS, configMap('after'))).rejects.toThrow(ConnectionCut)
  expect((await client.get(`${MAPS}/before`)).status).toBe(404)
  expect((await client.get(`${MAPS}/after`)).status).toBe(200)

  using slow = core.faults.add({ fault: { kind: 'delay', ms: 1000 } })
  let answered = false
  const late = (async () => {
    await client.get(MAPS)
    answered = true
  })()
  await clock.advance(999)
  expect(answered).toBe(false)
  await clock.advance(1)
  await late
  expect(slow).toBeDefined()
})

test('requests are counted by verb and resource', async () => {
  await using sandbox = await openTestSandbox()
  const { client, core } = sandbox
  await client.get(MAPS)
  await client.get(`${MAPS}/a`)
  await client.apply(`${MAPS}/a`, configMap('a'))
  await client.apply(`${MAPS}/a`, configMap('a'))
  expect([...core.requestCounts.of('dev')]).toEqual([
    ['list configmaps', 1],
    ['get configmaps', 1],
    ['apply configmaps', 2],
  ])
  core.requestCounts.reset()
  expect(core.requestCounts.total()).toBe(0)
})

test('a cluster that is not there is not found, and names have rules', async () => {
  await using sandbox = await openTestSandbox()
  expect((await clientOf(sandbox.core, 'prod').get(MAPS)).status).toBe(404)
  await expect(sandbox.core.addCluster('dev')).rejects.toThrow(SandboxRefusal)
  await expect(sandbox.core.addCluster('Not A Name')).rejects.toThrow(SandboxRefusal)
  await sandbox.core.addCluster('prod')
  expect((await clientOf(sandbox.core, 'prod').get(MAPS)).status).toBe(200)
})

test('clusters know nothing of each other', async () => {
  await using sandbox = await openTestSandbox({ clusters: ['dev', 'prod'] })
  await sandbox.client.create(MAPS, configMap('a'))
  expect((await clientOf(sandbox.core, 'prod').get(`${MAPS}/a`)).status).toBe(404)
})

test('what is deeply nested is refused, and does not end the process', async () => {
  await using sandbox = await openTestSandbox()
  const deep = `{"a":`.repeat(2000) + '1' + '}'.repeat(2000)
  const answer = await sandbox.client.create(
    MAPS,
    `{"apiVersion":"v1","kind":"ConfigMap","data":${deep}}`,
  )
  expect(answer.status).toBe(400)
  expect(
    (await sandbox.client.create(MAPS, '{"metadata":{"name":"a","__proto__":{"x":1}}}')).status,
  ).toBe(400)
  expect('x' in {}).toBe(false)
})
