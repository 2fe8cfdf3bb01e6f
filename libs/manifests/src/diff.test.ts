import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { diffObjects } from './diff.ts'
import type { JsonObject } from './json.ts'

const container = (name: string, image: string): JsonObject => ({ name, image })
const secret = (data: JsonObject): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  data,
})
const pod = (...containers: readonly JsonObject[]): JsonObject => ({
  kind: 'Pod',
  spec: { containers },
})

test('a field that was added, changed or removed is named with its values', () => {
  const before = { spec: { replicas: 1, paused: true, tag: 'x' } }
  const after = { spec: { replicas: 2, tag: 'x', extra: { a: 1 } } }
  expect(diffObjects(before, after, 10)).toEqual([
    { path: 'spec.replicas', before: 1, after: 2 },
    { path: 'spec.paused', before: true },
    { path: 'spec.extra', after: { a: 1 } },
  ])
})

test('list elements with names are matched by name, so that a new first one is one change', () => {
  const before = pod(container('web', 'web:1'))
  const after = pod(container('log', 'log:1'), container('web', 'web:2'))
  expect(diffObjects(before, after, 10)).toEqual([
    { path: 'spec.containers[name=web].image', before: 'web:1', after: 'web:2' },
    { path: 'spec.containers[name=log]', after: { name: 'log', image: 'log:1' } },
  ])
})

test('list elements without names are matched by place', () => {
  expect(diffObjects({ args: ['a', 'b'] }, { args: ['a', 'c', 'd'] }, 10)).toEqual([
    { path: 'args[1]', before: 'b', after: 'c' },
    { path: 'args[2]', after: 'd' },
  ])
})

test('a changed value of a Secret is named and not shown', () => {
  expect(
    diffObjects(secret({ a: 'old', b: 'same' }), secret({ a: 'new', b: 'same', c: 'x' }), 10),
  ).toEqual([
    { path: 'data.a', before: '[secret]', after: '[secret]' },
    { path: 'data.c', after: '[secret]' },
  ])
})

test('no more changes are given than asked for', () => {
  const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, index]))
  expect(diffObjects({}, many, 7)).toHaveLength(7)
})

test('law: an object does not differ from itself', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }), (object) => {
      const copy = JSON.parse(JSON.stringify(object))
      expect(diffObjects(copy, JSON.parse(JSON.stringify(copy)), 10)).toEqual([])
    }),
  )
})
