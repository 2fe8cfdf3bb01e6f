import fs from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { assert } from '@tidemark/kernel'
import { Errors, indexPack, readObject } from 'isomorphic-git'
import type { BareCache } from '../bare-cache.ts'
import { GitRefused } from '../git-refused.ts'
import type { GitLimits } from '../limits.ts'
import { type GitObject, isObjectType, objectId } from '../objects/git-object.ts'
import type { Holding, Missing, ObjectStore } from '../objects/object-store.ts'
import { Turns } from '../turns.ts'
import { checkPack } from './check-pack.ts'

const PACK_BYTES_MAX = 256 * 1024 * 1024 // It is held in memory, twice while it is indexed.
const UNPACKED_BYTES_MAX = 512 * 1024 * 1024 // What checking may cost, one object at a time.
const PACKS_MAX = 16 // All of them stay in memory once they were read; then the cache starts anew.

/** Objects that isomorphic-git reads, in a repository of this machine. */
export class IsomorphicReader {
  readonly #gitDir: string
  readonly #objectBytesMax: number
  /** One for all calls: without it each would read and hash every pack again. */
  #cache: object = {}

  constructor(gitDir: string, objectBytesMax: number) {
    this.#gitDir = gitDir
    this.#objectBytesMax = objectBytesMax
  }

  async *read(oids: readonly string[], signal: AbortSignal): AsyncGenerator<GitObject | Missing> {
    for (const oid of oids) {
      signal.throwIfAborted()
      yield await this.#readOne(oid)
    }
  }

  forget(): void {
    this.#cache = {}
  }

  async #readOne(oid: string): Promise<GitObject | Missing> {
    const found = await this.#find(oid)
    if (found === undefined) return { oid, type: 'missing' }
    const { type, bytes } = found
    if (bytes.length > this.#objectBytesMax)
      throw new GitRefused(
        'SOURCE_SIZE',
        `the ${type} ${oid} has ${bytes.length} bytes; at most ${this.#objectBytesMax} can be read: leave the file out by .sourceignore`,
      )
    if (!isObjectType(type) || objectId(type, bytes) !== oid)
      throw new GitRefused('GIT_OBJECT', `the object ${oid} is damaged: it has another digest`)
    return { oid, type, bytes }
  }

  async #find(oid: string): Promise<{ type: string; bytes: Uint8Array } | undefined> {
    try {
      const options = { fs, gitdir: this.#gitDir, oid, cache: this.#cache }
      const { type, object } = await readObject({ ...options, format: 'content' })
      if (object instanceof Uint8Array) return { type, bytes: object }
      throw new GitRefused('GIT_OBJECT', `the object ${oid} cannot be read`)
    } catch (error) {
      if (error instanceof Errors.NotFoundError) return undefined
      if (error instanceof GitRefused) throw error
      throw new GitRefused('GIT_OBJECT', `the object ${oid} cannot be read: it is damaged`, {
        cause: error,
      })
    }
  }
}

/** Objects that were fetched, in a bare cache; each pack is checked by us before isomorphic-git indexes it. */
export class IsomorphicFetchedStore implements ObjectStore {
  readonly #cache: BareCache
  readonly #reader: IsomorphicReader
  readonly #limits: GitLimits
  /** What changes the directory does so alone. */
  readonly #turns = new Turns()

  constructor(cache: BareCache, limits: GitLimits) {
    this.#cache = cache
    this.#limits = limits
    this.#reader = new IsomorphicReader(cache.directory, limits.objectBytes)
  }

  read(oids: readonly string[], signal: AbortSignal): AsyncGenerator<GitObject | Missing> {
    return this.#reader.read(oids, signal)
  }

  ingest(pack: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    return this.#turns.run(async () => {
      if ((await this.#cache.listPacks()).length >= PACKS_MAX) await this.#empty()
      const bytes = await collect(pack, Math.min(PACK_BYTES_MAX, this.#limits.packBytes))
      const limits = { objectBytes: this.#limits.objectBytes, totalBytes: UNPACKED_BYTES_MAX }
      if (checkPack(bytes, limits) === 0) return
      signal.throwIfAborted()
      await this.#index(bytes)
    })
  }

  hold(commit: string): Promise<void> {
    return this.#turns.run(() => this.#cache.hold(commit))
  }

  held(commit: string): Promise<Holding> {
    const { held } = this.#cache
    return Promise.resolve({
      isHeld: held.includes(commit),
      commits: held,
      thinPacks: 'not understood',
    })
  }

  reset(): Promise<void> {
    return this.#turns.run(() => this.#empty())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#reader.forget()
  }

  async #empty(): Promise<void> {
    this.#reader.forget()
    await this.#cache.reset()
  }

  async #index(pack: Buffer): Promise<void> {
    const { packs, directory } = this.#cache
    const name = `pack-${pack.subarray(-20).toString('hex')}`
    await writeFile(join(packs, `tmp_${name}`), pack)
    await rename(join(packs, `tmp_${name}`), join(packs, `${name}.pack`))
    try {
      const filepath = `objects/pack/${name}.pack`
      await indexPack({ fs, dir: directory, gitdir: directory, filepath, cache: {} })
    } catch (error) {
      await this.#cache.deletePacks([name])
      throw new GitRefused('GIT_PACK', 'the pack of the server cannot be indexed', { cause: error })
    }
  }
}

/** A repository of this machine, read where it is. */
export class IsomorphicLocalStore implements ObjectStore {
  readonly #reader: IsomorphicReader

  constructor(commonDir: string, limits: GitLimits) {
    this.#reader = new IsomorphicReader(commonDir, limits.objectBytes)
  }

  read(oids: readonly string[], signal: AbortSignal): AsyncGenerator<GitObject | Missing> {
    return this.#reader.read(oids, signal)
  }

  async ingest(pack: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const chunk of pack)
      assert(chunk.length === 0, 'nothing is copied from a local repository')
  }

  hold(): Promise<void> {
    return Promise.resolve()
  }

  async held(commit: string): Promise<Holding> {
    const found: string[] = []
    for await (const { type } of this.read([commit], new AbortController().signal)) found.push(type)
    return { isHeld: found[0] !== 'missing', commits: [], thinPacks: 'not understood' }
  }

  reset(): Promise<void> {
    this.#reader.forget()
    return Promise.resolve()
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#reader.forget()
    return Promise.resolve()
  }
}

async function collect(pack: AsyncIterable<Uint8Array>, bytesMax: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of pack) {
    bytes += chunk.length
    if (bytes > bytesMax)
      throw new GitRefused(
        'SOURCE_SIZE',
        `the pack of the server has more than ${bytesMax} bytes; install git on this machine for larger repositories`,
      )
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
