import { seededRandom, VirtualClock } from '@tidemark/kernel/testing'
import { expect, test } from 'vitest'

import { type Sandbox, startSandbox } from '../sandbox.ts'

const MAPS = '/api/v1/namespaces/default/configmaps'

function start(token?: string): Promise<Sandbox> {
  return startSandbox({
    clock: new VirtualClock(),
    random: seededRandom(1),
    clusters: ['dev'],
    port: 0,
    ...(token === undefined ? {} : { token }),
  })
}

test('each cluster has its path, and other paths are not found', async () => {
  await using sandbox = await start()
  expect((await fetch(`${sandbox.url('dev')}/version`)).status).toBe(200)
  for (const url of [
    `${sandbox.url('other')}/version`,
    `http://127.0.0.1:${sandbox.port}/`,
    `${sandbox.url('dev')}/nowhere`,
  ]) {
    const answer = await fetch(url)
    expect([url, answer.status]).toEqual([url, 404])
    expect(await answer.json()).toMatchObject({ kind: 'Status', reason: 'NotFound' })
  }
})

test('a token is asked for, as a header or in the path of the kubeconfig', async () => {
  await using sandbox = await start('sesame')
  const url = `${sandbox.url('dev')}${MAPS}`
  expect((await fetch(url)).status).toBe(401)
  expect((await fetch(url, { headers: { authorization: 'Bearer wrong' } })).status).toBe(401)
  expect((await fetch(url, { headers: { authorization: 'Bearer sesame' } })).status).toBe(200)
  const server = /"server": "(?<url>[^"]+)"/.exec(sandbox.kubeconfig())?.groups?.['url']
  expect((await fetch(`${server}${MAPS}`)).status).toBe(200)
})

test('bodies that are too large, no JSON, or of another type are refused', async () => {
  await using sandbox = await start()
  const post = async (body: string, type = 'application/json'): Promise<number> => {
    const headers = { 'content-type': type }
    return (await fetch(sandbox.url('dev') + MAPS, { method: 'POST', headers, body })).status
  }
  expect(await post('x'.repeat(3 * 1024 * 1024 + 1))).toBe(413)
  expect(await post('{"a":')).toBe(400)
  expect(await post('k: v', 'application/yaml')).toBe(415)
  expect(await post('x', 'application/vnd.kubernetes.protobuf')).toBe(415)
  const accept = 'application/vnd.kubernetes.protobuf'
  expect((await fetch(sandbox.url('dev') + MAPS, { headers: { accept } })).status).toBe(406)
})

test('a watch flows over the connection and ends with it', async () => {
  await using sandbox = await start()
  const stop = new AbortController()
  const answer = await fetch(`${sandbox.url('dev')}${MAPS}?watch=true`, { signal: stop.signal })
  const body = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } })
  const headers = { 'content-type': 'application/json' }
  await fetch(sandbox.url('dev') + MAPS, { method: 'POST', headers, body })
  const reader = answer.body?.getReader()
  const chunk = await reader?.read()
  const line: unknown = JSON.parse(new TextDecoder().decode(chunk?.value))
  expect(line).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'a' } } })
  stop.abort()
})

test('a connection that a fault cuts has no answer', async () => {
  await using sandbox = await start()
  sandbox.faults.add({ fault: { kind: 'cut-before' }, times: 1 })
  await expect(fetch(`${sandbox.url('dev')}/version`)).rejects.toThrow('fetch failed')
  expect((await fetch(`${sandbox.url('dev')}/version`)).status).toBe(200)
})
