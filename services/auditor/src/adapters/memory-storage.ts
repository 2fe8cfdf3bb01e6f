import { tilePath, type Tile } from '@tidemark/merkle'
import type { AuditStorage, TreeHead } from '../ports.ts'

/** For tests and simulations. */
export function memoryStorage(): AuditStorage {
  const tiles = new Map<string, Tile>()
  const heads = new Map<number, TreeHead>()
  let sealed = 0
  return {
    tiles: {
      read: async (tile) => tiles.get(tilePath(tile))?.hashes,
      write: async (written) => {
        for (const tile of written) {
          const known = tiles.get(tilePath(tile))
          if ((known?.hashes.length ?? 0) < tile.hashes.length) tiles.set(tilePath(tile), tile)
        }
      },
    },
    sealedSize: async () => sealed,
    setSealedSize: async (size) => {
      sealed = size
    },
    prepare: async (head) => {
      const known = heads.get(head.size) ?? head
      heads.set(head.size, known)
      return known
    },
  }
}
