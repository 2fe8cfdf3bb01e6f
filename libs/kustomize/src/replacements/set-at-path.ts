import { isSelector, splitSelector } from '../node/field-path.ts'
import { field, type Node, rawText, withField } from '../node/node.ts'

/** Puts a node at a path that `lookup` has found, as it is. */
export function setAtPath(node: Node, path: readonly string[], value: Node): Node {
  const [raw, ...rest] = path
  if (raw === undefined) return value
  const part = raw.trim()
  if (part === '') return setAtPath(node, rest, value)
  if (node.kind === 'mapping') {
    const inner = field(node, part)
    return inner === undefined ? node : withField(node, part, setAtPath(inner, rest, value))
  }
  if (node.kind === 'scalar') return node
  const at = indexOf(node.items, part)
  const item = node.items[at]
  if (item === undefined) return node
  return { kind: 'sequence', items: node.items.with(at, setAtPath(item, rest, value)) }
}

function indexOf(items: readonly Node[], part: string): number {
  if (part === '-') return items.length - 1
  if (!isSelector(part)) return Number(part)
  const [name, value] = splitSelector(part) ?? ['', '']
  return items.findIndex((item) => rawText(name === '' ? item : field(item, name)) === value)
}
