import { readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { type Random } from '@tidemark/kernel'
import { BlobStoreUnavailable } from '../blob-errors.ts'
import { assertRawName, type RawBlob, type StoredBlobs } from '../raw-blobs.ts'
import { FolderSync } from './folder-sync.ts'
import { Packs } from './packs.ts'
import { SharedWrites } from './shared-writes.ts'
import { fileFailure, makeFolders, removeAll, writeSynced } from './synced-file.ts'

const TEMPORARY = 'tmp'
const PACKS = 'packs'
const FOLDERS = '0123456789abcdef'.split('') // Few enough to sync all of them for a batch, enough for a million blobs.
const PACKED_BYTES_MAX = 64 * 1024 // A larger blob has a file of its own, which costs it little.
const PACKED_BLOBS_MAX = 4_096
const WRITES_AT_ONCE = 16 // A disk syncs several files for the price of two.

/** What the store is about to do. Tests stop or fail it there. */
export type DirectoryStep = 'write' | 'rename' | 'sync-folder'

export interface DirectoryOptions {
  readonly path: string
  readonly random: Random
  /** Waits where a write of small blobs should gather more of them: each is a file, whatever is in it. */
  readonly gather?: () => Promise<void>
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
    const packsPath = join(path, PACKS)
    await makeFolders([path, join(path, TEMPORARY), packsPath, ...folders])
    await removeAll(join(path, TEMPORARY))
    const sync = new FolderSync()
    await Promise.all([path, packsPath, ...folders].map((folder) => sync.sync(folder)))
    const blobs = new DirectoryBlobs(options, sync)
    await blobs.open()
    return blobs
  } catch (error) {
    throw fileFailure(`open the blob directory ${path}`, path, error)
  }
}

class DirectoryBlobs implements StoredBlobs {
  readonly #path: string
  readonly #random: Random
  readonly #onStep: (step: DirectoryStep) => void
  readonly #sync: FolderSync
  readonly #packs: Packs
  readonly #small: SharedWrites<RawBlob>
  /** Blobs with a file of their own, so that asking for what is not there costs no look at the disk. */
  readonly #files = new Set<string>()

  constructor(options: DirectoryOptions, sync: FolderSync) {
    this.#path = options.path
    this.#random = options.random
    this.#onStep = options.onStep ?? (() => undefined)
    this.#sync = sync
    this.#packs = new Packs(join(options.path, PACKS), sync, {
      temporary: () => join(this.#path, TEMPORARY, this.#unique()),
      finished: () => join(this.#path, PACKS, `${this.#unique()}.pack`),
    })
    this.#small = new SharedWrites((blobs) => this.#writeSmall(blobs), {
      itemsMax: PACKED_BLOBS_MAX,
      ...(options.gather === undefined ? {} : { gather: options.gather }),
    })
  }

  /** Reads what is where. A blob that has a file of its own was replaced: the file counts. */
  async open(): Promise<void> {
    await this.#packs.open()
    for (const folder of FOLDERS) {
      for (const name of await readdir(join(this.#path, folder))) {
        this.#packs.forget(name)
        this.#files.add(name)
      }
    }
  }

  async write(blobs: readonly RawBlob[]): Promise<void> {
    const small = blobs.filter(({ bytes }) => bytes.length <= PACKED_BYTES_MAX)
    const large = blobs.filter(({ bytes }) => bytes.length > PACKED_BYTES_MAX)
    try {
      if (small.length > 0) await this.#small.add(small)
      await this.#keepFiles(large, 'new')
    } catch (error) {
      throw fileFailure('keep a blob', this.#path, error)
    }
  }

  async replace(blob: RawBlob): Promise<void> {
    try {
      await this.#keepFiles([blob], 'all')
      this.#packs.forget(blob.name)
    } catch (error) {
      throw fileFailure(`replace blob ${blob.name}`, this.#path, error)
    }
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    try {
      return (await this.#packs.read(name)) ?? (await readFile(this.#pathOf(name)))
    } catch (error) {
      if (isMissing(error)) return undefined
      throw new BlobStoreUnavailable(`read blob ${name}`, error)
    }
  }

  async has(name: string): Promise<boolean> {
    assertRawName(name)
    return this.#packs.has(name) || this.#files.has(name)
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
    names.push(...this.#packs.list(after, limit))
    return [...new Set(names)].toSorted().slice(0, limit)
  }

  /** One blob alone has a file; several that come together share a pack. */
  async #writeSmall(blobs: readonly RawBlob[]): Promise<void> {
    const distinct = new Map(blobs.map((blob) => [blob.name, blob]))
    const fresh: RawBlob[] = []
    for (const blob of distinct.values()) if (!(await this.has(blob.name))) fresh.push(blob)
    if (fresh.length > 1) await this.#packs.write(fresh, this.#onStep)
    const alone = fresh.length === 1 ? fresh : []
    const there = [...distinct.values()].filter((blob) => !this.#packs.has(blob.name))
    await this.#keepFiles(alone, 'all')
    await this.#syncFoldersOf(there)
  }

  async #keepFiles(blobs: readonly RawBlob[], which: 'new' | 'all'): Promise<void> {
    const waiting = [...blobs]
    const worker = async (): Promise<void> => {
      for (let blob = waiting.shift(); blob !== undefined; blob = waiting.shift()) {
        if (which === 'all' || !(await this.has(blob.name))) await this.#keep(blob)
      }
    }
    const workers = Array.from({ length: Math.min(WRITES_AT_ONCE, blobs.length) }, worker)
    const failed = (await Promise.allSettled(workers)).find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') throw failed.reason
    await this.#syncFoldersOf(blobs)
  }

  /** Also for blobs that were there: another writer may have renamed and not synced yet. */
  async #syncFoldersOf(blobs: readonly RawBlob[]): Promise<void> {
    if (blobs.length === 0) return
    this.#onStep('sync-folder')
    const folders = new Set(blobs.map(({ name }) => this.#folderOf(name)))
    await Promise.all([...folders].map((folder) => this.#sync.sync(folder)))
  }

  async #keep({ name, bytes }: RawBlob): Promise<void> {
    const temporary = join(this.#path, TEMPORARY, this.#unique())
    this.#onStep('write')
    await writeSynced(temporary, bytes)
    this.#onStep('rename')
    await rename(temporary, this.#pathOf(name))
    this.#sync.changed(this.#folderOf(name))
    this.#files.add(name)
  }

  #unique(): string {
    return Buffer.from(this.#random.bytes(16)).toString('hex')
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
