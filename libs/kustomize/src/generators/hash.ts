import { createHash } from 'node:crypto'
import { printJson, type YamlMap, type YamlValue } from '@tidemark/yaml'
import { EMPTY_MAPPING, field, fieldAt, type Node } from '../node/node.ts'
import { nameOf, remembered } from '../node/remembered.ts'
import { nodeToValue } from '../node/to-value.ts'
import { Note, type Resource } from '../resource.ts'
import { changeOne } from '../transformers/transformer.ts'

/** Puts a hash of their content behind the names of generated objects. */
export function addHashes(resources: readonly Resource[]): void {
  for (const resource of resources) {
    if (!resource.isMarked(Note.needsHashSuffix)) continue
    changeOne(resource, 'hash', () => {
      const hash = hashOf(resource)
      resource.storePreviousId()
      resource.setName(`${resource.name}-${hash}`)
    })
  }
}

/** The hash of kustomize: SHA-256 of a JSON text of what the object says, ten characters in letters that spell nothing. */
function hashOf({ kind, node = EMPTY_MAPPING }: Resource): string {
  const data = field(node, 'data')
  if (data?.kind !== 'mapping' || (kind !== 'ConfigMap' && kind !== 'Secret'))
    return textHash(kind, node)
  // Objects that differ in what is not hashed have one hash.
  const others = ['metadata/name', 'type', 'binaryData', 'stringData'].map((name) => {
    const value = field(node, name)
    return value === undefined ? 0 : nameOf(value)
  })
  return remembered(data, `hash ${kind} ${others.join(' ')}`, () => textHash(kind, node))
}

function textHash(kind: string, node: Node): string {
  const digest = createHash('sha256').update(hashedText(kind, node)).digest('hex')
  return digest.slice(0, 10).replace(/[013ae]/g, (digit) => LETTERS[digit] ?? digit)
}

const LETTERS: Readonly<Record<string, string>> = { '0': 'g', '1': 'h', '3': 'k', a: 'm', e: 't' }

function hashedText(kind: string, node: Node): string {
  if (kind === 'ConfigMap') return printJson(contentOf(node, kind, ['data'], ['binaryData']))
  if (kind === 'Secret') return printJson(contentOf(node, kind, ['type', 'data'], ['stringData']))
  return printJson(goNode(node))
}

function contentOf(
  node: Node,
  kind: string,
  always: readonly string[],
  ifMapping: readonly string[],
): YamlMap {
  const content = new Map<string, YamlValue>([['kind', kind]])
  content.set('name', valueOf(fieldAt(node, 'metadata/name')))
  for (const name of always) content.set(name, valueOf(field(node, name)))
  for (const name of ifMapping) {
    const value = field(node, name)
    if (value?.kind === 'mapping') content.set(name, valueOf(value))
  }
  return content
}

function valueOf(node: Node | undefined): YamlValue {
  if (node === undefined) return ''
  return node.kind === 'scalar' ? node.value : nodeToValue(node)
}

const KINDS = { mapping: 4, sequence: 2, scalar: 8 } as const
const STYLES = { plain: 0, 'double-quoted': 2, 'single-quoted': 4, literal: 8, folded: 16 } as const

/** The node itself as Go prints its struct: any other kind that asks for a hash gets one of that. */
function goNode(node: Node): YamlMap {
  const content =
    node.kind === 'mapping'
      ? node.entries.flatMap(({ key, value }) => [key, value])
      : node.kind === 'sequence'
        ? node.items
        : []
  return new Map<string, YamlValue>([
    ['Kind', KINDS[node.kind]],
    ['Style', node.kind === 'scalar' ? STYLES[node.style] : 0],
    ['Tag', node.kind === 'scalar' ? node.tag : node.kind === 'mapping' ? '!!map' : '!!seq'],
    ['Value', node.kind === 'scalar' ? node.value : ''],
    ['Anchor', ''],
    ['Alias', null],
    ['Content', content.length === 0 ? null : content.map(goNode)],
    ['HeadComment', ''],
    ['LineComment', ''],
    ['FootComment', ''],
    ['Line', 0],
    ['Column', 0],
  ])
}
