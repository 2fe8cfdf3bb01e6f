import { isObject, listAt, objectAt, stringAt, type Json, type JsonObject } from '../json.ts'
import { objectMetaSchema } from './load.ts'
import {
  ATOMIC_ANY,
  DEDUCED_ANY,
  type Field,
  type ListNode,
  type MapNode,
  type ScalarType,
  type SchemaNode,
} from './node.ts'

/**
 * The node of a custom resource, of the `openAPIV3Schema` of its version. The root always has apiVersion, kind
 * and the metadata of every object.
 */
export function customResourceNode(schema: JsonObject | undefined): MapNode {
  const node = schema === undefined ? undefined : nodeOf(schema)
  const fields = new Map(node?.kind === 'map' ? node.fields : [])
  fields.set('apiVersion', { node: { kind: 'scalar', type: 'string' } })
  fields.set('kind', { node: { kind: 'scalar', type: 'string' } })
  fields.set('metadata', { node: objectMetaSchema() })
  const preserve = schema === undefined || (node?.kind === 'map' && node.preserve === true)
  return {
    kind: 'map',
    relation: 'granular',
    fields,
    required: listAt(schema, 'required').map(String),
    ...(preserve ? { preserve: true, element: DEDUCED_ANY } : {}),
  }
}

function nodeOf(schema: JsonObject): SchemaNode {
  if (schema['x-kubernetes-int-or-string'] === true) {
    return { kind: 'scalar', type: 'any', format: 'int-or-string' }
  }
  switch (schema['type']) {
    case 'object':
      return mapNode(schema)
    case 'array':
      return listNode(schema)
    case 'string':
    case 'integer':
    case 'number':
    case 'boolean':
      return { kind: 'scalar', type: scalarType(schema['type'], stringAt(schema, 'format')) }
    default:
      return schema['x-kubernetes-preserve-unknown-fields'] === true ? DEDUCED_ANY : ATOMIC_ANY
  }
}

function scalarType(type: Exclude<ScalarType, 'any'>, format: string | undefined): ScalarType {
  // A string with a format of its own takes any scalar (schemaconv, convertPrimitive).
  return type === 'string' && format !== undefined && format !== 'byte' ? 'any' : type
}

function mapNode(schema: JsonObject): MapNode {
  const fields = new Map<string, Field>()
  for (const [name, property] of Object.entries(objectAt(schema, 'properties'))) {
    if (!isObject(property)) continue
    const initial = property['default']
    fields.set(name, {
      node: nodeOf(property),
      ...(initial === undefined ? {} : { default: initial }),
    })
  }
  const isEmbedded = schema['x-kubernetes-embedded-resource'] === true
  if (isEmbedded) addObjectFields(fields)
  const element = elementNode(schema, fields)
  return {
    kind: 'map',
    relation: schema['x-kubernetes-map-type'] === 'atomic' ? 'atomic' : 'granular',
    fields,
    required: listAt(schema, 'required').map(String),
    ...(element === undefined ? {} : { element }),
    ...(schema['x-kubernetes-preserve-unknown-fields'] === true ? { preserve: true } : {}),
    ...(isEmbedded ? { embedded: true } : {}),
  }
}

function addObjectFields(fields: Map<string, Field>): void {
  fields.set('apiVersion', { node: { kind: 'scalar', type: 'string' } })
  fields.set('kind', { node: { kind: 'scalar', type: 'string' } })
  fields.set('metadata', { node: objectMetaSchema() })
}

function elementNode(
  schema: JsonObject,
  fields: ReadonlyMap<string, Field>,
): SchemaNode | undefined {
  const rest = schema['additionalProperties']
  if (isObject(rest)) return nodeOf(rest)
  if (rest === true || schema['x-kubernetes-preserve-unknown-fields'] === true) return DEDUCED_ANY
  return fields.size === 0 && rest === undefined ? DEDUCED_ANY : undefined
}

function listNode(schema: JsonObject): ListNode {
  const items = schema['items']
  const element = isObject(items) ? nodeOf(items) : ATOMIC_ANY
  const type: Json | undefined = schema['x-kubernetes-list-type']
  const keys = listAt(schema, 'x-kubernetes-list-map-keys').map(String)
  return {
    kind: 'list',
    relation: type === 'map' || type === 'set' ? type : 'atomic',
    keys,
    element,
  }
}
