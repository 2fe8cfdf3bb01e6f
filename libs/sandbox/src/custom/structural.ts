import {
  isList,
  isObject,
  listAt,
  objectAt,
  type Json,
  type JsonObject,
  type MutableObject,
} from '../json.ts'

/** A structural schema of a CustomResourceDefinition, as it was written. */
export type StructuralSchema = JsonObject

/**
 * Drops the fields that a structural schema does not name, and says which. `x-kubernetes-preserve-unknown-fields`
 * keeps them; apiVersion, kind and metadata belong to every object.
 */
export function pruneUnknown(
  object: JsonObject,
  schema: StructuralSchema | undefined,
): { readonly object: JsonObject; readonly unknown: readonly string[] } {
  if (schema === undefined) return { object, unknown: [] }
  const unknown: string[] = []
  const out: MutableObject = {}
  for (const [key, value] of Object.entries(
    pruneObject(object, schema, { path: '', unknown, isRoot: true }),
  )) {
    out[key] = value
  }
  return { object: out, unknown }
}

interface Place {
  readonly path: string
  readonly unknown: string[]
  readonly isRoot: boolean
}

function pruneValue(value: Json, schema: StructuralSchema, place: Place): Json {
  if (isObject(value)) return pruneObject(value, schema, place)
  const items = schema['items']
  if (!isList(value) || !isObject(items)) return value
  return value.map((item, index) =>
    pruneValue(item, items, { ...place, path: `${place.path}[${index}]`, isRoot: false }),
  )
}

const OBJECT_KEYS: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata'])

function pruneObject(value: JsonObject, schema: StructuralSchema, place: Place): JsonObject {
  const properties = objectAt(schema, 'properties')
  const rest = schema['additionalProperties']
  const isWhole = place.isRoot || schema['x-kubernetes-embedded-resource'] === true
  const keepsUnknown = schema['x-kubernetes-preserve-unknown-fields'] === true || rest === true
  const out: MutableObject = {}
  for (const [key, item] of Object.entries(value)) {
    const property = properties[key] ?? (isObject(rest) ? rest : undefined)
    const path = place.path === '' ? key : `${place.path}.${key}`
    if (isWhole && OBJECT_KEYS.has(key)) out[key] = item
    else if (isObject(property))
      out[key] = pruneValue(item, property, { ...place, path, isRoot: false })
    else if (keepsUnknown) out[key] = item
    else place.unknown.push(path)
  }
  return out
}

/** Fills in the defaults of a structural schema; a null where a value that is not nullable has one counts as absent. */
export function withSchemaDefaults(value: Json, schema: StructuralSchema): Json {
  if (isList(value)) {
    const items = schema['items']
    return isObject(items) ? value.map((item) => withSchemaDefaults(item, items)) : value
  }
  if (!isObject(value)) return value
  const out: MutableObject = { ...value }
  for (const [key, property] of Object.entries(objectAt(schema, 'properties'))) {
    if (!isObject(property)) continue
    const initial = property['default']
    const isAbsent = out[key] === undefined || (out[key] === null && property['nullable'] !== true)
    if (isAbsent && initial !== undefined) out[key] = initial
    const current = out[key]
    if (current !== undefined) out[key] = withSchemaDefaults(current, property)
  }
  const rest = schema['additionalProperties']
  if (!isObject(rest)) return out
  const named = objectAt(schema, 'properties')
  for (const [key, item] of Object.entries(out)) {
    if (!(key in named)) out[key] = withSchemaDefaults(item, rest)
  }
  return out
}

/** The schema and the subresources of one version of a definition. */
export function schemaOf(version: JsonObject): StructuralSchema | undefined {
  const schema = objectAt(version, 'schema')['openAPIV3Schema']
  return isObject(schema) ? schema : undefined
}

export function servedVersions(definition: JsonObject): readonly JsonObject[] {
  const versions = listAt(objectAt(definition, 'spec'), 'versions').filter(isObject)
  return versions.filter((version) => version['served'] === true)
}
