import { chainOf, leafOf, type StoredEvent } from '@tidemark/contracts'
import { LogForked } from '@tidemark/event-store'
import type { TiledTree } from '@tidemark/merkle'

/** The leaf of an event, read back from the store and hashed again. */
export interface Seal {
  readonly position: bigint
  readonly leaf: Uint8Array
  readonly chain: Uint8Array
}

/**
 * A stored event -> its leaf. What was stored is hashed again before anything is signed over it: one flipped
 * bit between hashing and storing ended a transparency log (RELIABILITY 1). Throws LogForked.
 */
export function sealEntry(stored: StoredEvent, before: Uint8Array): Seal {
  const { position } = stored
  const leaf = leafOf(stored)
  if (!Buffer.from(leaf).equals(stored.leaf))
    throw new LogForked(position, 'the stored event does not give its stored leaf')
  const chain = chainOf(before, leaf)
  if (!Buffer.from(chain).equals(stored.chain))
    throw new LogForked(position, 'its chain hash does not follow from the event before it')
  return { position, leaf, chain }
}

/** Adds sealed leaves to the tree. Leaf n is the event at position n + 1. */
export async function growTree(tree: TiledTree, seals: readonly Seal[]): Promise<void> {
  const first = seals[0]
  if (first === undefined) return
  if (first.position !== BigInt(tree.size) + 1n)
    throw new LogForked(first.position, `the tree has ${tree.size} leaves`)
  await tree.append(seals.map(({ leaf }) => leaf))
}
