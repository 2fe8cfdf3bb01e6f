import { tilePath, TILE_WIDTH, type Tile, type TileId } from '@tidemark/merkle'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { AuditStorage, TreeHead } from '../ports.ts'

const SIZE_FILE = 'sealed-size'

/** Tiles and heads as files. Each is written beside its place, synced, and renamed into it. */
export function directoryStorage(directory: string): AuditStorage {
  return {
    tiles: {
      read: (tile) => readTile(directory, tile),
      write: async (tiles) => {
        for (const tile of tiles) await writeTile(directory, tile)
      },
    },
    sealedSize: async () => Number((await read(join(directory, SIZE_FILE)))?.toString('utf8') ?? 0),
    setSealedSize: (size) => writeWhole(join(directory, SIZE_FILE), Buffer.from(String(size))),
    prepare: (head) => prepare(directory, head),
  }
}

/** The longest partial tile of a place is kept under one name, so that old ones do not pile up. */
function pathOf(directory: string, { level, index }: TileId, full: 'full' | 'partial'): string {
  const path = tilePath({ level, index })
  return join(directory, full === 'full' ? path : `${path}.partial`)
}

async function readTile(
  directory: string,
  tile: TileId & { readonly width: number },
): Promise<Uint8Array | undefined> {
  return (
    (await read(pathOf(directory, tile, 'full'))) ??
    (await read(pathOf(directory, tile, 'partial')))
  )
}

async function writeTile(directory: string, tile: Tile): Promise<void> {
  const full = tile.hashes.length === TILE_WIDTH * 32 ? 'full' : 'partial'
  const path = pathOf(directory, tile, full)
  const known = await read(path)
  if (known !== undefined && known.length >= tile.hashes.length) return
  await writeWhole(path, tile.hashes)
}

async function prepare(directory: string, head: TreeHead): Promise<TreeHead> {
  const path = join(directory, 'heads', String(Math.floor(head.size / 10_000)), String(head.size))
  const known = await read(path)
  if (known !== undefined) return { size: head.size, root: known }
  await writeWhole(path, head.root)
  return head
}

async function read(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const file = await open(`${path}.new`, 'w')
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
  await syncFolder(dirname(path))
}

/** A name is durable with its folder. Windows cannot open a folder, and orders this by itself. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
