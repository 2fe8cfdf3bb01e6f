import { isYamlList, isYamlMap, type YamlMap, type YamlValue } from '@tidemark/yaml'
import type { FieldSchema } from './field-schema.ts'

const REFERENCES_MAX = 100 // A chain of references that is longer leads to itself.

/** What an OpenAPI document that a kustomization names (`openapi.path`) says. */
export interface CustomSchema {
  schemaOf(apiVersion: string, kind: string): FieldSchema | undefined
  /** `undefined` where the document does not say. */
  isClusterScoped(apiVersion: string, kind: string): boolean | undefined
}

/** Reads a swagger document: its definitions, and from its paths which kinds are in a namespace. */
export function readCustomSchema(document: YamlValue): CustomSchema {
  const definitions = mapAt(document, 'definitions') ?? new Map<string, YamlValue>()
  const kinds = new Map<string, YamlMap>()
  for (const definition of definitions.values()) {
    const gvks = isYamlMap(definition)
      ? definition.get('x-kubernetes-group-version-kind')
      : undefined
    if (isYamlMap(definition) && isYamlList(gvks))
      for (const gvk of gvks) kinds.set(kindOf(gvk), definition)
  }
  const scopes = scopesOf(mapAt(document, 'paths'))
  return {
    schemaOf: (apiVersion, kind) => {
      const definition = kinds.get(`${apiVersion} ${kind}`)
      return definition === undefined ? undefined : schemaOf(definition, definitions)
    },
    isClusterScoped: (apiVersion, kind) => scopes.get(`${apiVersion} ${kind}`),
  }
}

function scopesOf(paths: YamlMap | undefined): ReadonlyMap<string, boolean> {
  const clusterScoped = new Map<string, boolean>()
  for (const [path, operations] of paths ?? []) {
    const gvk = mapAt(operations, 'get')?.get('x-kubernetes-group-version-kind')
    if (!isYamlMap(gvk)) continue
    const kind = kindOf(gvk)
    if (path.includes('namespaces/{namespace}')) clusterScoped.set(kind, false)
    else if (!clusterScoped.has(kind)) clusterScoped.set(kind, true)
  }
  return clusterScoped
}

function kindOf(gvk: YamlValue): string {
  if (!isYamlMap(gvk)) return ''
  const [group, version, kind] = ['group', 'version', 'kind'].map((name) => textAt(gvk, name))
  return `${group === '' ? version : `${group}/${version}`} ${kind}`
}

function schemaOf(raw: YamlMap, definitions: YamlMap): FieldSchema {
  const schema = resolve(raw, definitions)
  const strategies = textAt(schema, 'x-kubernetes-patch-strategy').split(',')
  const field = (name: string): FieldSchema | undefined => {
    const found = mapAt(mapAt(schema, 'properties'), name) ?? mapAt(schema, 'additionalProperties')
    return found === undefined ? undefined : schemaOf(found, definitions)
  }
  const items = (): FieldSchema | undefined => {
    const found = schema.get('type') === 'array' ? mapAt(schema, 'items') : undefined
    return found === undefined ? undefined : schemaOf(found, definitions)
  }
  return strategies.includes('merge')
    ? { field, items, mergeKeys: mergeKeys(schema) }
    : { field, items }
}

function mergeKeys(schema: YamlMap): readonly string[] {
  const list = schema.get('x-kubernetes-list-map-keys')
  if (isYamlList(list)) return list.map(String)
  const key = textAt(schema, 'x-kubernetes-patch-merge-key')
  return key === '' ? [] : [key]
}

function resolve(schema: YamlMap, definitions: YamlMap): YamlMap {
  let at = schema
  for (let hops = 0; hops < REFERENCES_MAX; hops += 1) {
    const reference = textAt(at, '$ref')
    if (reference === '') return at
    const next = definitions.get(reference.replace('#/definitions/', ''))
    if (!isYamlMap(next)) return new Map()
    at = next
  }
  return new Map()
}

function mapAt(value: YamlValue | undefined, name: string): YamlMap | undefined {
  const found = isYamlMap(value) ? value.get(name) : undefined
  return isYamlMap(found) ? found : undefined
}

function textAt(map: YamlMap, name: string): string {
  const value = map.get(name)
  return typeof value === 'string' ? value : ''
}
