import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { objectAt, stringAt, type JsonObject } from '../json.ts'
import type { SandboxStorage } from '../storage.ts'
import { openTestSandbox } from '../testing/index.ts'
import { directoryStorage } from './directory-storage.ts'

const MAPS = '/api/v1/namespaces/default/configmaps'
let directory = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sandbox-'))
})

afterEach(() => rmSync(directory, { recursive: true }))

function versionIn(object: JsonObject): number {
  return Number(stringAt(objectAt(object, 'metadata'), 'resourceVersion'))
}

function configMap(name: string, data = {}): unknown {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data }
}

test('a cluster that starts again is as it was, and its versions go on', async () => {
  const kept = await (async () => {
    await using sandbox = await openTestSandbox({ storage: directoryStorage(directory) })
    await sandbox.client.apply(`${MAPS}/a`, configMap('a', { x: '1' }))
    await sandbox.client.apply(`${MAPS}/b`, configMap('b'))
    await sandbox.client.send('DELETE', `${MAPS}/b`)
    return (await sandbox.client.get(MAPS)).body
  })()
  await using sandbox = await openTestSandbox({ storage: directoryStorage(directory) })
  expect((await sandbox.client.get(MAPS)).body).toEqual(kept)
  const { body } = await sandbox.client.apply(`${MAPS}/a`, configMap('a', { x: '2' }))
  const version = versionIn(body)
  expect(version).toBeGreaterThan(versionIn(kept))
})

test('definitions that were kept are served again, and workloads go on', async () => {
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object' } },
        },
      ],
    },
  }
  await (async () => {
    await using sandbox = await openTestSandbox({ storage: directoryStorage(directory) })
    await sandbox.client.create(
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
      definition,
    )
  })()
  await using sandbox = await openTestSandbox({ storage: directoryStorage(directory) })
  expect((await sandbox.client.get('/apis/example.com/v1/namespaces/default/widgets')).status).toBe(
    200,
  )
})

test('a write that was cut short is forgotten, what was answered before is not', async () => {
  await (async () => {
    await using sandbox = await openTestSandbox({ storage: directoryStorage(directory) })
    await sandbox.client.apply(`${MAPS}/a`, configMap('a'))
  })()
  appendFileSync(
    join(directory, 'dev.journal'),
    '{"storageKey":"/configmaps","key":"default/b","obj',
  )
  await using sandbox = await openTestSandbox({ storage: directoryStorage(directory) })
  expect((await sandbox.client.get(`${MAPS}/a`)).status).toBe(200)
  expect((await sandbox.client.get(`${MAPS}/b`)).status).toBe(404)
  await sandbox.client.apply(`${MAPS}/c`, configMap('c'))
})

test('what is written after a cut is kept too', async () => {
  await (async () => {
    await using sandbox = await openTestSandbox({ storage: directoryStorage(directory) })
    await sandbox.client.apply(`${MAPS}/a`, configMap('a'))
  })()
  appendFileSync(join(directory, 'dev.journal'), '{"storageKey":"/configm')
  await (async () => {
    await using sandbox = await openTestSandbox({ storage: directoryStorage(directory) })
    await sandbox.client.apply(`${MAPS}/c`, configMap('c'))
  })()
  await using sandbox = await openTestSandbox({ storage: directoryStorage(directory) })
  expect((await sandbox.client.get(`${MAPS}/c`)).status).toBe(200)
})

test('a long journal is written anew', async () => {
  const big = 'x'.repeat(500_000)
  await (async () => {
    await using sandbox = await openTestSandbox({ storage: directoryStorage(directory) })
    for (let index = 0; index < 20; index += 1) {
      await sandbox.client.apply(`${MAPS}/a`, configMap('a', { big, index: String(index) }))
    }
  })()
  await using sandbox = await openTestSandbox({ storage: directoryStorage(directory) })
  const { body } = await sandbox.client.get(`${MAPS}/a`)
  expect(stringAt(objectAt(body, 'data'), 'index')).toBe('19')
  expect(readdirSync(directory)).toEqual(['dev.journal'])
})

test('a write that cannot be kept is an error, and is made good when it can', async () => {
  const inner = directoryStorage(directory)
  let isFull = false
  const storage: SandboxStorage = {
    load: (cluster) => inner.load(cluster),
    append: async (cluster, records, snapshot) => {
      if (isFull) throw new Error('no space left on device')
      await inner.append(cluster, records, snapshot)
    },
  }
  await (async () => {
    await using sandbox = await openTestSandbox({ storage })
    isFull = true
    const { status, body } = await sandbox.client.apply(`${MAPS}/a`, configMap('a'))
    expect([status, body['reason']]).toEqual([500, 'InternalError'])
    isFull = false
    expect((await sandbox.client.apply(`${MAPS}/b`, configMap('b'))).status).toBe(201)
  })()
  await using sandbox = await openTestSandbox({ storage: directoryStorage(directory) })
  expect((await sandbox.client.get(`${MAPS}/b`)).status).toBe(200)
})
