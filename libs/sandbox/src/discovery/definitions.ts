import type { Json, JsonObject, MutableObject } from '../json.ts'
import { recorded, type RecordedSchema } from '../schema/load.ts'
import type { Resource } from '../store/resource.ts'

/** The name of a type as the API server publishes it: `io.k8s.api.apps.v1.Deployment`. */
function publishedName(short: string): string {
  if (short.startsWith('meta.v1.')) return `io.k8s.apimachinery.pkg.apis.${short}`
  if (short.startsWith('apiextensions.')) return `io.k8s.apiextensions-apiserver.pkg.apis.${short}`
  const isMachinery =
    short.startsWith('api.resource') || short.startsWith('runtime.') || short.startsWith('util.')
  return isMachinery ? `io.k8s.apimachinery.pkg.${short}` : `io.k8s.api.${short}`
}

export function metaReference(prefix: string): JsonObject {
  return { $ref: prefix + publishedName('meta.v1.ObjectMeta') }
}

/** `com.example.v1.Widget`, for a custom resource. */
export function definitionName({ group, version, kind }: Resource): string {
  return [...group.split('.').toReversed(), version, kind].join('.')
}

/** The recorded types of some resources, and all that they refer to, with references under `prefix`. */
export function builtinDefinitions(resources: readonly Resource[], prefix: string): MutableObject {
  const { types } = recorded()
  const kinds = new Set(resources.map(({ apiVersion, kind }) => `${apiVersion}/${kind}`))
  const wanted = Object.keys(types).filter((name) => kinds.has(types[name]?.gvk ?? ''))
  // Custom resources refer to the metadata of every object.
  wanted.push('meta.v1.ObjectMeta')
  const out: MutableObject = {}
  const queue = [...wanted]
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const type = types[name]
    const published = publishedName(name)
    if (type === undefined || published in out) continue
    const refer = (short: string): string => {
      queue.push(short)
      return prefix + publishedName(short)
    }
    out[published] = definition(type, refer)
  }
  return out
}

type Refer = (short: string) => string

function definition(type: RecordedSchema, refer: Refer): JsonObject {
  const kind =
    type.gvk === undefined ? {} : { 'x-kubernetes-group-version-kind': [gvkOf(type.gvk)] }
  if (type.p === undefined) return { ...schemaOf(type, refer), ...kind }
  const properties = Object.fromEntries(
    Object.entries(type.p).map(([name, schema]) => [name, schemaOf(schema, refer)]),
  )
  return {
    type: 'object',
    properties,
    ...(type.r === undefined ? {} : { required: type.r }),
    ...extensions(type),
    ...kind,
  }
}

function gvkOf(text: string): JsonObject {
  const parts = text.split('/')
  const [kind = '', version = '', group = ''] = parts.toReversed()
  return { group, version, kind }
}

function schemaOf(schema: string | RecordedSchema, refer: Refer): JsonObject {
  if (typeof schema === 'string') return scalarOf(schema, refer)
  const more = {
    ...extensions(schema),
    ...(schema.d === undefined ? {} : { default: schema.d }),
  }
  if (schema.a !== undefined) return { type: 'array', items: schemaOf(schema.a, refer), ...more }
  if (schema.m !== undefined)
    return { type: 'object', additionalProperties: schemaOf(schema.m, refer), ...more }
  const plain = scalarOf(schema.t ?? 'u', refer)
  // A reference stands alone: what is said beside it goes around it.
  return '$ref' in plain && Object.keys(more).length > 0
    ? { allOf: [plain], ...more }
    : { ...plain, ...more }
}

const SCALARS: Readonly<Record<string, JsonObject>> = {
  s: { type: 'string' },
  y: { type: 'string', format: 'byte' },
  t: { type: 'string', format: 'date-time' },
  x: { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
  i: { type: 'integer', format: 'int32' },
  l: { type: 'integer', format: 'int64' },
  n: { type: 'number' },
  b: { type: 'boolean' },
  o: { type: 'object' },
}

function scalarOf(code: string, refer: Refer): JsonObject {
  return code.startsWith('@') ? { $ref: refer(code.slice(1)) } : (SCALARS[code] ?? {})
}

function extensions(schema: RecordedSchema): JsonObject {
  const pairs: readonly (readonly [string, Json | undefined])[] = [
    ['x-kubernetes-list-type', schema.lt],
    ['x-kubernetes-list-map-keys', schema.lk],
    ['x-kubernetes-map-type', schema.mt],
    ['x-kubernetes-patch-strategy', schema.ps],
    ['x-kubernetes-patch-merge-key', schema.pk],
    ['x-kubernetes-preserve-unknown-fields', schema.pu],
  ]
  const out: MutableObject = {}
  for (const [name, value] of pairs) if (value !== undefined) out[name] = value
  return out
}
