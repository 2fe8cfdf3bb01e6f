import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import {
  difference,
  type FieldSet,
  hasPath,
  insertPath,
  intersection,
  isEmpty,
  type OpenSet,
  pathsOf,
  recursiveDifference,
  union,
} from './field-set.ts'
import { fromFieldsV1, toFieldsV1 } from './fields-v1.ts'

const element = fc.constantFrom('f:a', 'f:b', 'k:{"name":"x"}', 'k:{"port":80}', 'v:"s"', 'v:1')
const path = fc.array(element, { minLength: 1, maxLength: 4 })
const paths = fc.array(path, { maxLength: 8 })

function setOf(list: readonly (readonly string[])[]): FieldSet {
  const set: OpenSet = new Map()
  for (const item of list) insertPath(set, item)
  return set
}

function texts(set: FieldSet): readonly string[] {
  return pathsOf(set)
    .map((item) => item.join('/'))
    .toSorted()
}

test('union, intersection and difference are those of sets of paths', () => {
  fc.assert(
    fc.property(paths, paths, (left, right) => {
      const [a, b] = [setOf(left), setOf(right)]
      const [inA, inB] = [new Set(texts(a)), new Set(texts(b))]
      expect(texts(union(a, b))).toEqual([...new Set([...inA, ...inB])].toSorted())
      expect(texts(intersection(a, b))).toEqual([...inA].filter((item) => inB.has(item)).toSorted())
      expect(texts(difference(a, b))).toEqual([...inA].filter((item) => !inB.has(item)).toSorted())
      expect(isEmpty(difference(a, a))).toBe(true)
    }),
  )
})

test('a recursive difference removes what is below a member too', () => {
  fc.assert(
    fc.property(paths, paths, (left, right) => {
      const removed = texts(setOf(right))
      const rest = texts(setOf(left)).filter(
        (item) => !removed.some((other) => item === other || item.startsWith(`${other}/`)),
      )
      expect(texts(recursiveDifference(setOf(left), setOf(right)))).toEqual(rest)
    }),
  )
})

test('fieldsV1 keeps every path', () => {
  fc.assert(
    fc.property(paths, (list) => {
      const set = setOf(list)
      const text = JSON.stringify(toFieldsV1(set))
      // Parsed anew, so that no cache answers.
      expect(texts(fromFieldsV1(JSON.parse(text)))).toEqual(texts(set))
      for (const item of list) expect(hasPath(set, item)).toBe(true)
    }),
  )
})

test('elements are ordered by name, then key, then value; numbers count as numbers', () => {
  const set = setOf([['v:1'], ['k:{"port":443}'], ['k:{"port":80}'], ['f:b'], ['f:a']])
  expect(Object.keys(toFieldsV1(set))).toEqual([
    'f:a',
    'f:b',
    'k:{"port":80}',
    'k:{"port":443}',
    'v:1',
  ])
})
