import { CompactRange } from './compact-range.ts'
import { TileMissing } from './log-errors.ts'
import { tileHashReader } from './tile-hash-reader.ts'
import {
  TILE_HEIGHT,
  TILE_WIDTH,
  tilePath,
  tileWidth,
  type Tile,
  type TileId,
  type TileStore,
} from './tiles.ts'
import { HASH_BYTES } from './tree-hash.ts'

/**
 * Opens the tree of `size` leaves for growing. What the store holds beyond that size, after a crash
 * between tiles and checkpoint, is written again with the same bytes. Throws `TileMissing`.
 */
export async function openTiledTree(store: TileStore, size: number): Promise<TiledTree> {
  const edge = new CompactRange(
    size,
    await tileHashReader(store, size).read(CompactRange.nodes(size)),
  )
  const partials = new Map<number, Uint8Array>()
  for (let level = 0; TILE_WIDTH ** level <= size; level += 1) {
    const tile = edgeTile(level, size)
    const width = tileWidth(tile, size)
    if (width === 0) continue
    const hashes = await store.read({ ...tile, width })
    if (hashes === undefined || hashes.length < width * HASH_BYTES) {
      throw new TileMissing(tilePath(tile, width))
    }
    partials.set(level, hashes.slice(0, width * HASH_BYTES))
  }
  return new TiledTree(store, edge, partials)
}

/** A tree that keeps its hashes in tiles. One writer at a time. */
export class TiledTree {
  readonly #store: TileStore
  #edge: CompactRange
  #partials: ReadonlyMap<number, Uint8Array>

  constructor(store: TileStore, edge: CompactRange, partials: ReadonlyMap<number, Uint8Array>) {
    this.#store = store
    this.#edge = edge
    this.#partials = partials
  }

  get size(): number {
    return this.#edge.size
  }

  root(): Uint8Array {
    return this.#edge.root()
  }

  /** Appends leaf hashes and keeps the tiles that they fill or lengthen. When it throws, the tree is as it was. */
  async append(leaves: readonly Uint8Array[]): Promise<void> {
    const edge = new CompactRange(this.#edge.size, this.#edge.hashes)
    const growth = new TileGrowth(this.#edge.size, this.#partials)
    for (const leaf of leaves) {
      edge.append(leaf, ({ level }, hash) => {
        if (level % TILE_HEIGHT === 0) growth.add(level / TILE_HEIGHT, hash)
      })
    }
    await this.#store.write(growth.tiles())
    this.#edge = edge
    this.#partials = growth.partials()
  }
}

/** The tile in which the next hash of a level of tiles belongs. */
function edgeTile(level: number, size: number): TileId {
  return { level, index: Math.floor(Math.floor(size / TILE_WIDTH ** level) / TILE_WIDTH) }
}

interface OpenTile {
  readonly index: number
  readonly hashes: Uint8Array[]
  width: number
}

class TileGrowth {
  readonly #size: number
  readonly #full: Tile[] = []
  readonly #open = new Map<number, OpenTile>()
  readonly #grown = new Set<number>()

  constructor(size: number, partials: ReadonlyMap<number, Uint8Array>) {
    this.#size = size
    for (const [level, hashes] of partials) {
      this.#open.set(level, {
        index: edgeTile(level, size).index,
        hashes: [hashes],
        width: hashes.length / HASH_BYTES,
      })
    }
  }

  add(level: number, hash: Uint8Array): void {
    const open = this.#open.get(level) ?? {
      index: edgeTile(level, this.#size).index + this.#fullAt(level),
      hashes: [],
      width: 0,
    }
    open.hashes.push(hash)
    open.width += 1
    this.#open.set(level, open)
    this.#grown.add(level)
    if (open.width < TILE_WIDTH) return
    this.#full.push({ level, index: open.index, hashes: Buffer.concat(open.hashes) })
    this.#open.delete(level)
  }

  /** The full ones first, in the order in which they filled. */
  tiles(): readonly Tile[] {
    const partial = [...this.#open]
      .filter(([level]) => this.#grown.has(level))
      .map(([level, { index, hashes }]) => ({ level, index, hashes: Buffer.concat(hashes) }))
    return [...this.#full, ...partial]
  }

  partials(): ReadonlyMap<number, Uint8Array> {
    return new Map([...this.#open].map(([level, { hashes }]) => [level, Buffer.concat(hashes)]))
  }

  #fullAt(level: number): number {
    return this.#full.filter((tile) => tile.level === level).length
  }
}
