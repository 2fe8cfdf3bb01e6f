import type { Json, JsonObject, MutableObject } from '../json.ts'
import type { Field, MapNode } from './node.ts'

/**
 * What the API server's Go type of a node is before anything was set: structs by value are there (their schema
 * has the default `{}`), so are scalars that are never left out (default `""`, `0`, `false`), and lists and
 * maps that are required are null.
 */
export function zeroValue(node: MapNode): JsonObject {
  const known = zeros.get(node)
  if (known !== undefined) return known
  const out: MutableObject = {}
  zeros.set(node, out)
  for (const [name, field] of node.fields) {
    const value = zeroField(node, name, field)
    if (value !== undefined) out[name] = value
  }
  return out
}

const zeros = new WeakMap<MapNode, JsonObject>()

/** What a field is when nobody set it; `undefined` when it is left out. */
export function zeroField(node: MapNode, name: string, field: Field): Json | undefined {
  if (isEmptyObject(field.default)) {
    return field.node.kind === 'map' && field.node.fields.size > 0
      ? zeroValue(field.node)
      : undefined
  }
  if (field.default === '' || field.default === 0 || field.default === false) return field.default
  const isContainer = field.node.kind === 'list' || field.node.kind === 'map'
  return isContainer && node.required.includes(name) ? null : undefined
}

function isEmptyObject(value: Json | undefined): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}
