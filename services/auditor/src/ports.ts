import type { TileStore } from '@tidemark/merkle'

/** A head of the tree: how many leaves, and their root. */
export interface TreeHead {
  readonly size: number
  readonly root: Uint8Array
}

/** What the auditor keeps for itself. It can be dropped: all of it follows from the ledger and the key. */
export interface AuditStorage {
  readonly tiles: TileStore
  /** How many leaves the kept tiles hold for certain; 0 at first. */
  sealedSize(): Promise<number>
  /** Says that the tiles of this many leaves are kept. MUST be durable before it resolves. */
  setSealedSize(size: number): Promise<void>
  /**
   * Keeps a head before it is signed, and gives the head that is kept for its size: the one given, or the
   * one that was kept before. A size is never signed with another root (RELIABILITY 3.8, C1).
   */
  prepare(head: TreeHead): Promise<TreeHead>
}
