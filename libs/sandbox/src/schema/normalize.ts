import {
  isList,
  isObject,
  textOf,
  type Json,
  type JsonObject,
  type MutableObject,
} from '../json.ts'
import type { ListNode, MapNode, SchemaNode } from './node.ts'
import { isLeftOut, omitsEmptyString, omitsZero } from './go-shape.ts'
import { canonicalQuantity } from './quantity.ts'
import { zeroField } from './zero.ts'

/** A value that does not fit its Go type, as encoding/json would say it. */
export class DecodeError extends Error {
  override readonly name: string = 'DecodeError'
}

/**
 * Makes of an object what comes out of the API server's typed decoding: unknown fields, nulls and what Go
 * leaves out when empty are dropped, and structs by value are there. Unknown fields are reported.
 *
 * @throws DecodeError for a value of the wrong type.
 */
export function normalize(
  object: JsonObject,
  node: MapNode,
): { readonly object: JsonObject; readonly unknown: readonly string[] } {
  const unknown: string[] = []
  const out = normalizeStruct(object, node, { path: '', names: '', unknown })
  return { object: out, unknown }
}

interface Place {
  /** With list indices, for strict decoding errors. */
  readonly path: string
  /** Without them, as encoding/json names a struct field. */
  readonly names: string
  readonly unknown: string[]
}

function normalizeStruct(value: JsonObject, node: MapNode, place: Place): JsonObject {
  const out: MutableObject = {}
  let changed = false
  for (const [key, item] of Object.entries(value)) {
    const field = node.fields.get(key)
    if (field === undefined) {
      place.unknown.push(below(place.path, key))
      changed = true
      continue
    }
    const kept = normalizeField(item, field.node, { owner: node, name: key, place })
    if (kept === undefined) changed = true
    else out[key] = kept
    changed ||= kept !== item
  }
  for (const [key, field] of node.fields) {
    if (key in out) continue
    const zero = zeroField(node, key, field)
    if (zero === undefined) continue
    out[key] = zero
    changed = true
  }
  return changed ? out : value
}

interface Holder {
  readonly owner: MapNode
  readonly name: string
  readonly place: Place
}

/** The value of a struct's field, or `undefined` when Go leaves it out. */
function normalizeField(item: Json, node: SchemaNode, holder: Holder): Json | undefined {
  const { owner, name, place } = holder
  if (item === null) return undefined
  const inner = {
    ...place,
    path: below(place.path, name),
    names: below(place.names, name),
  }
  const kept = normalizeValue(item, node, { ...holder, place: inner })
  return isDropped(kept, node, owner, name) ? undefined : kept
}

function isDropped(value: Json, node: SchemaNode, owner: MapNode, name: string): boolean {
  switch (node.kind) {
    // Storage keeps no empty list or map apart from an absent one; a required one comes back as null.
    case 'list':
      return isList(value) && value.length === 0
    case 'map':
      return node.fields.size === 0 && isObject(value) && Object.keys(value).length === 0
    case 'scalar': {
      const of = { type: owner.typeName, name }
      if (value === '')
        return isLeftOut(of) || (!owner.required.includes(name) && omitsEmptyString(of))
      return (value === 0 || value === false) && !owner.required.includes(name) && omitsZero(of)
    }
    default:
      return false
  }
}

function normalizeValue(item: Json, node: SchemaNode, holder: Holder): Json {
  switch (node.kind) {
    case 'map':
      if (!isObject(item)) throw mismatch(item, node, holder)
      return node.fields.size === 0
        ? normalizeMap(item, node, holder)
        : normalizeStruct(item, node, holder.place)
    case 'list':
      if (!isList(item)) throw mismatch(item, node, holder)
      return normalizeList(item, node, holder)
    case 'scalar':
      if (!fitsScalar(item, node.type)) throw mismatch(item, node, holder)
      return node.format === 'quantity' ? quantityOf(item) : item
    default:
      return item
  }
}

function normalizeMap(value: JsonObject, node: MapNode, holder: Holder): JsonObject {
  const element = node.element
  if (element === undefined || element.kind === 'any') return value
  const entries = Object.entries(value).map(([key, item]): readonly [string, Json] => [
    key,
    normalizeEntry(item, element, holder),
  ])
  return entries.every(([key, item]) => item === value[key]) ? value : Object.fromEntries(entries)
}

/** A null in a map of strings is the empty string in Go. */
function normalizeEntry(item: Json, element: SchemaNode, holder: Holder): Json {
  if (item === null) return element.kind === 'scalar' && element.type === 'string' ? '' : null
  return normalizeValue(item, element, holder)
}

function normalizeList(value: readonly Json[], node: ListNode, holder: Holder): readonly Json[] {
  const out = value.map((item, index) => {
    const place = { ...holder.place, path: `${holder.place.path}[${index}]` }
    return normalizeEntry(item ?? {}, node.element, { ...holder, place })
  })
  return out.every((item, index) => item === value[index]) ? value : out
}

function quantityOf(item: Json): Json {
  const quantity = canonicalQuantity(textOf(item))
  if (quantity !== undefined) return quantity
  throw new DecodeError(
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  )
}

function fitsScalar(item: Json, type: string): boolean {
  switch (type) {
    case 'integer':
      return typeof item === 'number' && Number.isInteger(item)
    case 'any':
      return typeof item === 'string' || typeof item === 'number'
    default:
      return typeof item === type
  }
}

function mismatch(item: Json, node: SchemaNode, { owner, place }: Holder): DecodeError {
  const struct = owner.typeName?.slice(owner.typeName.lastIndexOf('.') + 1) ?? ''
  return new DecodeError(
    `json: cannot unmarshal ${jsonType(item)} into Go struct field ${struct}.${place.names} of type ${goType(node)}`,
  )
}

function jsonType(item: Json): string {
  if (isList(item)) return 'array'
  if (typeof item === 'boolean') return 'bool'
  return typeof item === 'number' && !Number.isInteger(item) ? `number ${item}` : typeof item
}

function goType(node: SchemaNode): string {
  switch (node.kind) {
    case 'list':
      return `[]${goType(node.element)}`
    case 'map': {
      if (node.typeName === undefined) return `map[string]${goType(node.element ?? node)}`
      const parts = node.typeName.split('.')
      return parts.slice(-2).join('.')
    }
    case 'scalar':
      if (node.type === 'integer') return node.format === 'int64' ? 'int64' : 'int32'
      if (node.type === 'boolean') return 'bool'
      return node.type === 'number' ? 'float64' : 'string'
    default:
      return 'interface {}'
  }
}

function below(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}
