import { assert } from '@tidemark/kernel'
import { EMPTY_ROOT, hashNode } from './tree-hash.ts'

/** A complete subtree: of `2 ** level` leaves, the `index`-th of its level. Level 0 is the leaves. */
export interface TreeNode {
  readonly level: number
  readonly index: number
}

/** A half-open range of leaves. */
export interface LeafRange {
  readonly from: number
  readonly to: number
}

/** The complete subtrees of a range, from left to right; the fewest that there are. */
export function nodesOf({ from, to }: LeafRange): readonly TreeNode[] {
  const nodes: TreeNode[] = []
  let start = from
  while (start < to) {
    let level = 0
    let width = 1
    while (start % (width * 2) === 0 && start + width * 2 <= to) {
      level += 1
      width *= 2
    }
    nodes.push({ level, index: start / width })
    start += width
  }
  return nodes
}

/** The hash over complete subtrees that stand side by side, the larger ones to the left. */
export function foldHashes(hashes: readonly Uint8Array[]): Uint8Array {
  const last = hashes.at(-1)
  if (last === undefined) return EMPTY_ROOT
  return hashes.slice(0, -1).reduceRight((right, left) => hashNode(left, right), last)
}

/** Where RFC 6962 cuts a tree in two: the largest power of two that is smaller than `size` (at least 2). */
export function splitOf(size: number): number {
  assert(size >= 2, `a tree of ${size} leaves has no two halves`)
  let split = 1
  while (split * 2 < size) split *= 2
  return split
}
