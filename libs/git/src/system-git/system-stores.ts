import { join } from 'node:path'
import { assert } from '@tidemark/kernel'
import type { BareCache } from '../bare-cache.ts'
import type { GitLimits } from '../limits.ts'
import type { GitObject } from '../objects/git-object.ts'
import type { Holding, Missing, ObjectStore } from '../objects/object-store.ts'
import { Turns } from '../turns.ts'
import { CatFile } from './cat-file.ts'
import type { ChildLimits, GitProgram } from './git-program.ts'
import { gitFailure, runGit } from './run-git.ts'
import type { WarmChildren } from './warm-children.ts'

export interface SystemStoreOptions {
  readonly program: GitProgram
  readonly limits: GitLimits
  readonly warm: WarmChildren
}

const PACKS_MAX = 32 // Git looks into each pack for each object; a pack holds what one push changed.
const CPU_SECONDS_INDEX = 120 // Indexing the largest pack allowed took 40 s here.
const CPU_SECONDS_READER = 3600 // It stays for as long as the repository is read; another is started after it.
const MEMORY_BYTES = 4 * 1024 * 1024 * 1024 // Address space: packs are mapped, not read.

/** Objects that were fetched, in a bare cache; git indexes and checks each pack (`fsckObjects`). */
export class FetchedStore implements ObjectStore {
  readonly #cache: BareCache
  readonly #options: SystemStoreOptions
  readonly #reader: CatFile
  /** What changes the directory does so alone. */
  readonly #turns = new Turns()

  constructor(cache: BareCache, options: SystemStoreOptions) {
    this.#cache = cache
    this.#options = options
    this.#reader = readerOf(cache.directory, options, undefined)
  }

  async *read(oids: readonly string[], signal: AbortSignal): AsyncGenerator<GitObject | Missing> {
    this.#options.warm.use(this.#reader)
    yield* this.#reader.read(oids, signal)
  }

  ingest(pack: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    const { packBytes } = this.#options.limits
    const size = `--max-input-size=${packBytes}`
    const args = ['index-pack', '--stdin', '--fix-thin', '--fsck-objects', size]
    return this.#turns.run(async () => {
      const output = await this.#run(args, pack, signal)
      if (output.status !== 0) throw gitFailure('the pack of the server is not sound', output)
    })
  }

  hold(commit: string): Promise<void> {
    return this.#turns.run(async () => {
      await this.#cache.hold(commit)
      await this.#compact()
    })
  }

  held(commit: string): Promise<Holding> {
    const { held } = this.#cache
    return Promise.resolve({
      isHeld: held.includes(commit),
      commits: held,
      thinPacks: 'understood',
    })
  }

  reset(): Promise<void> {
    return this.#turns.run(() => this.#empty())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader[Symbol.asyncDispose]()
  }

  /** Many small packs become one with what the held commits need; the rest goes. */
  async #compact(): Promise<void> {
    const old = await this.#cache.listPacks()
    if (old.length <= PACKS_MAX) return
    const { held } = this.#cache
    await this.#cache.markShallow(held)
    const input = Buffer.from(held.map((oid) => `${oid}\n`).join(''))
    const base = join(this.#cache.packs, 'pack')
    const output = await this.#run(
      ['pack-objects', '--revs', '--missing=allow-any', '-q', base],
      [input],
      NEVER,
    )
    // What could not be packed is fetched again: a cache has no right to fail a fetch that went well.
    if (output.status !== 0) return this.#empty()
    const kept = `pack-${output.stdout.trim()}`
    await this.#cache.deletePacks(old.filter((name) => name !== kept))
    this.#reader.stop()
  }

  async #empty(): Promise<void> {
    this.#reader.stop()
    await this.#cache.reset()
  }

  #run(
    args: readonly string[],
    input: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    signal: AbortSignal,
  ): ReturnType<typeof runGit> {
    const { program, limits } = this.#options
    const call = {
      args,
      limits: childLimits(limits, CPU_SECONDS_INDEX),
      gitDir: this.#cache.directory,
    }
    return runGit(program, call, input, signal)
  }
}

const NEVER = new AbortController().signal

/** A repository of this machine, read where it is: nothing is copied, and its configuration is not read. */
export class LocalStore implements ObjectStore {
  readonly #reader: CatFile
  readonly #warm: WarmChildren

  constructor(gitDir: string, objects: string, options: SystemStoreOptions) {
    this.#reader = readerOf(gitDir, options, objects)
    this.#warm = options.warm
  }

  async *read(oids: readonly string[], signal: AbortSignal): AsyncGenerator<GitObject | Missing> {
    this.#warm.use(this.#reader)
    yield* this.#reader.read(oids, signal)
  }

  async ingest(pack: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const chunk of pack)
      assert(chunk.length === 0, 'nothing is copied from a local repository')
  }

  hold(): Promise<void> {
    return Promise.resolve()
  }

  async held(commit: string): Promise<Holding> {
    for await (const object of this.read([commit], NEVER))
      return { isHeld: object.type !== 'missing', commits: [], thinPacks: 'understood' }
    return { isHeld: false, commits: [], thinPacks: 'understood' }
  }

  /** What is not there may be there for a new reader: the repository was packed anew meanwhile. */
  reset(): Promise<void> {
    this.#reader.stop()
    return Promise.resolve()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader[Symbol.asyncDispose]()
  }
}

function readerOf(
  gitDir: string,
  { program, limits }: SystemStoreOptions,
  alternates: string | undefined,
): CatFile {
  return new CatFile({
    program,
    call: {
      args: [],
      limits: childLimits(limits, CPU_SECONDS_READER),
      gitDir,
      ...(alternates === undefined ? {} : { alternates }),
    },
    objectBytesMax: limits.objectBytes,
  })
}

function childLimits({ packBytes }: GitLimits, cpuSeconds: number): ChildLimits {
  // A thin pack is completed with what it builds on.
  return { fileBytes: packBytes * 2, memoryBytes: MEMORY_BYTES, cpuSeconds }
}
