import { systemClock, systemRandom } from '@tidemark/kernel'
import { directAccess, KubeClient } from '@tidemark/kube'
import { json, startScriptedServer } from '@tidemark/kube/testing'
import type { JsonObject } from '@tidemark/manifests'
import { silentLogger } from '@tidemark/service'
import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { KubeWatchedCluster } from './watched-cluster.ts'

const NEVER = new AbortController().signal

/** A cluster whose lists and watches a test answers by hand. */
async function openByHand(): Promise<{
  readonly cluster: KubeWatchedCluster
  readonly changed: string[]
  readonly lists: ServerResponse[]
  readonly watches: ServerResponse[]
  readonly [Symbol.asyncDispose]: () => Promise<void>
}> {
  const lists: ServerResponse[] = []
  const watches: ServerResponse[] = []
  const server = await startScriptedServer((request, response) => {
    if (request.url === '/api')
      return json(response, 200, { kind: 'APIVersions', versions: ['v1'] })
    if (request.url === '/apis') return json(response, 200, { kind: 'APIGroupList', groups: [] })
    if (request.url === '/api/v1')
      return json(response, 200, {
        kind: 'APIResourceList',
        resources: [{ name: 'configmaps', kind: 'ConfigMap', namespaced: true, verbs: ['watch'] }],
      })
    if (!request.url.includes('watch=true')) lists.push(response)
    else {
      response.writeHead(200).flushHeaders()
      watches.push(response)
    }
    return undefined
  })
  const changed: string[] = []
  const options = { clock: systemClock, random: systemRandom }
  const access = directAccess({ server: server.url })
  const cluster = new KubeWatchedCluster({
    ...options,
    client: new KubeClient({ ...options, cluster: 'test', access }),
    log: silentLogger,
    fieldManager: 'test',
    keyed: (text) => text,
    onChange: (id) => changed.push(id),
    onReachable: () => undefined,
    afterWrite: () => undefined,
  })
  const dispose = async (): Promise<void> => {
    await cluster[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  }
  return { cluster, changed, lists, watches, [Symbol.asyncDispose]: dispose }
}

const identityOf = (name: string) =>
  ({ group: '', version: 'v1', kind: 'ConfigMap', namespace: 'default', name }) as const

function map(name: string, resourceVersion: string, uid = `${name}-1`): JsonObject {
  const metadata = { name, namespace: 'default', uid, resourceVersion }
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata }
}

function answer(
  response: ServerResponse | undefined,
  resourceVersion: string,
  items: readonly JsonObject[],
): void {
  if (response === undefined) throw new Error('nobody asks for a list')
  json(response, 200, { kind: 'ConfigMapList', metadata: { resourceVersion }, items })
}

test('what is written while a list is on its way is not taken for gone, nor for what it was before', async () => {
  await using open = await openByHand()
  const { cluster, changed, lists } = open
  const watched = cluster.watch([identityOf('new')], 'kustomizations', NEVER)
  await expect.poll(() => lists.length).toBe(1)
  cluster.note(map('new', '12'))
  cluster.note(map('changed', '13'))
  cluster.note(map('again', '14', 'again-2'))
  cluster.note(map('gone', '9'))
  answer(lists[0], '11', [map('changed', '10'), map('again', '8'), map('other', '7')])
  await watched
  const version = (name: string): unknown => {
    const live = cluster.live(identityOf(name))
    return live.kind === 'present'
      ? Reflect.get(Object(live.object['metadata']), 'resourceVersion')
      : live.kind
  }
  expect(['new', 'changed', 'again', 'other', 'gone'].map(version)).toEqual([
    '12',
    '13',
    '14',
    '7',
    'absent', // Deleted again before the list was taken.
  ])
  expect(changed.toSorted()).toEqual(['default_gone__ConfigMap', 'default_other__ConfigMap'])
})

test('what was noted before a list was asked for is gone where the list has it not', async () => {
  await using open = await openByHand()
  const { cluster, changed, lists, watches } = open
  const watched = cluster.watch([identityOf('kept')], 'kustomizations', NEVER)
  await expect.poll(() => lists.length).toBe(1)
  answer(lists[0], '10', [])
  await watched
  cluster.note(map('kept', '500'))
  await systemClock.sleep(20)
  const gone = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' }
  await expect.poll(() => watches.length).toBe(1)
  watches[0]?.end(
    `${JSON.stringify({ type: 'MODIFIED', object: map('other', '11') })}\n${JSON.stringify({ type: 'ERROR', object: gone })}\n`,
  )
  await expect.poll(() => lists.length).toBe(2)
  // As after a restore from a backup: the versions of the server are behind what was known.
  answer(lists[1], '12', [])
  await expect.poll(() => cluster.live(identityOf('kept'))).toEqual({ kind: 'absent' })
  expect(changed).toContain('default_kept__ConfigMap')
})

test('what a write was answered is no change when the watch tells of it, and what follows is one', async () => {
  await using open = await openByHand()
  const { cluster, changed, lists, watches } = open
  const watched = cluster.watch([identityOf('written')], 'kustomizations', NEVER)
  await expect.poll(() => lists.length).toBe(1)
  answer(lists[0], '10', [])
  await watched
  await expect.poll(() => watches.length).toBe(1)
  cluster.afterWrite(map('written', '11'))
  const tell = (version: string): void => {
    const head = `"name":"written","namespace":"default","uid":"written-1","resourceVersion":"${version}"`
    const object = `{"kind":"ConfigMap","apiVersion":"v1","metadata":{${head},"labels":{}}}`
    watches[0]?.write(`{"type":"MODIFIED","object":${object}}\n`)
  }
  tell('11')
  tell('12')
  await expect.poll(() => changed).toEqual(['default_written__ConfigMap'])
  expect(cluster.live(identityOf('written'))).toMatchObject({
    object: { metadata: { resourceVersion: '12', labels: {} } },
  })
})
