import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { GitRefused } from './git-refused.ts'
import type { GitLimits } from './limits.ts'
import { isRefname } from './refname.ts'
import type { Ref, Transport } from './transport/transport.ts'

/** Where the parts of a repository of this machine lie. */
export interface LocalRepository {
  /** The directory with `HEAD` of this work tree. */
  readonly gitDir: string
  /** The directory with `objects` and `refs` of all of its work trees. */
  readonly commonDir: string
}

const SMALL_BYTES_MAX = 64 * 1024 // A file that holds one path or one id; a configuration that people write.
const PACKED_BYTES_MAX = 64 * 1024 * 1024 // Half a million refs.
const SYMBOLIC_HOPS_MAX = 5 // Git's own.
const FOLDERS_MAX = 100_000 // Of refs; each holds one at least.

/** Finds the repository at a path: bare, with a `.git` folder, or a linked work tree. */
export async function findLocalRepository(path: string): Promise<LocalRepository> {
  const inside = join(path, '.git')
  const found = await stat(inside).catch(() => undefined)
  const gitDir =
    found === undefined ? path : found.isFile() ? await readLink(inside, 'gitdir: ') : inside
  const commonLink = await readSmall(join(gitDir, 'commondir'))
  const commonDir = commonLink === undefined ? gitDir : resolve(gitDir, commonLink.trim())
  const objects = await stat(join(commonDir, 'objects')).catch(() => undefined)
  const head = await stat(join(gitDir, 'HEAD')).catch(() => undefined)
  if (objects?.isDirectory() !== true || head?.isFile() !== true)
    throw new GitRefused(
      'SOURCE_NOT_FOUND',
      'there is no Git repository; check the path, or run git init there',
    )
  const config = (await readSmall(join(commonDir, 'config'))) ?? ''
  if (/^\s*objectformat\s*=\s*sha256/im.test(config))
    throw new GitRefused(
      'SOURCE_OBJECT_FORMAT',
      'the repository names its objects by sha256; only sha1 is supported, as in Flux',
    )
  if (/^\s*refstorage\s*=\s*reftable/im.test(config))
    throw new GitRefused(
      'SOURCE_PROTOCOL',
      'the repository keeps its refs in a reftable, which is not supported; run git refs migrate --ref-format=files',
    )
  return { gitDir, commonDir }
}

/** The refs of a repository of this machine, read from its files; a poll starts no process. */
export class LocalRefs implements Transport {
  readonly display: string
  readonly #repository: LocalRepository
  readonly #limits: GitLimits

  constructor(display: string, repository: LocalRepository, limits: GitLimits) {
    this.display = display
    this.#repository = repository
    this.#limits = limits
  }

  async listRefs(prefixes: readonly string[]): Promise<readonly Ref[]> {
    const packed = await this.#readPacked()
    const refs = new Map<string, Ref>()
    for (const prefix of prefixes) {
      for (const [name, ref] of packed) if (name.startsWith(prefix)) refs.set(name, ref)
      // A loose ref is newer than a packed one of the same name.
      for (const name of await this.#looseNames(prefix)) {
        const oid = await this.#read(name, packed)
        if (oid !== undefined && refs.get(name)?.oid !== oid) refs.set(name, { name, oid })
      }
    }
    return [...refs.values()]
  }

  // oxlint-disable-next-line require-yield -- A commit that is not in a local repository is not anywhere.
  async *fetchPack(): AsyncGenerator<Uint8Array> {
    throw new GitRefused('SOURCE_REF_MISSING', 'the repository has no such commit')
  }

  [Symbol.dispose](): void {
    // Nothing is held open.
  }

  async #looseNames(prefix: string): Promise<readonly string[]> {
    if (!prefix.endsWith('/')) return [prefix]
    const names: string[] = []
    const folders = [prefix.slice(0, -1)]
    for (let at = 0; at < folders.length; at += 1) {
      const folder = folders[at] ?? ''
      const listed = await readdir(join(this.#repository.commonDir, folder), {
        withFileTypes: true,
      }).catch(() => [])
      for (const entry of listed)
        (entry.isDirectory() ? folders : names).push(`${folder}/${entry.name}`)
      if (names.length > this.#limits.refs || folders.length > FOLDERS_MAX) throw this.#tooMany()
    }
    return names.filter((name) => isRefname(name))
  }

  /** What a ref points to, through symbolic refs. */
  async #read(name: string, packed: ReadonlyMap<string, Ref>): Promise<string | undefined> {
    let current = name
    for (let hops = 0; hops <= SYMBOLIC_HOPS_MAX; hops += 1) {
      if (!isRefname(current)) return undefined
      const { gitDir, commonDir } = this.#repository
      const text = await readSmall(join(current === 'HEAD' ? gitDir : commonDir, current))
      if (text === undefined) return packed.get(current)?.oid
      const symbolic = /^ref: *(\S+)/.exec(text)?.[1]
      if (symbolic === undefined) return /^[0-9a-f]{40}(?=\s*$)/.exec(text)?.[0]
      current = symbolic
    }
    return undefined
  }

  async #readPacked(): Promise<ReadonlyMap<string, Ref>> {
    const file = join(this.#repository.commonDir, 'packed-refs')
    const size = (await stat(file).catch(() => undefined))?.size
    if (size === undefined) return new Map()
    if (size > PACKED_BYTES_MAX) throw this.#tooMany()
    const refs = new Map<string, Ref>()
    let last: Ref | undefined
    for (const line of (await readFile(file, 'utf8')).split('\n')) {
      const peeled = /^\^([0-9a-f]{40})$/.exec(line)?.[1]
      const [, oid, name] = /^([0-9a-f]{40}) (\S+)$/.exec(line) ?? []
      if (peeled !== undefined && last !== undefined) refs.set(last.name, { ...last, peeled })
      if (oid === undefined || name === undefined) continue
      last = { name, oid }
      refs.set(name, last)
      if (refs.size > this.#limits.refs) throw this.#tooMany()
    }
    return refs
  }

  #tooMany(): GitRefused {
    return new GitRefused(
      'SOURCE_REFS',
      `the repository has more than ${this.#limits.refs} refs; delete old ones, or raise the limit`,
    )
  }
}

async function readLink(file: string, prefix: string): Promise<string> {
  const text = (await readSmall(file)) ?? ''
  const target = text.startsWith(prefix) ? text.slice(prefix.length).trim() : ''
  if (target === '')
    throw new GitRefused('SOURCE_NOT_FOUND', `the file ${file} names no repository`)
  return isAbsolute(target) ? target : resolve(dirname(file), target)
}

/** A small file's text; nothing where there is none. */
async function readSmall(file: string): Promise<string | undefined> {
  const found = await stat(file).catch(() => undefined)
  if (found?.isFile() !== true || found.size > SMALL_BYTES_MAX) return undefined
  return readFile(file, 'utf8').catch(() => undefined)
}
