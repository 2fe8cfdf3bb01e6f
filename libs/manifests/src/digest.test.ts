import { createHmac } from 'node:crypto'

import { expect, test } from 'vitest'

import { manifestDigest, objectDigest } from './digest.ts'
import type { JsonObject } from './json.ts'
import { redactSecret } from './secrets.ts'

const keyed = (text: string): string => createHmac('sha256', 'key').update(text).digest('hex')
const secret = (data: JsonObject): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'key' },
  data,
})

test('the order of keys does not change a digest, the order of objects does', () => {
  const [left, right] = [
    { kind: 'A', apiVersion: 'v1' },
    { apiVersion: 'v1', kind: 'A' },
  ]
  expect(objectDigest(left, keyed)).toBe(objectDigest(right, keyed))
  const other = { kind: 'B' }
  expect(manifestDigest([left, other], keyed)).not.toBe(manifestDigest([other, left], keyed))
})

test('a digest is known for ever', () => {
  const objects = [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { b: 'c' } },
    secret({ password: 'Z2VoZWlt' }),
  ]
  expect(manifestDigest(objects, keyed)).toBe(
    'sha256:7b5f0be6f0c600c55a56b5dc2c6098172ab04b382ad4c4b8f4e731c6427a359c',
  )
})

test('the digest of a Secret depends on its values and on the key', () => {
  const digest = objectDigest(secret({ password: 'YQ==' }), keyed)
  expect(objectDigest(secret({ password: 'Yg==' }), keyed)).not.toBe(digest)
  expect(objectDigest(secret({ password: 'YQ==' }), (text) => `other ${text}`)).not.toBe(digest)
})

test('a Secret shows the names of its values and nothing more', () => {
  const annotations = {
    'kubectl.kubernetes.io/last-applied-configuration': '{"data":{"password":"YQ=="}}',
    note: 'n',
  }
  const object: JsonObject = {
    ...secret({ password: 'YQ==', port: 5 }),
    stringData: { user: 'me' },
    metadata: { name: 'key', annotations },
  }
  expect(redactSecret(object)).toEqual({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: 'key',
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '[secret]', note: 'n' },
    },
    data: { password: '[secret]', port: '[secret]' },
    stringData: { user: '[secret]' },
  })
})

test('what a Secret holds in place of a mapping is masked too', () => {
  expect(redactSecret({ apiVersion: 'v1', kind: 'Secret', data: 'YQ==' })['data']).toBe('[secret]')
  expect(redactSecret({ apiVersion: 'v1', kind: 'Secret', data: null })['data']).toBeNull()
})

test('an object of another kind is returned as it is', () => {
  const object = { apiVersion: 'shop.example/v1', kind: 'Secret', data: { a: 'b' } }
  expect(redactSecret(object)).toBe(object)
})
