import type { FieldEntry, FieldSet } from '../fields/field-set.ts'
import { EMPTY_SET } from '../fields/field-set.ts'
import { isObject, listAt, objectAt, stringAt, type JsonObject } from '../json.ts'
import { customResourceNode } from '../schema/crd-schema.ts'
import { builtinSchema, recorded, type RecordedResource } from '../schema/load.ts'
import { zeroValue } from '../schema/zero.ts'
import { schemaOf, servedVersions } from '../custom/structural.ts'
import { assert } from '@tidemark/kernel'
import type { Resource } from './resource.ts'

const CRD_KEY = 'apiextensions.k8s.io/customresourcedefinitions'

/** Which resources a cluster serves: the built-in ones and those of its CustomResourceDefinitions. */
export class Registry {
  readonly #builtin = builtinResources()
  readonly #custom = new Map<string, Resource>()
  #generation = 0

  /** Rises with each change of what is served, so that documents of it can be cached. */
  get generation(): number {
    return this.#generation
  }

  find(group: string, version: string, plural: string): Resource | undefined {
    const path = `${group}/${version}/${plural}`
    return this.#builtin.get(path) ?? this.#custom.get(path)
  }

  findKind(apiVersion: string, kind: string): Resource | undefined {
    return this.all().find((other) => other.apiVersion === apiVersion && other.kind === kind)
  }

  /** Any served version of what is stored under a key. */
  findStored(storageKey: string): Resource | undefined {
    return this.all().find((other) => other.storageKey === storageKey)
  }

  all(): readonly Resource[] {
    return [...this.#builtin.values(), ...this.#custom.values()]
  }

  /** Serves what a definition defines, in place of what it defined before. */
  define(definition: JsonObject): void {
    this.undefine(definition)
    for (const resource of customResources(definition)) {
      this.#custom.set(`${resource.group}/${resource.version}/${resource.resource}`, resource)
    }
  }

  undefine(definition: JsonObject): void {
    this.#generation += 1
    const storageKey = definedKey(definition)
    for (const [path, resource] of this.#custom) {
      if (resource.storageKey === storageKey) this.#custom.delete(path)
    }
  }

  isDefinition(storageKey: string): boolean {
    return storageKey === CRD_KEY
  }
}

/** The storage key of what a definition defines. */
export function definedKey(definition: JsonObject): string {
  const spec = objectAt(definition, 'spec')
  return `${stringAt(spec, 'group') ?? ''}/${stringAt(objectAt(spec, 'names'), 'plural') ?? ''}`
}

let shared: ReadonlyMap<string, Resource> | undefined

function builtinResources(): ReadonlyMap<string, Resource> {
  shared ??= new Map(
    recorded()
      .resources.map(builtinResource)
      .map((resource) => [`${resource.group}/${resource.version}/${resource.resource}`, resource]),
  )
  return shared
}

function builtinResource(record: RecordedResource): Resource {
  const slash = record.apiVersion.indexOf('/')
  const group = slash < 0 ? '' : record.apiVersion.slice(0, slash)
  const version = record.apiVersion.slice(slash + 1)
  const schema = builtinSchema(record.apiVersion, record.kind)
  assert(schema !== undefined, `the schema of ${record.apiVersion} ${record.kind} was recorded`)
  const subresources = new Set(record.subresources)
  return {
    group,
    version,
    apiVersion: record.apiVersion,
    resource: record.name,
    singular: record.singular,
    kind: record.kind,
    listKind: `${record.kind}List`,
    namespaced: record.namespaced,
    verbs: record.verbs,
    shortNames: record.shortNames ?? [],
    categories: record.categories ?? [],
    subresources,
    storageKey: `${group}/${record.name}`,
    storageVersion: record.apiVersion,
    schema,
    zero: zeroValue(schema),
    reset: resetFields(subresources),
  }
}

function resetFields(subresources: ReadonlySet<string>): Resource['reset'] {
  if (!subresources.has('status')) return { main: EMPTY_SET, status: EMPTY_SET }
  return { main: setOf('status'), status: setOf('spec', 'metadata') }
}

function setOf(...names: readonly string[]): FieldSet {
  return new Map(
    names.map((name): [string, FieldEntry] => [`f:${name}`, { own: true, below: EMPTY_SET }]),
  )
}

const VERBS: readonly string[] = [
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'create',
  'update',
  'watch',
]

function customResources(definition: JsonObject): readonly Resource[] {
  const spec = objectAt(definition, 'spec')
  const names = objectAt(spec, 'names')
  const group = stringAt(spec, 'group') ?? ''
  const storage = listAt(spec, 'versions').find(
    (item) => isObject(item) && item['storage'] === true,
  )
  return servedVersions(definition).map((custom) => {
    const version = stringAt(custom, 'name') ?? ''
    const schema = customResourceNode(schemaOf(custom))
    const subresources = new Set(Object.keys(objectAt(custom, 'subresources')))
    const kind = stringAt(names, 'kind') ?? ''
    const apiVersion = `${group}/${version}`
    return {
      group,
      version,
      apiVersion,
      resource: stringAt(names, 'plural') ?? '',
      singular: stringAt(names, 'singular') ?? kind.toLowerCase(),
      kind,
      listKind: stringAt(names, 'listKind') ?? `${kind}List`,
      namespaced: spec['scope'] === 'Namespaced',
      verbs: VERBS,
      shortNames: listAt(names, 'shortNames').map(String),
      categories: listAt(names, 'categories').map(String),
      subresources,
      storageKey: definedKey(definition),
      storageVersion: `${group}/${stringAt(storage, 'name') ?? version}`,
      schema,
      zero: {},
      reset: resetFields(subresources),
      custom,
    }
  })
}
