import { assert } from '@tidemark/kernel'
import { HASH_BYTES, hashNode } from './tree-hash.ts'
import { foldHashes, nodesOf, type TreeNode } from './tree-node.ts'

/** Told of each node as soon as it is complete, leaves included, children before their parents. */
export type NodeSink = (node: TreeNode, hash: Uint8Array) => void

/**
 * The right edge of a growing tree: the hashes of its largest complete subtrees, at most 53. It is all that
 * is needed to append leaves and to know the root.
 */
export class CompactRange {
  #size: number
  readonly #hashes: Uint8Array[]

  /** The edge of a tree of `size` leaves (an integer up to 2^53-1): the hashes of `CompactRange.nodes(size)`. */
  constructor(size = 0, hashes: readonly Uint8Array[] = []) {
    assert(Number.isSafeInteger(size) && size >= 0, `a tree cannot have ${size} leaves`)
    assert(
      hashes.length === nodesOf({ from: 0, to: size }).length,
      `the edge of a tree of ${size} leaves does not have ${hashes.length} hashes`,
    )
    assert(
      hashes.every((hash) => hash.length === HASH_BYTES),
      `a hash has ${HASH_BYTES} bytes`,
    )
    this.#size = size
    this.#hashes = [...hashes]
  }

  /** The nodes whose hashes make the edge of a tree of `size` leaves. */
  static nodes(size: number): readonly TreeNode[] {
    return nodesOf({ from: 0, to: size })
  }

  get size(): number {
    return this.#size
  }

  /** From the largest subtree to the smallest. */
  get hashes(): readonly Uint8Array[] {
    return [...this.#hashes]
  }

  /** Appends one leaf hash. */
  append(leaf: Uint8Array, sink?: NodeSink): void {
    assert(leaf.length === HASH_BYTES, `a hash has ${HASH_BYTES} bytes`)
    assert(this.#size < Number.MAX_SAFE_INTEGER, 'the tree is full')
    let [level, index, hash] = [0, this.#size, leaf]
    sink?.({ level, index }, hash)
    for (; index % 2 === 1; level += 1, index = (index - 1) / 2) {
      const left = this.#hashes.pop()
      assert(left !== undefined, 'an odd node has a left neighbour')
      hash = hashNode(left, hash)
      sink?.({ level: level + 1, index: (index - 1) / 2 }, hash)
    }
    this.#hashes.push(hash)
    this.#size += 1
  }

  /** The Merkle tree hash (RFC 6962, 2.1). */
  root(): Uint8Array {
    return foldHashes(this.#hashes)
  }
}
