import type { Clock } from '@tidemark/kernel'
import { descent } from './descent.ts'
import { GitRefused, SourceTimeout, SourceUnavailable } from './git-refused.ts'
import type { Blob, Descent, GitRef, GitSource, Resolution } from './git-source.ts'
import type { GitLimits } from './limits.ts'
import { type Commit, parseCommit } from './objects/commit.ts'
import type { GitObject } from './objects/git-object.ts'
import { notThere, TreeLister } from './objects/list-tree.ts'
import type { Missing, ObjectStore } from './objects/object-store.ts'
import { parseTag, type Tag } from './objects/tag.ts'
import type { TreeEntry } from './objects/tree.ts'
import { refQuery } from './ref-query.ts'
import { resolveQuery } from './resolve-query.ts'
import type { PackRequest, Transport } from './transport/transport.ts'

export interface RepositoryParts {
  readonly transport: Transport
  /** Shared by all sources of one repository, so it is not this source's to dispose. */
  readonly store: ObjectStore
  readonly limits: GitLimits
  readonly clock: Clock
  /** `local` objects can be read without a fetch; those `on demand` lack contents until they are read. */
  readonly kind: 'fetched' | 'on demand' | 'local'
}

const WANTS_MAX = 5_000 // Of one request: 250 kB of ids.

/** The port over a way to ask and a place for objects; the same for every engine. */
export class Repository implements GitSource {
  readonly #parts: RepositoryParts
  readonly #lister: TreeLister

  constructor(parts: RepositoryParts) {
    this.#parts = parts
    this.#lister = new TreeLister(
      (oids, signal) => parts.store.read(oids, signal),
      parts.limits.files,
    )
  }

  resolve(ref: GitRef, signal: AbortSignal): Promise<Resolution> {
    return this.#bounded(signal, async (limited) => {
      const query = refQuery(ref)
      const { transport, store, kind } = this.#parts
      return resolveQuery(query, {
        listRefs: (prefixes) => transport.listRefs(prefixes, limited),
        readCommit: (resolution) => this.#fetch(resolution, limited),
        readObject: async (oid) => (kind === 'local' ? readOne(store, oid, limited) : undefined),
      })
    })
  }

  fetch(resolution: Resolution, signal: AbortSignal): Promise<Commit> {
    return this.#bounded(signal, (limited) => this.#fetch(resolution, limited))
  }

  tree(commit: Commit, signal: AbortSignal): Promise<readonly TreeEntry[]> {
    return this.#bounded(signal, (limited) => this.#lister.list(commit.tree, limited))
  }

  async *blobs(oids: readonly string[], signal: AbortSignal): AsyncGenerator<Blob> {
    const { clock, limits, store, kind } = this.#parts
    using deadline = clock.deadline(limits.timeoutMs, signal)
    try {
      const absent: string[] = []
      for await (const object of store.read(oids, deadline.signal))
        if (object.type === 'missing' && kind === 'on demand') absent.push(object.oid)
        else yield blobOf(object)
      for (let at = 0; at < absent.length; at += WANTS_MAX) {
        const want = absent.slice(at, at + WANTS_MAX)
        await this.#bringBlobs(want, deadline.signal)
        for await (const object of store.read(want, deadline.signal)) yield blobOf(object)
      }
    } catch (error) {
      throw await this.#explain(error, deadline.signal, signal)
    }
  }

  descends(commit: Commit, ancestor: string, signal: AbortSignal): Promise<Descent> {
    return this.#bounded(signal, (limited) => {
      const { transport, store, kind } = this.#parts
      return descent(commit, ancestor, {
        readObject: (oid) => readOne(store, oid, limited),
        deepen: async (depth) => {
          if (kind === 'local') return 'no deeper'
          const { thinPacks } = await store.held(commit.oid)
          const request = { want: [commit.oid], have: [commit.oid], depth, thinPacks }
          const pack = transport.fetchPack({ ...request, content: 'commits' }, limited)
          await store.ingest(pack, limited)
          return 'deeper'
        },
      })
    })
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#parts.transport[Symbol.dispose]()
    return Promise.resolve()
  }

  async #fetch(resolution: Resolution, signal: AbortSignal): Promise<Commit> {
    const { store, kind } = this.#parts
    const { commit } = resolution
    const { isHeld } = await store.held(commit)
    if (!isHeld) await this.#bring(resolution, signal)
    const object = await readOne(store, commit, signal)
    if (object === undefined) throw notThere(commit, 'the commit itself')
    if (object.type !== 'commit')
      throw new GitRefused('SOURCE_REF_MISSING', `${commit} is a ${object.type}, not a commit`)
    const tag = await this.#tagOf(resolution, signal)
    const read = { ...parseCommit(commit, object.bytes), ...(tag === undefined ? {} : { tag }) }
    if (!isHeld && kind !== 'local') {
      await this.#lister.list(read.tree, signal) // Only what is here as a whole may be told to a server.
      await store.hold(commit)
    }
    return read
  }

  /** The annotated tag that a commit is named by; a commit that was here before it may lack that. */
  async #tagOf({ advertised, commit }: Resolution, signal: AbortSignal): Promise<Tag | undefined> {
    if (advertised === commit) return undefined
    const { store } = this.#parts
    if ((await readOne(store, advertised, signal)) === undefined)
      await this.#ask(commit, { want: [advertised], depth: 1 }, signal)
    const object = await readOne(store, advertised, signal)
    if (object?.type !== 'tag') throw notThere(advertised, 'the tag')
    return parseTag(advertised, object.bytes)
  }

  async #bring({ commit, advertised, branch }: Resolution, signal: AbortSignal): Promise<void> {
    try {
      await this.#ask(commit, { want: [advertised], depth: 1 }, signal)
    } catch (error) {
      const isWithheld = error instanceof GitRefused && error.code === 'SOURCE_REF_MISSING'
      if (!isWithheld || branch === undefined) throw error
      const name = `refs/heads/${branch}`
      const refs = await this.#parts.transport.listRefs([name], signal)
      const tip = refs.find((ref) => ref.name === name)
      if (tip === undefined) throw error
      // A server that gives out branches alone gives the commit with all of its branch.
      await this.#ask(commit, { want: [tip.oid], depth: 0 }, signal)
      if ((await readOne(this.#parts.store, commit, signal)) === undefined)
        throw new GitRefused(
          'SOURCE_REF_MISSING',
          `the commit ${commit} is not on the branch ${branch}; correct spec.ref`,
        )
    }
  }

  async #bringBlobs(want: readonly string[], signal: AbortSignal): Promise<void> {
    const { transport, store } = this.#parts
    const request = { want, have: [], depth: 0, thinPacks: 'not understood' } as const
    await store.ingest(transport.fetchPack({ ...request, content: 'everything' }, signal), signal)
  }

  async #ask(
    commit: string,
    request: Pick<PackRequest, 'want' | 'depth'>,
    signal: AbortSignal,
  ): Promise<void> {
    const { transport, store } = this.#parts
    const { commits, thinPacks } = await store.held(commit)
    const have = request.depth === 0 ? [] : commits
    const content = this.#parts.kind === 'on demand' ? 'folders' : 'everything'
    const pack = transport.fetchPack({ ...request, have, thinPacks, content }, signal)
    await store.ingest(pack, signal)
  }

  /** Runs one call of the port under its time limit, and names the repository in what goes wrong. */
  async #bounded<T>(signal: AbortSignal, work: (limited: AbortSignal) => Promise<T>): Promise<T> {
    const { clock, limits } = this.#parts
    using deadline = clock.deadline(limits.timeoutMs, signal)
    try {
      return await work(deadline.signal)
    } catch (error) {
      throw await this.#explain(error, deadline.signal, signal)
    }
  }

  async #explain(error: unknown, limited: AbortSignal, signal: AbortSignal): Promise<unknown> {
    if (signal.aborted) return signal.reason
    const { transport, limits, store } = this.#parts
    const what = `cannot read the source ${transport.display}`
    if (limited.aborted)
      return new SourceTimeout(`${what}: there was no whole answer in ${limits.timeoutMs / 1000} s`)
    // What must be here is not, or is damaged: whatever the reason, the next fetch starts from nothing.
    if (error instanceof GitRefused && (error.code === 'GIT_PACK' || error.code === 'GIT_OBJECT'))
      await store.reset()
    return withPlace(error, what)
  }
}

async function readOne(
  store: ObjectStore,
  oid: string,
  signal: AbortSignal,
): Promise<GitObject | undefined> {
  const found: (GitObject | Missing)[] = []
  for await (const object of store.read([oid], signal)) found.push(object)
  const [object] = found
  return object === undefined || object.type === 'missing' ? undefined : object
}

function blobOf(object: GitObject | Missing): Blob {
  if (object.type !== 'blob') throw notThere(object.oid, 'a file')
  return { oid: object.oid, bytes: object.bytes }
}

function withPlace(error: unknown, what: string): unknown {
  if (error instanceof GitRefused)
    return new GitRefused(error.code, `${what}: ${error.message}`, { cause: error.cause })
  if (error instanceof SourceTimeout)
    return new SourceTimeout(`${what}: ${error.message}`, { cause: error.cause })
  if (error instanceof SourceUnavailable)
    return new SourceUnavailable(`${what}: ${error.message}`, { cause: error.cause })
  return error
}
