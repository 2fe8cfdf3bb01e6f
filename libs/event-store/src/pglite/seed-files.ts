import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { assert } from '@tidemark/kernel'
import { syncPath, syncTree } from './sync-tree.ts'

/** An empty database of Postgres 18, as `makeSeed` (testing/make-seed.ts) wrote it with PGlite 0.5.16. */
export const SEED_PATH: string = join(import.meta.dirname, '../../seed/postgres-18.tar.zst')

const BLOCK = 512 // POSIX 1003.1, pax, "ustar Interchange Format": everything is in blocks of 512 bytes.
const DIRECTORY = '5'

interface TarEntry {
  readonly name: string
  readonly isDirectory: boolean
  readonly content: Uint8Array
}

/**
 * Makes the files of an empty database at `dir`, wholly or not at all: beside it, synced, and renamed. Unpacking
 * them takes a tenth of what making them anew takes (4.6 s of CPU).
 */
export async function seedFiles(dir: string): Promise<void> {
  const aside = `${dir}.new`
  rmSync(aside, { recursive: true, force: true })
  mkdirSync(aside, { mode: 0o700 })
  for (const entry of readTar(zstdDecompressSync(readFileSync(SEED_PATH)))) unpack(aside, entry)
  await syncTree(aside)
  renameSync(aside, dir)
  await syncPath(dirname(dir))
}

function unpack(dir: string, { name, isDirectory, content }: TarEntry): void {
  const path = join(dir, name)
  mkdirSync(isDirectory ? path : dirname(path), { recursive: true, mode: 0o700 })
  if (isDirectory) return
  const file = openSync(path, 'wx', 0o600)
  for (let at = 0; at < content.length;) at += writeSync(file, content, at)
  closeSync(file)
}

/** The entries of our own archive: files and directories, with names of at most 255 bytes. */
function* readTar(bytes: Buffer): Generator<TarEntry> {
  for (let at = 0; at + BLOCK <= bytes.length && bytes[at] !== 0;) {
    const header = bytes.subarray(at, at + BLOCK)
    const size = Number.parseInt(textOf(header, 124, 12), 8)
    const content = bytes.subarray(at + BLOCK, at + BLOCK + size)
    assert(content.length === size, 'the seed of the database is whole')
    const name = [textOf(header, 345, 155), textOf(header, 0, 100)].filter((part) => part !== '')
    yield { name: name.join('/'), isDirectory: textOf(header, 156, 1) === DIRECTORY, content }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
  }
}

function textOf(header: Buffer, at: number, length: number): string {
  const field = header.subarray(at, at + length)
  const end = field.indexOf(0)
  return field.toString('latin1', 0, end === -1 ? length : end).trim()
}
