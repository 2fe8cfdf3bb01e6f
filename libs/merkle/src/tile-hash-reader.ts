import { type HashReader } from './proofs.ts'
import { TileMissing } from './log-errors.ts'
import {
  hashInTile,
  TILE_HEIGHT,
  TILE_WIDTH,
  tilePath,
  tileWidth,
  type TileId,
  type TileStore,
} from './tiles.ts'
import { HASH_BYTES } from './tree-hash.ts'
import { foldHashes, type TreeNode } from './tree-node.ts'

/**
 * Hashes of the tree of `size` leaves out of its tiles. Each tile that is needed is read once per call.
 * Throws `TileMissing` when the store does not have one of them.
 */
export function tileHashReader(store: Pick<TileStore, 'read'>, size: number): HashReader {
  return {
    read: async (nodes) => {
      const tiles = new Map<string, TileId>()
      for (const { tile } of nodes.map(placeOf)) tiles.set(tilePath(tile), tile)
      const contents = new Map<string, Uint8Array>()
      await Promise.all(
        [...tiles].map(async ([path, tile]) =>
          contents.set(path, await readTile(store, tile, size)),
        ),
      )
      return nodes.map((node) => nodeHash(node, contents))
    },
  }
}

interface Place {
  readonly tile: TileId
  /** The hashes of the tile that lie under the node. */
  readonly offset: number
  readonly width: number
}

function placeOf({ level, index }: TreeNode): Place {
  const width = 2 ** (level % TILE_HEIGHT)
  const first = index * width
  return {
    tile: { level: Math.floor(level / TILE_HEIGHT), index: Math.floor(first / TILE_WIDTH) },
    offset: first % TILE_WIDTH,
    width,
  }
}

async function readTile(
  store: Pick<TileStore, 'read'>,
  tile: TileId,
  size: number,
): Promise<Uint8Array> {
  const width = tileWidth(tile, size)
  const hashes = await store.read({ ...tile, width })
  if (hashes === undefined || hashes.length < width * HASH_BYTES) {
    throw new TileMissing(tilePath(tile, Math.max(1, width)))
  }
  return hashes
}

function nodeHash(node: TreeNode, contents: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const { tile, offset, width } = placeOf(node)
  const hashes = contents.get(tilePath(tile)) ?? new Uint8Array(0)
  return perfectHash(Array.from({ length: width }, (_, at) => hashInTile(hashes, offset + at)))
}

function perfectHash(hashes: readonly Uint8Array[]): Uint8Array {
  let row = hashes
  while (row.length > 1) {
    row = Array.from({ length: row.length / 2 }, (_, at) =>
      foldHashes(row.slice(at * 2, at * 2 + 2)),
    )
  }
  return foldHashes(row)
}
