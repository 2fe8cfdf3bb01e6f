import { expect, test } from 'vitest'

import { ManifestRefused, readManifests, refuseDuplicates } from './manifest.ts'

const settings = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', namespace: 'shop' },
}

test('a document is one object', () => {
  expect(readManifests(settings, 'a.yaml')).toEqual([
    {
      identity: {
        group: '',
        version: 'v1',
        kind: 'ConfigMap',
        namespace: 'shop',
        name: 'settings',
      },
      object: settings,
    },
  ])
})

test('an empty document is no object', () => {
  expect(readManifests(null, 'a.yaml')).toEqual([])
  expect(readManifests({}, 'a.yaml')).toEqual([])
})

test('the items of a list are objects of their own', () => {
  const list = {
    apiVersion: 'v1',
    kind: 'List',
    items: [settings, { ...settings, kind: 'Secret' }],
  }
  expect(readManifests(list, 'a.yaml').map(({ identity }) => identity.kind)).toEqual([
    'ConfigMap',
    'Secret',
  ])
})

test('a kind that ends in List and has no items is an object', () => {
  const object = { apiVersion: 'x/v1', kind: 'AllowList', metadata: { name: 'a' }, spec: {} }
  expect(readManifests(object, 'a.yaml')).toHaveLength(1)
})

test.each([
  ['text', 'a.yaml: a Kubernetes object is a mapping, this is a string'],
  [[1], 'a.yaml: a Kubernetes object is a mapping, this is a list'],
  [{ kind: 'X', metadata: { name: 'a' } }, 'a.yaml: apiVersion is missing'],
  [{ apiVersion: 'v1', metadata: { name: 'a' } }, 'a.yaml: kind is missing'],
  [{ apiVersion: 'v1', kind: 'X' }, 'a.yaml: X: metadata.name is missing'],
  [
    { apiVersion: 'v1', kind: 'X', metadata: { name: 5 } },
    'a.yaml: X: metadata.name must be a string, not the number 5',
  ],
  [
    { apiVersion: 'v1', kind: 'X', metadata: { name: 'a', namespace: {} } },
    'a.yaml: X/a: metadata.namespace must be a string, not a mapping',
  ],
])('%j is refused and says why', (document, message) => {
  expect(() => readManifests(document, 'a.yaml')).toThrow(new ManifestRefused(message))
})

test('the name of a list item says which one it is', () => {
  const list = { apiVersion: 'v1', kind: 'List', items: [settings, { kind: 'X' }] }
  expect(() => readManifests(list, 'a.yaml')).toThrow('a.yaml, items[1]: apiVersion is missing')
})

test('lists in lists have a bound', () => {
  let list: { apiVersion: string; kind: string; items: object[] } = {
    apiVersion: 'v1',
    kind: 'List',
    items: [settings],
  }
  for (let depth = 0; depth < 20; depth += 1)
    list = { apiVersion: 'v1', kind: 'List', items: [list] }
  expect(() => readManifests(JSON.parse(JSON.stringify(list)), 'a.yaml')).toThrow('lists in lists')
})

test('the same object twice is refused, in two versions too', () => {
  const twice = readManifests(
    { apiVersion: 'v1', kind: 'List', items: [settings, settings] },
    'a.yaml',
  )
  expect(() => refuseDuplicates(twice)).toThrow('ConfigMap/shop/settings (core) is there twice')
})
