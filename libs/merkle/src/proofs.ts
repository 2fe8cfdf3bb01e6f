import { assert } from '@tidemark/kernel'
import { foldHashes, nodesOf, splitOf, type LeafRange, type TreeNode } from './tree-node.ts'

/** Where the hashes of complete subtrees come from: tiles, or memory. */
export interface HashReader {
  /** One hash for each node, in their order. */
  read(nodes: readonly TreeNode[]): Promise<readonly Uint8Array[]>
}

/**
 * The audit path of leaf `index` in the tree of `size` leaves (RFC 6962, 2.1.1), from the leaf's sibling up.
 * The reader is asked once.
 */
export async function proveInclusion(
  reader: HashReader,
  of: { readonly index: number; readonly size: number },
): Promise<readonly Uint8Array[]> {
  assert(isLeafOf(of.index, of.size), `leaf ${of.index} is not in a tree of ${of.size}`)
  return readRanges(reader, inclusionRanges(of.index, of.size))
}

/**
 * That the tree of `to` leaves begins with the tree of `from` leaves (RFC 6962, 2.1.2). It is empty when
 * `from` is 0 or equal to `to`. The reader is asked once.
 */
export async function proveConsistency(
  reader: HashReader,
  sizes: { readonly from: number; readonly to: number },
): Promise<readonly Uint8Array[]> {
  const { from, to } = sizes
  assert(Number.isSafeInteger(to) && isLeafOf(from, to + 1), `there is no tree ${from} in ${to}`)
  return readRanges(reader, from === 0 ? [] : consistencyRanges(from, to))
}

/** The root of the tree of `size` leaves. */
export async function readRoot(reader: HashReader, size: number): Promise<Uint8Array> {
  return foldHashes(await reader.read(nodesOf({ from: 0, to: size })))
}

function isLeafOf(index: number, size: number): boolean {
  return Number.isSafeInteger(index) && index >= 0 && index < size
}

function inclusionRanges(index: number, size: number): readonly LeafRange[] {
  const ranges: LeafRange[] = []
  let [from, to] = [0, size]
  while (to - from > 1) {
    const middle = from + splitOf(to - from)
    if (index < middle) {
      ranges.push({ from: middle, to })
      to = middle
    } else {
      ranges.push({ from, to: middle })
      from = middle
    }
  }
  return ranges.toReversed()
}

function consistencyRanges(oldSize: number, newSize: number): readonly LeafRange[] {
  const ranges: LeafRange[] = []
  let [from, to] = [0, newSize]
  while (to !== oldSize) {
    const middle = from + splitOf(to - from)
    if (oldSize <= middle) {
      ranges.push({ from: middle, to })
      to = middle
    } else {
      ranges.push({ from, to: middle })
      from = middle
    }
  }
  // The verifier knows the old root; it needs the subtree only when that is not the whole old tree.
  if (from > 0) ranges.push({ from, to })
  return ranges.toReversed()
}

async function readRanges(
  reader: HashReader,
  ranges: readonly LeafRange[],
): Promise<readonly Uint8Array[]> {
  const nodes = ranges.map(nodesOf)
  const hashes = await reader.read(nodes.flat())
  let from = 0
  return nodes.map(({ length }) => {
    const hash = foldHashes(hashes.slice(from, from + length))
    from += length
    return hash
  })
}
