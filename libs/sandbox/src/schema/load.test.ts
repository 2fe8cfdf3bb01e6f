import { expect, test } from 'vitest'

import { builtinSchema, recorded } from './load.ts'
import type { SchemaNode } from './node.ts'

test('every recorded resource has a schema, and every type that it refers to was recorded', () => {
  const seen = new Set<SchemaNode>()
  const walk = (node: SchemaNode): void => {
    if (seen.has(node)) return
    seen.add(node)
    if (node.kind === 'list') walk(node.element)
    if (node.kind !== 'map') return
    for (const field of node.fields.values()) walk(field.node)
    if (node.element !== undefined) walk(node.element)
  }
  for (const { apiVersion, kind } of recorded().resources) {
    const schema = builtinSchema(apiVersion, kind)
    expect([apiVersion, kind, schema?.kind]).toEqual([apiVersion, kind, 'map'])
    if (schema !== undefined) walk(schema)
  }
  expect(seen.size).toBeGreaterThan(500)
})

test('the version is the one that the sandbox says it is', () => {
  expect(recorded().version).toBe('v1.36.3')
})
