import type { YamlValue } from '@tidemark/yaml'
import { toValue } from '@tidemark/yaml'
import { KustomizeError } from '../kustomize-error.ts'
import { type Node, type Scalar } from './node.ts'
import { plainTag, resolved } from './plain-tag.ts'

/**
 * What a node means when kustomize prints it with yaml.v3 and reads that again. A mapping keeps the order in which it
 * was written.
 */
export function nodeToValue(node: Node): YamlValue {
  if (node.kind !== 'mapping') return innerValue(node)
  // Of the mapping itself any key is taken as a text.
  return new Map(node.entries.map(({ key, value }) => [key.value, innerValue(value)]))
}

/** The same for what stands in a field: there, a key that is no text has no JSON. */
export function innerValue(node: Node): YamlValue {
  switch (node.kind) {
    case 'mapping': {
      const map = new Map<string, YamlValue>()
      for (const { key, value } of node.entries) {
        if (!isTextKey(key)) throw refusedKey(key)
        map.set(key.value, innerValue(value))
      }
      return map
    }
    case 'sequence':
      return node.items.map(innerValue)
    default:
      return scalarToValue(node)
  }
}

function isTextKey({ tag, style, value }: Scalar): boolean {
  if (tag === '!!str' || style !== 'plain') return true
  return (tag === '' ? plainTag(value) : tag) === '!!str'
}

function refusedKey({ value }: Scalar): KustomizeError {
  return new KustomizeError(
    'KUSTOMIZE_YAML',
    'json: unsupported type: map[interface {}]interface {}',
    { hint: `the key ${value} is no text; quote it` },
  )
}

/** The value of one scalar, after the tag, the style and the text have had their say. */
export function scalarToValue(node: Scalar): YamlValue {
  const { tag, value, style } = node
  const isQuoted = style !== 'plain' || value.includes('\n')
  if (tag === '') return isQuoted ? value : resolved(value)
  if (tag === '!!str') return value
  if (!isQuoted && !node.tagged && plainTag(value) === tag) return resolved(value)
  if (!node.tagged && plainTag(value) === tag) return value
  return taggedValue(node)
}

function taggedValue({ tag, value }: Scalar): YamlValue {
  const long = tag.startsWith('!!') ? `tag:yaml.org,2002:${tag.slice(2)}` : tag
  try {
    return toValue(
      { kind: 'scalar', tag: long, anchor: '', value, style: 'plain', line: 1, column: 1 },
      { flavour: 'yaml3', duplicateKeys: 'error' },
    )
  } catch (error) {
    const words =
      error instanceof Error && 'upstream' in error ? String(error.upstream) : String(error)
    throw new KustomizeError('KUSTOMIZE_YAML', words, { cause: error })
  }
}
