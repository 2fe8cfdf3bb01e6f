import { readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type RawBlob } from '../raw-blobs.ts'
import { type FolderSync } from './folder-sync.ts'
import { encodePack, readPacked, readPackTable, type PackedAt } from './pack-file.ts'
import { writeSynced } from './synced-file.ts'

const PACKS_MAX = 512 // More make opening slow; then the small ones become few.
const SMALL_PACK_BYTES = 4 * 1024 * 1024
const MERGED_BYTES_MAX = 64 * 1024 * 1024

/** Makes a new name in the folder for half-written files, and one for the finished file. */
export interface PackNames {
  readonly temporary: () => string
  readonly finished: () => string
}

/** The packs of a directory, and what is where in them. */
export class Packs {
  readonly #folder: string
  readonly #sync: FolderSync
  readonly #names: PackNames
  readonly #places = new Map<string, PackedAt>()
  #sorted: readonly string[] | undefined

  constructor(folder: string, sync: FolderSync, names: PackNames) {
    this.#folder = folder
    this.#sync = sync
    this.#names = names
  }

  /** Reads the tables of all packs, after making few of many small ones. */
  async open(): Promise<void> {
    let paths = await this.#paths()
    if (paths.length > PACKS_MAX) {
      await this.#merge(paths)
      paths = await this.#paths()
    }
    for (const path of paths) {
      for (const [name, place] of await readPackTable(path)) this.#places.set(name, place)
    }
  }

  has(name: string): boolean {
    return this.#places.has(name)
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    const place = this.#places.get(name)
    return place === undefined ? undefined : readPacked(place)
  }

  /** Forgets a name: a file of its own counts from now on. */
  forget(name: string): void {
    if (this.#places.delete(name)) this.#sorted = undefined
  }

  /** Names in order, those after `after` first. */
  list(after: string, limit: number): readonly string[] {
    this.#sorted ??= [...this.#places.keys()].toSorted()
    const from = this.#sorted.findIndex((name) => name > after)
    return from === -1 ? [] : this.#sorted.slice(from, from + limit)
  }

  /** Writes a pack; its blobs are there from the rename on, and count once the folder is synced. */
  async write(
    blobs: readonly RawBlob[],
    onStep: (step: 'write' | 'rename') => void,
  ): Promise<void> {
    const [temporary, path] = [this.#names.temporary(), this.#names.finished()]
    onStep('write')
    await writeSynced(temporary, encodePack(blobs))
    onStep('rename')
    await rename(temporary, path)
    this.#sync.changed(this.#folder)
    await this.#sync.sync(this.#folder)
    // Out of the file itself: what cannot be read back was not kept.
    for (const [name, place] of await readPackTable(path)) this.#places.set(name, place)
    this.#sorted = undefined
  }

  /** The merged pack is durable before the first of the old ones goes; until then a blob is there twice. */
  async #merge(paths: readonly string[]): Promise<void> {
    let [batch, size]: [string[], number] = [[], 0]
    for (const path of paths) {
      const bytes = (await stat(path)).size
      if (bytes > SMALL_PACK_BYTES) continue
      if (size + bytes > MERGED_BYTES_MAX) {
        await this.#mergeInto(batch)
        ;[batch, size] = [[], 0]
      }
      batch.push(path)
      size += bytes
    }
    await this.#mergeInto(batch)
  }

  async #mergeInto(paths: readonly string[]): Promise<void> {
    if (paths.length < 2) return
    const blobs = new Map<string, RawBlob>()
    for (const path of paths) {
      for (const [name, place] of await readPackTable(path)) {
        blobs.set(name, { name, bytes: await readPacked(place) })
      }
    }
    const temporary = this.#names.temporary()
    await writeSynced(temporary, encodePack([...blobs.values()]))
    await rename(temporary, this.#names.finished())
    this.#sync.changed(this.#folder)
    await this.#sync.sync(this.#folder)
    for (const path of paths) await rm(path)
  }

  async #paths(): Promise<readonly string[]> {
    const names = await readdir(this.#folder)
    return names.toSorted().map((name) => join(this.#folder, name))
  }
}
