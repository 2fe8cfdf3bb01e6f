import type { Json, JsonObject, MutableObject } from '../json.ts'
import { isLeftOut, isNullTime, isNullWhenAbsent } from './go-shape.ts'
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
  const of = { type: node.typeName, name }
  switch (field.node.kind) {
    case 'scalar':
      if (field.node.format === 'date-time') return isNullTime(of) ? null : undefined
      return isZeroScalar(field.default) && !isLeftOut(of) ? field.default : undefined
    case 'map':
      if (isEmptyObject(field.default) && field.node.fields.size > 0) return zeroValue(field.node)
      return isNullWhenAbsent(of, node.required.includes(name)) && !isEmptyObject(field.default)
        ? null
        : undefined
    case 'list':
      return isNullWhenAbsent(of, node.required.includes(name)) ? null : undefined
    default:
      return undefined
  }
}

function isZeroScalar(value: Json | undefined): boolean {
  return value === '' || value === 0 || value === false
}

function isEmptyObject(value: Json | undefined): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}
