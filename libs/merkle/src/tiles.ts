import { assert } from '@tidemark/kernel'
import { HASH_BYTES } from './tree-hash.ts'

/** Hashes in a full tile (C2SP tlog-tiles): eight levels of the tree. */
export const TILE_WIDTH = 256
/** Levels of the tree that one level of tiles spans. */
export const TILE_HEIGHT = 8

/** The name of a tile: its level of tiles (0 is over the leaves) and its place there. */
export interface TileId {
  readonly level: number
  readonly index: number
}

/**
 * A tile's first hashes. A full tile (256 hashes) never changes; a partial one only grows at its end, so
 * a store may keep the longest that it was given.
 */
export interface Tile extends TileId {
  /** 1 to 256 hashes, one after the other. */
  readonly hashes: Uint8Array
}

/** Where tiles are kept: rows, files, or memory. */
export interface TileStore {
  /** At least the first `width` hashes of the tile, or undefined when the store does not have them. */
  read(tile: TileId & { readonly width: number }): Promise<Uint8Array | undefined>
  /** Keeps all of them before it resolves. Writing the same or a shorter tile again changes nothing. */
  write(tiles: readonly Tile[]): Promise<void>
}

/** How many hashes the tile has in the tree of `size` leaves: 0 to 256. */
export function tileWidth({ level, index }: TileId, size: number): number {
  const hashes = Math.floor(size / TILE_WIDTH ** level)
  return Math.max(0, Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH))
}

/** The path of a tile of hashes: `tile/0/x001/x234/067`, or `….p/12` when it has 12 hashes so far. */
export function tilePath({ level, index }: TileId, width: number = TILE_WIDTH): string {
  assert(Number.isInteger(level) && level >= 0 && level <= 63, `there is no tile level ${level}`)
  return `tile/${level}/${indexPath(index)}${widthSuffix(width)}`
}

/** The path of the bundle of entries that lies under the tile of level 0 with that index. */
export function entriesPath(index: number, width: number = TILE_WIDTH): string {
  return `tile/entries/${indexPath(index)}${widthSuffix(width)}`
}

/** The hash at `offset` in a tile. */
export function hashInTile(hashes: Uint8Array, offset: number): Uint8Array {
  return hashes.subarray(offset * HASH_BYTES, (offset + 1) * HASH_BYTES)
}

function indexPath(index: number): string {
  assert(Number.isSafeInteger(index) && index >= 0, `there is no tile ${index}`)
  const digits = String(index)
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g) ?? []
  return groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/')
}

function widthSuffix(width: number): string {
  assert(
    Number.isInteger(width) && width >= 1 && width <= TILE_WIDTH,
    `a tile does not have ${width} hashes`,
  )
  return width === TILE_WIDTH ? '' : `.p/${width}`
}
