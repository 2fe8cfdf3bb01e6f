import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import type { Json } from '../json.ts'
import { builtinSchema } from '../schema/load.ts'
import type { ListNode, SchemaNode } from '../schema/node.ts'
import { compare } from './compare.ts'
import { isEmpty } from './field-set.ts'
import { merge } from './merge.ts'

const KEYED: ListNode = {
  kind: 'list',
  relation: 'map',
  keys: ['name'],
  element: {
    kind: 'map',
    relation: 'granular',
    required: [],
    fields: new Map([
      ['name', { node: { kind: 'scalar', type: 'string' } }],
      ['value', { node: { kind: 'scalar', type: 'string' } }],
    ]),
  },
}

function configMapSchema(): SchemaNode {
  const schema = builtinSchema('v1', 'ConfigMap')
  if (schema === undefined) throw new Error('ConfigMap was not recorded')
  return schema
}

function names(value: Json | undefined): readonly unknown[] {
  return (Array.isArray(value) ? value : []).map((item: { name: string }) => item.name)
}

function items(list: readonly string[]): Json {
  return list.map((name) => ({ name }))
}

const unique = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 5 })

test('a merged list has every item once, and the order of the configuration', () => {
  fc.assert(
    fc.property(unique, unique, (live, config) => {
      const merged = names(merge(items(live), items(config), KEYED))
      expect(new Set(merged)).toEqual(new Set([...live, ...config]))
      expect(merged).toHaveLength(new Set(merged).size)
      expect(merged.filter((name) => config.some((other) => other === name))).toEqual(config)
    }),
  )
})

test('a configuration that says nothing new changes nothing, and shares what is there', () => {
  const schema = configMapSchema()
  const live = { metadata: { name: 'a', labels: { x: 'y' } }, data: { a: '1', b: '2' } }
  expect(merge(live, { metadata: { name: 'a' }, data: { a: '1' } }, schema)).toBe(live)
})

test('what was merged has the configuration in it', () => {
  const schema = configMapSchema()
  const config = { data: { b: '3' }, metadata: { labels: { z: '1' } } }
  const merged = merge({ data: { a: '1', b: '2' } }, config, schema) ?? null
  expect(isEmpty(compare(merged, merge(merged, config, schema) ?? null, schema).modified)).toBe(
    true,
  )
  expect(merged).toEqual({ data: { a: '1', b: '3' }, metadata: { labels: { z: '1' } } })
})
