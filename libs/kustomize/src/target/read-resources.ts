import { KustomizeError } from '../kustomize-error.ts'
import { field, isNull, isNullOrEmpty, type Node, texts, textOf } from '../node/node.ts'
import { parseNode } from '../node/from-yaml.ts'
import { fromValue } from '../node/from-value.ts'
import { nodeToValue } from '../node/to-value.ts'

const DOCUMENTS_MAX = 10_000

/**
 * The objects of a text of one or more documents: empty ones left out, lists unwrapped, each with a kind and a name.
 * Follows kyaml's ByteReader and resource.Factory (api v0.21.2). @throws KustomizeError
 */
export function readObjects(source: Uint8Array | string): readonly Node[] {
  const text = decodeUtf8(source).replaceAll('\r\n', '\n')
  const parts = splitDocuments(text)
  const nodes: Node[] = []
  for (const [at, part] of parts.entries()) {
    // The separator has taken the line break before it, which a literal block needs.
    const node = readOne(at === parts.length - 1 ? part : `${part}\n`)
    if (node === undefined || isNull(node)) continue
    const items = parts.length === 1 ? wrappedItems(node) : undefined
    if (items === undefined) nodes.push(node)
    else nodes.push(...items)
  }
  return unwrapLists(checked(nodes))
}

/** Whether a text holds objects, and nothing that is none. @throws KustomizeError where it does not */
export function checkObjects(source: Uint8Array): void {
  readObjects(source)
}

function decodeUtf8(source: Uint8Array | string): string {
  if (typeof source === 'string') return source
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(source)
  } catch (error) {
    throw new KustomizeError(
      'YAML_ENCODING',
      'MalformedYAMLError: yaml: invalid leading UTF-8 octet',
      {
        hint: 'save the file as UTF-8',
        cause: error,
      },
    )
  }
}

/** Splits at lines that begin with `---`; only white space or a comment may follow there. */
function splitDocuments(text: string): readonly string[] {
  if (text === '') return []
  const parts: string[] = []
  let from = 0
  for (const match of text.matchAll(/\n---(.*)\n/g)) {
    if (match.index < from) continue
    const rest = (match[1] ?? '').trim()
    if (rest !== '' && !rest.startsWith('#'))
      throw new KustomizeError('KUSTOMIZE_YAML', `invalid document separator: ${match[0].trim()}`, {
        hint: 'nothing but a comment may follow --- on its line',
      })
    parts.push(text.slice(from, match.index))
    from = match.index + match[0].length
    if (parts.length >= DOCUMENTS_MAX)
      throw new KustomizeError('YAML_DOCUMENTS', `${DOCUMENTS_MAX} documents exceeded`, {
        hint: 'split the file',
      })
  }
  return [...parts, text.slice(from)]
}

function readOne(part: string): Node | undefined {
  try {
    return parseNode(part)
  } catch (error) {
    if (error instanceof KustomizeError) throw error.wrapped('MalformedYAMLError')
    throw error
  }
}

function wrappedItems(node: Node): readonly Node[] | undefined {
  const kind = textOf(field(node, 'kind'))
  if (kind !== 'List' && kind !== 'ResourceList') return undefined
  const items = field(node, 'items')
  if (items === undefined && field(node, 'functionConfig') === undefined) return undefined
  if (items?.kind === 'sequence') return items.items
  return []
}

function checked(nodes: readonly Node[]): readonly Node[] {
  const kept = nodes.filter((node) => !isNullOrEmpty(node))
  for (const node of kept) checkMetadata(node)
  return kept
}

function checkMetadata(node: Node): void {
  const read = (name: string): string => {
    const value = field(node, name)
    return isNullOrEmpty(value) ? '' : textOf(value)
  }
  const meta = field(node, 'metadata')
  const hasMeta = !isNullOrEmpty(meta)
  const [apiVersion, kind] = [read('apiVersion'), read('kind')]
  const inMeta = (name: string): string => {
    const value = hasMeta ? field(meta, name) : undefined
    return isNullOrEmpty(value) ? '' : textOf(value)
  }
  const [name, namespace] = [inMeta('name'), inMeta('namespace')]
  const isBare =
    field(node, 'apiVersion') === undefined && field(node, 'kind') === undefined && !hasMeta
  if (isBare)
    throw new KustomizeError('KUSTOMIZE_OBJECT', 'missing Resource metadata', {
      hint: 'a document in "resources" must be an object with apiVersion, kind and metadata.name',
    })
  const told = (): string =>
    `{{${apiVersion} ${kind}} {{${name} ${namespace}} ${goMap(field(meta, 'labels'))} ${goMap(field(meta, 'annotations'))}}}`
  if (kind === '')
    throw new KustomizeError('KUSTOMIZE_OBJECT', `missing kind in object ${told()}`, {
      hint: 'give it a kind',
    })
  if (name === '' && !kind.endsWith('List'))
    throw new KustomizeError('KUSTOMIZE_OBJECT', `missing metadata.name in object ${told()}`, {
      hint: 'give it a metadata.name',
    })
}

function goMap(node: Node | undefined): string {
  const entries = [...texts(node)].toSorted(([left], [right]) => (left < right ? -1 : 1))
  return `map[${entries.map(([key, value]) => `${key}:${value}`).join(' ')}]`
}

/** Puts the items of `FooList` objects in their place: at the end of the queue, as upstream does. */
function unwrapLists(nodes: readonly Node[]): readonly Node[] {
  if (!nodes.some((node) => textOf(field(node, 'kind')).endsWith('List'))) return nodes
  const result: Node[] = []
  const queue = [...nodes]
  for (let node = queue.shift(); node !== undefined; node = queue.shift()) {
    const kind = textOf(field(node, 'kind'))
    const items = field(node, 'items')
    if (!kind.endsWith('List') || items === undefined) {
      result.push(node)
      continue
    }
    if (isNull(items)) continue
    if (items.kind !== 'sequence')
      throw new KustomizeError(
        'KUSTOMIZE_OBJECT',
        `expected array in ${kind}/items, but found ${items.kind === 'mapping' ? 'map[string]interface {}' : 'string'}`,
      )
    queue.push(...checked(items.items.map((item) => fromValue(nodeToValue(item)))))
  }
  return result
}
