import { EMPTY_ROOT, HASH_BYTES, hashNode, sameHash } from './tree-hash.ts'

export interface InclusionClaim {
  readonly leaf: Uint8Array
  readonly index: number
  readonly size: number
  readonly root: Uint8Array
  readonly proof: readonly Uint8Array[]
}

/** Whether the leaf hash is at `index` in the tree of `size` leaves with that root (RFC 9162, 2.1.3.2). */
export function verifyInclusion(claim: InclusionClaim): boolean {
  const { leaf, index, size, root, proof } = claim
  if (!isSize(size) || !isSize(index) || index >= size || !areHashes([leaf, root, ...proof])) {
    return false
  }
  let [fn, sn, hash] = [index, size - 1, leaf]
  for (const sibling of proof) {
    if (sn === 0) return false
    if (fn % 2 === 1 || fn === sn) {
      hash = hashNode(sibling, hash)
      ;[fn, sn] = skipRightEdge(fn, sn)
    } else {
      hash = hashNode(hash, sibling)
    }
    ;[fn, sn] = [half(fn), half(sn)]
  }
  return sn === 0 && sameHash(hash, root)
}

export interface ConsistencyClaim {
  readonly from: { readonly size: number; readonly root: Uint8Array }
  readonly to: { readonly size: number; readonly root: Uint8Array }
  readonly proof: readonly Uint8Array[]
}

/** Whether the first tree is a prefix of the second (RFC 9162, 2.1.4.2). */
export function verifyConsistency(claim: ConsistencyClaim): boolean {
  const { from, to, proof } = claim
  if (!isSize(from.size) || !isSize(to.size) || from.size > to.size) return false
  if (!areHashes([from.root, to.root, ...proof])) return false
  if (from.size === to.size) return proof.length === 0 && sameHash(from.root, to.root)
  if (from.size === 0) return proof.length === 0 && sameHash(from.root, EMPTY_ROOT)
  return climbBoth(claim)
}

function climbBoth({ from, to, proof }: ConsistencyClaim): boolean {
  const path = isPowerOfTwo(from.size) ? [from.root, ...proof] : proof
  const [first, ...rest] = path
  if (first === undefined) return false
  let [fn, sn] = [from.size - 1, to.size - 1]
  while (fn % 2 === 1) [fn, sn] = [half(fn), half(sn)]
  let [oldHash, newHash] = [first, first]
  for (const sibling of rest) {
    if (sn === 0) return false
    if (fn % 2 === 1 || fn === sn) {
      oldHash = hashNode(sibling, oldHash)
      newHash = hashNode(sibling, newHash)
      ;[fn, sn] = skipRightEdge(fn, sn)
    } else {
      newHash = hashNode(newHash, sibling)
    }
    ;[fn, sn] = [half(fn), half(sn)]
  }
  return sn === 0 && sameHash(oldHash, from.root) && sameHash(newHash, to.root)
}

/** On the right edge of the tree a node has no sibling until its ancestor is a right child. */
function skipRightEdge(fn: number, sn: number): [number, number] {
  let [node, last] = [fn, sn]
  while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)]
  return [node, last]
}

function half(value: number): number {
  return Math.floor(value / 2)
}

function isPowerOfTwo(size: number): boolean {
  let power = 1
  while (power < size) power *= 2
  return power === size
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

function areHashes(values: readonly Uint8Array[]): boolean {
  return values.every(({ length }) => length === HASH_BYTES)
}
