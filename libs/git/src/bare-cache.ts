import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const HOLDINGS_FILE = 'tidemark-holdings'
const HELD_MAX = 4 // The refs of one repository that sources follow at a time; older ones are fetched again.
const OID = /^[0-9a-f]{40}$/
const CONFIG = '[core]\n\trepositoryformatversion = 0\n\tbare = true\n'

/**
 * A bare repository of ours that only caches: it may be deleted at any time. Git itself is not asked to make
 * it, so no template and no hook is ever in it.
 */
export class BareCache {
  readonly directory: string
  #held: readonly string[] = []

  private constructor(directory: string) {
    this.directory = directory
  }

  static async open(directory: string): Promise<BareCache> {
    const cache = new BareCache(directory)
    await cache.#create()
    const text = await readFile(join(directory, HOLDINGS_FILE), 'utf8').catch(() => '')
    cache.#held = text.split('\n').filter((line) => OID.test(line))
    // Which caches are in use is read off these times when there are too many.
    await touch(directory)
    return cache
  }

  /** Where packs lie. */
  get packs(): string {
    return join(this.directory, 'objects', 'pack')
  }

  /** The commits that are here with their whole trees, newest first. */
  get held(): readonly string[] {
    return this.#held
  }

  async hold(commit: string): Promise<void> {
    this.#held = [commit, ...this.#held.filter((oid) => oid !== commit)].slice(0, HELD_MAX)
    const file = join(this.directory, HOLDINGS_FILE)
    await writeFile(`${file}.new`, `${this.#held.join('\n')}\n`)
    await rename(`${file}.new`, file)
  }

  /** The names of the packs without their endings. */
  async listPacks(): Promise<readonly string[]> {
    const names = await readdir(this.packs)
    return names
      .filter((name) => /^pack-[0-9a-f]{40}\.pack$/.test(name))
      .map((name) => name.slice(0, -5))
  }

  /** Deletes packs; what is open stays readable to who has it open. */
  async deletePacks(packs: readonly string[]): Promise<void> {
    for (const pack of packs)
      for (const ending of ['idx', 'pack', 'rev'])
        await rm(join(this.packs, `${pack}.${ending}`), { force: true })
  }

  /** Tells git that the parents of these commits are not here. */
  async markShallow(commits: readonly string[]): Promise<void> {
    await writeFile(join(this.directory, 'shallow'), commits.map((oid) => `${oid}\n`).join(''))
  }

  /** Deletes everything and starts empty. */
  async reset(): Promise<void> {
    this.#held = []
    await rm(this.directory, { recursive: true, force: true })
    await this.#create()
  }

  async #create(): Promise<void> {
    await mkdir(this.packs, { recursive: true, mode: 0o700 })
    await mkdir(join(this.directory, 'refs'), { recursive: true })
    await writeFile(join(this.directory, 'HEAD'), 'ref: refs/heads/none\n')
    await writeFile(join(this.directory, 'config'), CONFIG)
    for (const name of await readdir(this.packs))
      if (name.startsWith('tmp_')) await rm(join(this.packs, name), { force: true }) // Of a fetch that was killed.
  }
}

/** Changes the time of a directory by the clock of its file system. */
async function touch(directory: string): Promise<void> {
  const file = join(directory, 'tidemark-used')
  await writeFile(`${file}.new`, '')
  await rename(`${file}.new`, file)
}
