import { type Mapping, type Node, type Scalar, withItems } from './node.ts'

/**
 * Upstream writes a label into an object as one node in all of its places that had none. Whatever changes one of them later
 * changes them all. Here such places hold scalars with one mark, and this makes them alike again after a change.
 */
export function keepAlike(before: Node | undefined, after: Node | undefined): Node | undefined {
  if (before === after || after?.kind !== 'mapping' || after.isMarked !== true) return after
  const old = new Map<object, Scalar>()
  if (before !== undefined) collect(before, (mark, scalar) => old.set(mark, scalar))
  const changed = new Map<object, Scalar>()
  collect(after, (mark, scalar) => {
    const was = old.get(mark)
    if (was !== undefined && (was.value !== scalar.value || was.tag !== scalar.tag))
      changed.set(mark, scalar)
  })
  return changed.size === 0 ? after : replaceMarked(after, changed)
}

/** Says of an object that some of its places hold one node. */
export function withMark(node: Mapping): Mapping {
  return node.isMarked === true ? node : { ...node, isMarked: true }
}

function collect(node: Node, take: (mark: object, scalar: Scalar) => void): void {
  switch (node.kind) {
    case 'mapping':
      for (const { value } of node.entries) collect(value, take)
      break
    case 'sequence':
      for (const item of node.items) collect(item, take)
      break
    default:
      if (node.mark !== undefined) take(node.mark, node)
  }
}

function replaceMarked(node: Node, by: ReadonlyMap<object, Scalar>): Node {
  switch (node.kind) {
    case 'mapping': {
      const entries = node.entries.map(({ key, value }) => ({
        key,
        value: replaceMarked(value, by),
      }))
      const isSame = entries.every(({ value }, at) => value === node.entries[at]?.value)
      return isSame ? node : { ...node, entries }
    }
    case 'sequence':
      return withItems(
        node,
        node.items.map((item) => replaceMarked(item, by)),
      )
    default:
      return (node.mark === undefined ? undefined : by.get(node.mark)) ?? node
  }
}
