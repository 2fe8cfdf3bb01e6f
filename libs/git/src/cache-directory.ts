import { createHmac } from 'node:crypto'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Random } from '@tidemark/kernel'
import type { GitCredentials } from './git-source.ts'
import { secretsOf } from './transport/authorization.ts'

const SALT_FILE = 'salt'
const SALT_BYTES = 32
const REPOSITORIES_MAX = 512 // Above the sources of one installation; each is a shallow repository on disk.
const NAME = /^[0-9a-f]{32}$/

/**
 * The directory of all caches. A repository's place is a keyed digest of its URL and the credentials that
 * read it: who has other credentials, or none, never reads what these have fetched.
 */
export class CacheDirectory {
  readonly root: string
  readonly #salt: Uint8Array

  private constructor(root: string, salt: Uint8Array) {
    this.root = root
    this.#salt = salt
  }

  /** Opens it, makes what is not there, and deletes the caches that were not used for longest. */
  static async open(root: string, random: Random): Promise<CacheDirectory> {
    await mkdir(join(root, 'home'), { recursive: true, mode: 0o700 })
    await rm(join(root, 'ssh'), { recursive: true, force: true }) // Of connections that a crash ended.
    const salt = await readSalt(join(root, SALT_FILE), random)
    await deleteOldest(root)
    return new CacheDirectory(root, salt)
  }

  /** An empty directory, as HOME of children. */
  get home(): string {
    return join(this.root, 'home')
  }

  place(url: string, credentials: GitCredentials | undefined): string {
    const login = credentials?.login
    const account = login?.kind === 'basic' ? login.account : undefined
    const username = login?.kind === 'basic' ? login.username : ''
    const secrets = account === undefined ? secretsOf(credentials) : [account]
    const pair = credentials?.clientCertificate?.key.reveal() ?? ''
    const identity = credentials?.ssh?.identity.reveal() ?? ''
    const key = JSON.stringify([url, username, ...secrets, pair, identity])
    return join(this.root, createHmac('sha256', this.#salt).update(key).digest('hex').slice(0, 32))
  }
}

async function readSalt(file: string, random: Random): Promise<Uint8Array> {
  const kept = await readFile(file).catch(() => undefined)
  if (kept?.length === SALT_BYTES) return kept
  const salt = random.bytes(SALT_BYTES)
  await writeFile(file, salt, { mode: 0o600 })
  return salt
}

async function deleteOldest(root: string): Promise<void> {
  const names = (await readdir(root)).filter((name) => NAME.test(name))
  if (names.length <= REPOSITORIES_MAX) return
  const times = await Promise.all(
    names.map(async (name) => ({ name, at: (await stat(join(root, name))).mtimeMs })),
  )
  const oldest = times.toSorted((left, right) => left.at - right.at).slice(0, -REPOSITORIES_MAX)
  for (const { name } of oldest) await rm(join(root, name), { recursive: true, force: true })
}
