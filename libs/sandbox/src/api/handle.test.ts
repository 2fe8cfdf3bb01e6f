import { expect, test } from 'vitest'

import { listAt, objectAt, stringAt } from '../json.ts'
import { openTestSandbox } from '../testing/index.ts'

const MAPS = '/api/v1/namespaces/default/configmaps'
const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

test('what is served can be discovered, group by group and all at once', async () => {
  await using sandbox = await openTestSandbox()
  const { client } = sandbox
  const groups = listAt((await client.get('/apis')).body, 'groups').map((group) =>
    stringAt(group, 'name'),
  )
  expect(groups).toContain('apps')
  const apps = listAt((await client.get('/apis/apps/v1')).body, 'resources')
  expect(apps.map((resource) => stringAt(resource, 'name'))).toContain('deployments/scale')
  const answer = await client.send('GET', '/apis', { accept: `${AGGREGATED},application/json` })
  expect(answer.headers['content-type']).toBe(AGGREGATED)
  const items = listAt(answer.body, 'items').map((item) =>
    stringAt(objectAt(item, 'metadata'), 'name'),
  )
  expect(items).toEqual(groups)
})

test('a definition is served, discovered and described at once, and no more when it is gone', async () => {
  await using sandbox = await openTestSandbox()
  const { client, clock } = sandbox
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object' } } } }
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Cluster',
      names: { plural: 'widgets', kind: 'Widget' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  }
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
  await client.create(path, definition)
  const widget = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' } }
  expect((await client.create('/apis/example.com/v1/widgets', widget)).status).toBe(201)
  expect((await client.get('/apis/example.com/v1')).status).toBe(200)
  const { body } = await client.get('/openapi/v3/apis/example.com/v1')
  expect(JSON.stringify(body)).toContain('"kind":"Widget"')
  await client.send('DELETE', `${path}/widgets.example.com`)
  await clock.advance(1000)
  for (const gone of ['/apis/example.com/v1', '/apis/example.com/v1/widgets']) {
    expect((await client.get(gone)).status).toBe(404)
  }
  await client.create(path, definition)
  expect(listAt((await client.get('/apis/example.com/v1/widgets')).body, 'items')).toEqual([])
})

test('a name is made for an object that asks for one', async () => {
  await using sandbox = await openTestSandbox()
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'a-' } }
  const names = await Promise.all(
    [1, 2].map(async () =>
      stringAt(objectAt((await sandbox.client.create(MAPS, body)).body, 'metadata'), 'name'),
    ),
  )
  expect(new Set(names).size).toBe(2)
  for (const name of names) expect(name).toMatch(/^a-[a-z0-9]{5}$/)
})

test('an apply in YAML is refused, not guessed at', async () => {
  await using sandbox = await openTestSandbox()
  const { status, body } = await sandbox.client.apply(
    `${MAPS}/a`,
    'apiVersion: v1\nkind: ConfigMap\n',
  )
  expect([status, stringAt(body, 'message')]).toEqual([
    400,
    'error decoding YAML: the sandbox reads apply configurations in JSON only',
  ])
})

test('methods that a path does not know are not allowed', async () => {
  await using sandbox = await openTestSandbox()
  const sent: readonly (readonly [string, string])[] = [
    ['PUT', MAPS],
    ['POST', `${MAPS}/a`],
    ['DELETE', '/version'],
    ['POST', '/apis'],
  ]
  for (const [method, path] of sent) {
    expect((await sandbox.client.send(method, path)).status).toBe(405)
  }
})
