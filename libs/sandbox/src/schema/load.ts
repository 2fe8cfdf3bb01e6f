import { assert } from '@tidemark/kernel'
import { RECORDED } from '../gen/recorded.ts'
import type { Json } from '../json.ts'
import {
  ATOMIC_ANY,
  DEDUCED_ANY,
  type Field,
  type ListNode,
  type MapNode,
  type PatchRule,
  type ScalarNode,
  type SchemaNode,
} from './node.ts'

/** A built-in resource as the recorded server lists it. */
export interface RecordedResource {
  readonly apiVersion: string
  readonly name: string
  readonly kind: string
  readonly singular: string
  readonly namespaced: boolean
  readonly verbs: readonly string[]
  readonly shortNames?: readonly string[]
  readonly categories?: readonly string[]
  readonly subresources?: readonly string[]
}

/** A recorded schema; `tools/record-schemas.ts` explains where each key comes from. */
export interface RecordedSchema {
  readonly t?: string
  readonly a?: string | RecordedSchema
  readonly m?: string | RecordedSchema
  readonly p?: Readonly<Record<string, string | RecordedSchema>>
  readonly r?: readonly string[]
  readonly d?: Json
  readonly lt?: string
  readonly lk?: readonly string[]
  readonly mt?: string
  readonly ps?: string
  readonly pk?: string
  readonly pu?: boolean
  readonly gvk?: string
}

export interface Recorded {
  readonly version: string
  readonly types: Readonly<Record<string, RecordedSchema>>
  readonly resources: readonly RecordedResource[]
}

const QUANTITY = 'api.resource.Quantity'
const RAW_EXTENSION = 'runtime.RawExtension'

let parsed: Recorded | undefined
const named = new Map<string, SchemaNode>()
let kinds: ReadonlyMap<string, string> | undefined

/** What was recorded from the real kube-apiserver: its version, types and resources. */
export function recorded(): Recorded {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- We generated it; a test reads all of it.
  parsed ??= JSON.parse(RECORDED) as Recorded
  return parsed
}

/** The schema of a built-in kind. `apiVersion` is `v1` or `group/version`. */
export function builtinSchema(apiVersion: string, kind: string): MapNode | undefined {
  kinds ??= new Map(
    Object.entries(recorded().types).flatMap(([name, type]) =>
      type.gvk === undefined ? [] : [[type.gvk, name] as const],
    ),
  )
  const name = kinds.get(`${apiVersion}/${kind}`)
  if (name === undefined) return undefined
  const node = namedNode(name)
  assert(node.kind === 'map', `the recorded type ${name} is an object`)
  return node
}

/** The schema of `metadata`, which custom resources share with the built-in kinds. */
export function objectMetaSchema(): MapNode {
  const node = namedNode('meta.v1.ObjectMeta')
  assert(node.kind === 'map', 'the recorded ObjectMeta is an object')
  return node
}

function namedNode(name: string): SchemaNode {
  const known = named.get(name)
  if (known !== undefined) return known
  const type = recorded().types[name]
  assert(type !== undefined, `the type ${name} was recorded`)
  if (name === QUANTITY) return remember(name, { kind: 'scalar', type: 'any', format: 'quantity' })
  if (name === RAW_EXTENSION) return remember(name, ATOMIC_ANY)
  if (type.p === undefined) return remember(name, anonymousNode(type))
  const fields = new Map<string, Field>()
  const node: MapNode = {
    kind: 'map',
    relation: type.mt === 'atomic' ? 'atomic' : 'granular',
    fields,
    required: type.r ?? [],
    typeName: name,
  }
  remember(name, node)
  for (const [key, field] of Object.entries(type.p)) fields.set(key, fieldOf(field))
  return node
}

function remember(name: string, node: SchemaNode): SchemaNode {
  named.set(name, node)
  return node
}

function fieldOf(schema: string | RecordedSchema): Field {
  if (typeof schema === 'string') return { node: nodeOf(schema) }
  const patch = patchRule(schema)
  return {
    node: nodeOf(schema),
    ...(schema.d === undefined ? {} : { default: schema.d }),
    ...(patch === undefined ? {} : { patch }),
  }
}

function patchRule(schema: RecordedSchema): PatchRule | undefined {
  if (schema.ps === undefined) return undefined
  const strategies = schema.ps.split(',')
  return {
    merge: strategies.includes('merge'),
    retainKeys: strategies.includes('retainKeys'),
    ...(schema.pk === undefined ? {} : { key: schema.pk }),
  }
}

function nodeOf(schema: string | RecordedSchema): SchemaNode {
  if (typeof schema !== 'string') return anonymousNode(schema)
  return schema.startsWith('@') ? namedNode(schema.slice(1)) : scalarOf(schema)
}

function anonymousNode(schema: RecordedSchema): SchemaNode {
  if (schema.a !== undefined) return listNode(schema, nodeOf(schema.a))
  if (schema.m !== undefined) return mapOf(schema, nodeOf(schema.m))
  const node = nodeOf(schema.t ?? 'u')
  // A reference may override how the maps that it refers to are owned.
  if (schema.mt === undefined || node.kind !== 'map') return node
  return { ...node, relation: schema.mt === 'atomic' ? 'atomic' : 'granular' }
}

function mapOf(schema: RecordedSchema, element: SchemaNode): MapNode {
  const relation = schema.mt === 'atomic' ? 'atomic' : 'granular'
  return { kind: 'map', relation, fields: new Map(), element, required: [] }
}

/** The rule of kube-openapi's schemaconv: the list type, else the patch strategy, else atomic. */
function listNode(schema: RecordedSchema, element: SchemaNode): ListNode {
  const atomic: ListNode = { kind: 'list', relation: 'atomic', keys: [], element }
  if (schema.lt === 'set') return { ...atomic, relation: 'set' }
  if (schema.lt === 'map') return { ...atomic, relation: 'map', keys: schema.lk ?? [] }
  if (schema.lt !== undefined || patchRule(schema)?.merge !== true) return atomic
  return schema.pk === undefined
    ? { ...atomic, relation: 'set' }
    : { ...atomic, relation: 'map', keys: [schema.pk] }
}

const SCALARS: Readonly<Record<string, ScalarNode>> = {
  s: { kind: 'scalar', type: 'string' },
  y: { kind: 'scalar', type: 'string', format: 'byte' },
  t: { kind: 'scalar', type: 'any', format: 'date-time' },
  x: { kind: 'scalar', type: 'any', format: 'int-or-string' },
  i: { kind: 'scalar', type: 'integer' },
  l: { kind: 'scalar', type: 'integer', format: 'int64' },
  n: { kind: 'scalar', type: 'number' },
  b: { kind: 'scalar', type: 'boolean' },
}

function scalarOf(code: string): SchemaNode {
  const scalar = SCALARS[code]
  if (scalar !== undefined) return scalar
  // An object without properties is free-form (schemaconv calls it deduced); no type at all means any value.
  return code === 'o'
    ? { kind: 'map', relation: 'granular', fields: new Map(), element: DEDUCED_ANY, required: [] }
    : UNTYPED
}

// `JSON` of a CRD's schema: any value, and (as it has no list type) every list in it is atomic.
const UNTYPED: SchemaNode = DEDUCED_ANY
