import { hash } from 'node:crypto'

/** The length of a hash in bytes (SHA-256). */
export const HASH_BYTES = 32

/** The root of the tree without leaves: SHA-256 of nothing (RFC 6962, 2.1). */
export const EMPTY_ROOT: Uint8Array = digest(Buffer.alloc(0))

const LEAF_PREFIX = Buffer.from([0])
const NODE_PREFIX = Buffer.from([1])

/** `SHA-256(0x00 ‖ entry)` (RFC 6962, 2.1): the prefixes keep a leaf from passing for a node. */
export function hashLeaf(entry: Uint8Array): Uint8Array {
  return digest(Buffer.concat([LEAF_PREFIX, entry]))
}

/** `SHA-256(0x01 ‖ left ‖ right)` (RFC 6962, 2.1). */
export function hashNode(left: Uint8Array, right: Uint8Array): Uint8Array {
  return digest(Buffer.concat([NODE_PREFIX, left, right], 1 + HASH_BYTES * 2))
}

export function sameHash(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0
}

function digest(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer')
}
