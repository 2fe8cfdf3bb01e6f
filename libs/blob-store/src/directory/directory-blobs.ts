import { access, readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { type Random } from '@tidemark/kernel'
import { BlobStoreUnavailable } from '../blob-errors.ts'
import { assertRawName, type RawBlob, type StoredBlobs } from '../raw-blobs.ts'
import { FolderSync } from './folder-sync.ts'
import { fileFailure, makeFolders, removeAll, writeSynced } from './synced-file.ts'

const TEMPORARY = 'tmp'
const FOLDERS = '0123456789abcdef'.split('') // Few enough to sync all of them for a batch, enough for a million blobs.
const WRITES_AT_ONCE = 16 // A disk syncs several files for the price of two.

/** What the store is about to do. Tests stop or fail it there. */
export type DirectoryStep = 'write' | 'rename' | 'sync-folder'

export interface DirectoryOptions {
  readonly path: string
  readonly random: Random
  /** Called before each step; what it throws is as if the file system had. */
  readonly onStep?: (step: DirectoryStep) => void
}

/**
 * Opens a directory of blobs, for one process: what a crash left half-written is removed, and what it left
 * whole is synced, so that it counts as kept from here on. Throws `BlobStoreUnavailable`.
 */
export async function openDirectoryBlobs(options: DirectoryOptions): Promise<StoredBlobs> {
  const { path } = options
  const folders = FOLDERS.map((folder) => join(path, folder))
  try {
    await makeFolders([path, join(path, TEMPORARY), ...folders])
    await removeAll(join(path, TEMPORARY))
    const sync = new FolderSync()
    await Promise.all([path, ...folders].map((folder) => sync.sync(folder)))
    return new DirectoryBlobs(options, sync)
  } catch (error) {
    throw fileFailure(`open the blob directory ${path}`, path, error)
  }
}

class DirectoryBlobs implements StoredBlobs {
  readonly #path: string
  readonly #random: Random
  readonly #onStep: (step: DirectoryStep) => void
  readonly #sync: FolderSync

  constructor(options: DirectoryOptions, sync: FolderSync) {
    this.#path = options.path
    this.#random = options.random
    this.#onStep = options.onStep ?? (() => undefined)
    this.#sync = sync
  }

  async write(blobs: readonly RawBlob[]): Promise<void> {
    await this.#keepAll(blobs, async (blob) => {
      if (!(await this.has(blob.name))) await this.#keep(blob)
    })
  }

  async replace(blob: RawBlob): Promise<void> {
    await this.#keepAll([blob], (one) => this.#keep(one))
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    try {
      return await readFile(this.#pathOf(name))
    } catch (error) {
      if (isMissing(error)) return undefined
      throw new BlobStoreUnavailable(`read blob ${name}`, error)
    }
  }

  async has(name: string): Promise<boolean> {
    try {
      await access(this.#pathOf(name))
      return true
    } catch (error) {
      if (isMissing(error)) return false
      throw new BlobStoreUnavailable(`look for blob ${name}`, error)
    }
  }

  async list({
    after,
    limit,
  }: {
    readonly after: string
    readonly limit: number
  }): Promise<readonly string[]> {
    const names: string[] = []
    for (const folder of FOLDERS) {
      if (names.length >= limit) break
      if (folder < after.slice(0, 1)) continue
      const found = await readdir(join(this.#path, folder))
      names.push(...found.filter((name) => name > after).toSorted())
    }
    return names.slice(0, limit)
  }

  async #keepAll(blobs: readonly RawBlob[], keep: (blob: RawBlob) => Promise<void>): Promise<void> {
    try {
      const waiting = [...blobs]
      const worker = async (): Promise<void> => {
        for (let blob = waiting.shift(); blob !== undefined; blob = waiting.shift())
          await keep(blob)
      }
      const workers = Array.from({ length: Math.min(WRITES_AT_ONCE, blobs.length) }, worker)
      const failed = (await Promise.allSettled(workers)).find(({ status }) => status === 'rejected')
      if (failed?.status === 'rejected') throw failed.reason
      // Also for those that were there: another writer may have renamed and not synced yet.
      this.#onStep('sync-folder')
      const folders = new Set(blobs.map(({ name }) => this.#folderOf(name)))
      await Promise.all([...folders].map((folder) => this.#sync.sync(folder)))
    } catch (error) {
      throw fileFailure('keep a blob', this.#path, error)
    }
  }

  async #keep({ name, bytes }: RawBlob): Promise<void> {
    const unique = Buffer.from(this.#random.bytes(8)).toString('hex')
    const temporary = join(this.#path, TEMPORARY, `${name}.${unique}`)
    this.#onStep('write')
    await writeSynced(temporary, bytes)
    this.#onStep('rename')
    await rename(temporary, this.#pathOf(name))
    this.#sync.changed(this.#folderOf(name))
  }

  #pathOf(name: string): string {
    assertRawName(name)
    return join(this.#folderOf(name), name)
  }

  #folderOf(name: string): string {
    return join(this.#path, name.slice(0, 1))
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
