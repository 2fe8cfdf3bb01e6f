import { KustomizeError } from '../kustomize-error.ts'
import { isSelector, splitSelector } from '../node/field-path.ts'
import { field, isNull, type Node, rawText } from '../node/node.ts'
import { wrongKind } from '../node/wrong-kind.ts'

/**
 * Follows a path to one node, as kyaml's PathGetter does: names of fields, `[key=value]`, numbers, `-` for the last item.
 * `undefined` where there is nothing. @throws KustomizeError when something else is there than the path wants
 */
export function lookup(node: Node, path: readonly string[]): Node | undefined {
  let at: Node | undefined = node
  for (const raw of path) {
    const part = raw.trim()
    if (part === '') continue
    at = step(at, part)
    if (at === undefined) return undefined
  }
  return at
}

function step(node: Node, part: string): Node | undefined {
  if (/^[-+]?[0-9]+$/.test(part)) return itemAt(node, Number(part))
  if (part === '-') return listOf(node).at(-1)
  if (part === '*')
    throw new KustomizeError('KUSTOMIZE_REPLACEMENT', 'wildcard is not supported in PathGetter')
  if (isSelector(part)) return selected(node, part)
  if (isNull(node)) return undefined
  if (node.kind !== 'mapping') throw wrongKind('mapping', node)
  return field(node, part)
}

function itemAt(node: Node, index: number): Node | undefined {
  if (index < 0)
    throw new KustomizeError('KUSTOMIZE_REPLACEMENT', `array index ${index} cannot be negative`)
  return listOf(node)[index]
}

function selected(node: Node, part: string): Node | undefined {
  const selector = splitSelector(part)
  if (selector === undefined)
    throw new KustomizeError(
      'KUSTOMIZE_REPLACEMENT',
      'list path element must contain fieldName=fieldValue for element to match',
    )
  const [name, value] = selector
  return listOf(node).find((item) => {
    if (name === '') return rawText(item) === value
    const found = field(item, name)
    return found !== undefined && rawText(found) === value
  })
}

function listOf(node: Node): readonly Node[] {
  if (isNull(node)) return []
  if (node.kind !== 'sequence') throw wrongKind('sequence', node)
  return node.items
}
