import {
  parseDocuments,
  YamlError,
  type YamlMapping,
  type YamlNode,
  type YamlScalar,
} from '@tidemark/yaml'
import { KustomizeError } from '../kustomize-error.ts'
import { type Entry, type Look, type Mapping, type Node, type Scalar, untagged } from './node.ts'
import { plainTag } from './plain-tag.ts'

const CORE = 'tag:yaml.org,2002:'

/** One YAML document as a node, or `undefined` where there is none. @throws KustomizeError with the words of upstream */
export function parseNode(source: string | Uint8Array): Node | undefined {
  return parseNodes(source)[0]
}

/**
 * The same for a text inside of an object, with the look of its parts; `undefined` also where it has anchors, which are not kept.
 */
export function parseWritten(source: string): Node | undefined {
  try {
    const [document] = parseDocuments(source, { flavour: 'yaml3', documents: 'first' })
    if (document === undefined || hasAnchors(document)) return undefined
    return new Unanchor('kept').node(document)
  } catch (error) {
    throw asKustomizeError(error)
  }
}

function hasAnchors(node: YamlNode): boolean {
  if (node.kind === 'alias' || node.anchor !== '') return true
  if (node.kind === 'sequence') return node.items.some(hasAnchors)
  if (node.kind === 'scalar') return false
  return node.entries.some(
    ({ key, value }) => isMergeKey(key) || hasAnchors(key) || hasAnchors(value),
  )
}

/** The documents of a text, aliases and merge keys resolved as kyaml's DeAnchor does. */
function parseNodes(source: string | Uint8Array): readonly Node[] {
  try {
    return parseDocuments(source, { flavour: 'yaml3' }).map((document) =>
      new Unanchor().node(document),
    )
  } catch (error) {
    throw asKustomizeError(error)
  }
}

/** Keeps the code and the position of a YAML error. */
export function asKustomizeError(error: unknown): unknown {
  if (!(error instanceof YamlError)) return error
  const where = error.line > 0 ? `line ${error.line}` : ''
  const told = error.message.startsWith(error.code)
    ? error.message.slice(error.code.length + 2)
    : error.message
  return new KustomizeError(yamlCode(error.code), error.upstream, {
    hint: [where, told].filter((part) => part !== '' && !error.upstream.includes(part)).join(': '),
    cause: error,
  })
}

function yamlCode(code: YamlError['code']): KustomizeError['code'] {
  switch (code) {
    case 'YAML_SYNTAX':
    case 'YAML_ENCODING':
    case 'YAML_DEPTH':
    case 'YAML_EXPANSION':
    case 'YAML_DUPLICATE_KEY':
    case 'YAML_TAG':
    case 'YAML_DOCUMENTS':
      return code
    default:
      return 'KUSTOMIZE_YAML'
  }
}

/** Turns a document into a node. An anchored node becomes one value that all its aliases share. */
class Unanchor {
  readonly #done = new Map<YamlNode, Node>()
  readonly #open = new Set<YamlNode>()
  readonly #looks: 'kept' | 'dropped'

  constructor(looks: 'kept' | 'dropped' = 'dropped') {
    this.#looks = looks
  }

  node(node: YamlNode): Node {
    if (node.kind === 'alias') return this.node(node.target)
    if (node.anchor === '') {
      const converted = this.#convert(node)
      return this.#looks === 'kept' ? { ...converted, look: lookOf(node) } : converted
    }
    const done = this.#done.get(node)
    if (done !== undefined) return done
    if (this.#open.has(node)) {
      throw new YamlError(
        'YAML_ALIAS',
        `anchor ${node.anchor} contains itself at ${node.line}:${node.column}`,
        {
          position: node,
          upstream: `yaml: anchor '${node.anchor}' value contains itself`,
        },
      )
    }
    this.#open.add(node)
    const converted = this.#convert(node)
    this.#open.delete(node)
    this.#done.set(node, converted)
    return converted
  }

  #convert(node: Exclude<YamlNode, { kind: 'alias' }>): Node {
    switch (node.kind) {
      case 'scalar':
        return toScalar(node)
      case 'sequence':
        return { kind: 'sequence', items: node.items.map((item) => this.node(item)) }
      default:
        return this.#mapping(node)
    }
  }

  #mapping(node: YamlMapping): Mapping {
    const entries: Entry[] = []
    const lines = new Map<string, YamlNode>()
    let merged: YamlNode | undefined
    for (const { key, value } of node.entries) {
      if (isMergeKey(key)) {
        merged = value
        continue
      }
      const name = this.#key(key)
      const first = lines.get(name.value)
      if (first !== undefined) throw duplicate(name.value, key, first)
      lines.set(name.value, key)
      entries.push({ key: name, value: this.node(value) })
    }
    const own: Mapping = { kind: 'mapping', entries }
    return merged === undefined ? own : this.#merge(own, merged)
  }

  #key(key: YamlNode): Scalar {
    const node = this.node(key)
    if (node.kind === 'scalar') return node
    throw new YamlError('YAML_KEY', `a key that is no text at ${key.line}:${key.column}`, {
      position: key,
      upstream: 'yaml: invalid map key',
    })
  }

  /** Fields that only the merged mappings have go to the end; of those that several have, the earlier source wins. */
  #merge(own: Mapping, source: YamlNode): Mapping {
    const entries = new Map(own.entries.map((entry) => [entry.key.value, entry]))
    for (const each of this.#sources(source).toReversed())
      for (const { key, value } of each.entries)
        entries.set(key.value, { key: entries.get(key.value)?.key ?? untagged(key.value), value })
    for (const entry of own.entries) entries.set(entry.key.value, entry)
    entries.delete('<<')
    return { kind: 'mapping', entries: [...entries.values()] }
  }

  #sources(source: YamlNode): readonly Mapping[] {
    const target = source.kind === 'alias' ? source.target : source
    const all = target.kind === 'sequence' && source.kind === 'sequence' ? target.items : [source]
    return all.map((each) => {
      const node = this.node(each)
      if (node.kind === 'mapping') return node
      throw new YamlError('YAML_MERGE', `<< is no mapping at ${each.line}:${each.column}`, {
        position: each,
        upstream: 'invalid map merge: received alias for a non-map value',
      })
    })
  }
}

function lookOf(node: Exclude<YamlNode, { kind: 'alias' }>): Look {
  const { line, column } = node
  return node.kind !== 'scalar' && node.style === 'flow'
    ? { line, column, isFlow: true }
    : { line, column }
}

function isMergeKey(key: YamlNode): boolean {
  return (
    key.kind === 'scalar' &&
    key.value === '<<' &&
    key.style === 'plain' &&
    (key.tag === '' || key.tag === `${CORE}merge`)
  )
}

function duplicate(name: string, key: YamlNode, first: YamlNode): YamlError {
  return new YamlError(
    'YAML_DUPLICATE_KEY',
    `${JSON.stringify(name)} at ${key.line}:${key.column}, first at ${first.line}:${first.column}`,
    {
      position: key,
      upstream: `yaml: unmarshal errors:\n  line ${key.line}: mapping key ${JSON.stringify(name)} already defined at line ${first.line}`,
    },
  )
}

function toScalar({ tag, value, style }: YamlScalar): Scalar {
  if (tag === '' || tag === '!') {
    const short = style === 'plain' ? plainTag(value) : '!!str'
    return { kind: 'scalar', tag: short, value, style }
  }
  const short = tag.startsWith(CORE) ? `!!${tag.slice(CORE.length)}` : tag
  return { kind: 'scalar', tag: short, value, style, tagged: true }
}
