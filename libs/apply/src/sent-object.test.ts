import { expect, test } from 'vitest'

import { sentObject } from './sent-object.ts'

test('what only the API server may set is not sent', () => {
  const metadata = {
    name: 'a',
    uid: 'old',
    resourceVersion: '7',
    generation: 3,
    creationTimestamp: null,
    managedFields: [],
  }
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: {}, status: { phase: 'x' } }
  expect(sentObject(object, undefined)).toEqual({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a' },
    data: {},
  })
  expect(sentObject(object, 'seen')['metadata']).toEqual({ name: 'a', uid: 'seen' })
})

test('the stringData of a Secret is sent as data, and wins over it', () => {
  const object = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'a' },
    data: { a: 'YQ==', b: 'YQ==' },
    stringData: { b: 'b', c: 'ü' },
  }
  expect(sentObject(object, undefined)).toEqual({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'a' },
    data: { a: 'YQ==', b: 'Yg==', c: 'w7w=' },
  })
})

test('a definition keeps its status, as Flux has it', () => {
  const object = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'a' },
    status: {},
  }
  expect(sentObject(object, undefined)['status']).toEqual({})
})
