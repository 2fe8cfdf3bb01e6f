import {
  compileRegex,
  decodeJson,
  GoMap,
  GoSlice,
  quote,
  type Regex,
  type Value,
} from '@tidemark/go-template'
import { HelmError } from '../helm-error.ts'
import { weightOf } from './check-cost.ts'
import { METASCHEMAS } from './metaschemas.ts'
import { type Draft, type Resource, type SchemaNode } from './schema-node.ts'

const DRAFTS: ReadonlyMap<string, Draft> = new Map<string, Draft>([
  ['json-schema.org/schema', 2020],
  ['json-schema.org/draft/2020-12/schema', 2020],
  ['json-schema.org/draft/2019-09/schema', 2019],
  ['json-schema.org/draft-07/schema', 7],
  ['json-schema.org/draft-06/schema', 6],
  ['json-schema.org/draft-04/schema', 4],
])
/** Objects in these are data, not schemas. */
const DATA_KEYWORDS: ReadonlySet<string> = new Set(['enum', 'const', 'default', 'examples'])
const OBJECTS_MAX = 200_000

/** The URL of the metaschema of a draft. */
export function metaschemaUrl(draft: Draft): string {
  if (draft > 7)
    return `https://json-schema.org/draft/${draft === 2019 ? '2019-09' : '2020-12'}/schema`
  return `http://json-schema.org/draft-0${draft}/schema`
}

/** The draft that `$schema` names; 2020-12 where it names none. Throws `HelmError` for one that is elsewhere. */
export function draftOf(root: Value): Draft {
  const named = root instanceof GoMap ? root.entries.get('$schema') : undefined
  if (typeof named !== 'string') return 2020
  const draft = DRAFTS.get(named.replace(/#$/, '').replace(/^https?:\/\//, ''))
  if (draft === undefined) throw remote(named)
  return draft
}

function remote(url: string): HelmError {
  return new HelmError(
    'SCHEMA_REF',
    `failing loading ${quote(url)}: a schema may refer only to itself (#/…)`,
  )
}

/** All documents that references can reach: one schema and the metaschemas. Nothing is ever fetched. */
export class SchemaStore {
  readonly #resources = new Map<string, Resource>()
  readonly #owners = new Map<GoMap, { resource: Resource; pointer: string }>()
  readonly #nodes = new Map<GoMap, SchemaNode>()
  readonly #references = new Map<Resource, Map<string, SchemaNode>>()
  #objects = 0
  #asksForUnevaluated = false

  /** Whether a schema asks what others left unlooked-at; only then does anybody keep account of it. */
  get asksForUnevaluated(): boolean {
    return this.#asksForUnevaluated
  }

  /** Adds a document, with every document within it that has an id of its own. */
  add(url: string, root: Value, options: { draft: Draft; checksFormats: boolean }): SchemaNode {
    const resource = this.#resource(url, root, options)
    this.#walk(root, '', resource)
    return this.node(root, resource, '')
  }

  /** A compiled schema: from a document, a value in it, and the pointer to the value. */
  node(value: Value, resource: Resource, pointer: string): SchemaNode {
    if (!(value instanceof GoMap)) return this.#plainNode(value, resource, pointer)
    const known = this.#nodes.get(value)
    if (known !== undefined) return known
    const owner = this.#owners.get(value) ?? { resource, pointer }
    const node = compile(value, owner.resource, owner.pointer)
    this.#nodes.set(value, node)
    return node
  }

  /** A subschema of a node, by keyword and what follows. */
  child(node: SchemaNode, value: Value, ...path: readonly string[]): SchemaNode {
    const known = value instanceof GoMap ? this.#nodes.get(value) : undefined
    if (known !== undefined) return known
    const pointer = path
      .map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`)
      .join('')
    const own = node.location.slice(node.location.indexOf('#') + 1)
    return this.node(value, node.resource, own + pointer)
  }

  /** What a reference points to; throws `HelmError` where it leaves the document or finds nothing. */
  resolve(node: SchemaNode, reference: string): SchemaNode {
    const known = this.#references.get(node.resource)?.get(reference)
    if (known !== undefined) return known
    const found = this.#lookUp(node, reference)
    const references = this.#references.get(node.resource) ?? new Map<string, SchemaNode>()
    this.#references.set(node.resource, references.set(reference, found))
    return found
  }

  #lookUp(node: SchemaNode, reference: string): SchemaNode {
    const hash = reference.indexOf('#')
    const url = hash === -1 ? reference : reference.slice(0, hash)
    const fragment = hash === -1 ? '' : decodeFragment(reference.slice(hash + 1))
    const resource = url === '' ? node.resource : this.#find(joined(node.resource.url, url))
    if (fragment === '') return this.node(resource.root, resource, '')
    if (fragment.startsWith('/')) return this.#atPointer(resource, fragment)
    const anchored = resource.anchors.get(fragment) ?? resource.dynamicAnchors.get(fragment)
    if (anchored === undefined)
      throw new HelmError(
        'SCHEMA',
        `anchor in ${quote(`${resource.url}#${fragment}`)} not found in schema ${quote(resource.url)}`,
      )
    return this.node(anchored, resource, '')
  }

  #plainNode(value: Value, resource: Resource, pointer: string): SchemaNode {
    return {
      location: `${resource.url}#${pointer}`,
      resource,
      always: typeof value === 'boolean' ? value : undefined,
      keywords: new GoMap(),
      pattern: undefined,
      weight: 0,
      patternProperties: [],
    }
  }

  #find(url: string): Resource {
    const known = this.#resources.get(url)
    if (known !== undefined) return known
    const text = METASCHEMAS.get(url)
    if (text !== undefined) return this.#metaschema(url, text)
    // Helm takes names that nobody resolves for schemas that allow everything.
    if (url.startsWith('urn:'))
      return this.#resource(url, true, { draft: 2020, checksFormats: false })
    throw remote(url)
  }

  #metaschema(url: string, text: string): Resource {
    const root = decodeJson(text)
    return this.add(url, root, { draft: draftOf(root), checksFormats: true }).resource
  }

  #resource(url: string, root: Value, options: { draft: Draft; checksFormats: boolean }): Resource {
    const resource: Resource = {
      url,
      root,
      anchors: new Map(),
      dynamicAnchors: new Map(),
      draft: options.draft,
      checksFormats: options.checksFormats,
    }
    this.#resources.set(url, resource)
    return resource
  }

  /** Finds which document each object belongs to, and the anchors of each document. */
  #walk(value: Value, pointer: string, resource: Resource): void {
    if (value instanceof GoSlice)
      for (const [index, item] of value.items.entries())
        this.#walk(item, `${pointer}/${index}`, resource)
    if (!(value instanceof GoMap)) return
    this.#objects += 1
    if (this.#objects > OBJECTS_MAX)
      throw new HelmError(
        'SCHEMA_DEPTH',
        `the schema has more than ${OBJECTS_MAX} objects; let it repeat less`,
      )
    const own = this.#ownResource(value, resource)
    const start = own === resource ? pointer : ''
    this.#owners.set(value, { resource: own, pointer: start })
    this.#noteAnchors(value, own)
    if (value.entries.has('unevaluatedProperties') || value.entries.has('unevaluatedItems'))
      this.#asksForUnevaluated = true
    for (const [key, item] of value.entries)
      if (!DATA_KEYWORDS.has(key))
        this.#walk(item, `${start}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, own)
  }

  #ownResource(schema: GoMap, outer: Resource): Resource {
    const isIgnored = outer.draft < 2019 && schema.entries.has('$ref')
    const id = schema.entries.get(outer.draft === 4 ? 'id' : '$id')
    if (typeof id !== 'string' || isIgnored || schema === outer.root) return outer
    const url = id.replace(/#.*$/s, '')
    return url === '' ? outer : this.#resource(joined(outer.url, url), schema, outer)
  }

  #noteAnchors(schema: GoMap, resource: Resource): void {
    const { entries } = schema
    const anchor = entries.get('$anchor')
    const dynamic = entries.get('$dynamicAnchor')
    const id = entries.get(resource.draft === 4 ? 'id' : '$id')
    if (resource.draft >= 2019 && typeof anchor === 'string') resource.anchors.set(anchor, schema)
    if (resource.draft >= 2020 && typeof dynamic === 'string')
      resource.dynamicAnchors.set(dynamic, schema)
    if (resource.draft >= 2019 || typeof id !== 'string') return
    const name = id.includes('#') ? id.slice(id.indexOf('#') + 1) : ''
    if (name !== '') resource.anchors.set(name, schema)
  }

  #atPointer(resource: Resource, pointer: string): SchemaNode {
    let value: Value = resource.root
    for (const part of pointer.slice(1).split('/')) {
      const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
      if (value instanceof GoMap && value.entries.has(key)) value = value.entries.get(key)
      else if (value instanceof GoSlice && /^\d+$/.test(key) && Number(key) < value.items.length)
        value = value.items[Number(key)]
      else
        throw new HelmError(
          'SCHEMA',
          `json-pointer in ${quote(`${resource.url}#${pointer}`)} not found`,
        )
    }
    return this.node(value, resource, pointer)
  }
}

function decodeFragment(text: string): string {
  return text.replaceAll(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

function joined(base: string, reference: string): string {
  if (/^[a-z][a-z0-9+\-.]*:/i.test(reference)) return reference
  return URL.canParse(reference, base) ? new URL(reference, base).href : reference
}

function compile(keywords: GoMap, resource: Resource, pointer: string): SchemaNode {
  const location = `${resource.url}#${pointer}`
  const pattern = keywords.entries.get('pattern')
  const properties = keywords.entries.get('patternProperties')
  return {
    location,
    resource,
    always: undefined,
    keywords,
    weight: weightOf(keywords.entries.get('enum')) + weightOf(keywords.entries.get('const')),
    pattern: typeof pattern === 'string' ? regexOf(pattern, `${location}/pattern`) : undefined,
    patternProperties:
      properties instanceof GoMap
        ? [...properties.entries.keys()].map((key) => [
            regexOf(key, `${location}/patternProperties`),
            key,
          ])
        : [],
  }
}

function regexOf(pattern: string, location: string): Regex {
  const regex = compileRegex(pattern)
  if (typeof regex === 'string')
    throw new HelmError('SCHEMA', `invalid regex ${quote(pattern)} at ${quote(location)}: ${regex}`)
  return regex
}
