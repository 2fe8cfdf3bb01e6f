import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Clock, type Random, systemClock, systemRandom } from '@tidemark/kernel'
import { BareCache } from '../bare-cache.ts'
import { CacheDirectory } from '../cache-directory.ts'
import type { Git } from '../git-source.ts'
import { GIT_LIMITS, type GitLimits } from '../limits.ts'
import { type Engine, OpenRepositories } from '../open-repositories.ts'
import { findProgram, type GitProgram, SEARCH_PATH } from './git-program.ts'
import type { EnvironmentProxies } from '../transport/proxy.ts'
import { FetchedStore, LocalStore } from './system-stores.ts'
import { WarmChildren } from './warm-children.ts'

export interface GitOptions {
  /** A directory of our own for what is fetched; it may be deleted while nothing runs. */
  readonly cacheDirectory: string
  /** Where programs are found, as in `PATH`; the usual places by default. */
  readonly searchPath?: string
  readonly limits?: Partial<GitLimits>
  readonly clock?: Clock
  readonly random?: Random
  /** What the environment says of proxies; else none is used, but where a source names one. */
  readonly proxies?: EnvironmentProxies
}

const WARM_MAX = 16 // Each child maps its packs and takes some 5 MiB.
const VERSION_MS_MAX = 10_000 // Printing a version: a machine that needs longer is of no use.

/**
 * Repositories by the git of this machine, or nothing where there is none. Git only indexes packs and reads
 * objects; what goes over HTTP goes through our own client, so no credential, name or address is ever
 * given to a child process.
 */
export async function systemGit(options: GitOptions): Promise<Git | undefined> {
  const searchPath = options.searchPath ?? SEARCH_PATH
  const git = findProgram('git', searchPath)
  if (git === undefined) return undefined
  const version = await versionOf(git, searchPath)
  if (version === undefined) return undefined
  const caches = await CacheDirectory.open(options.cacheDirectory, options.random ?? systemRandom)
  const program = {
    git,
    prlimit: findProgram('prlimit', searchPath),
    searchPath,
    home: caches.home,
  }
  const limits = { ...GIT_LIMITS, ...options.limits }
  return new OpenRepositories({
    engine: await engineOf(program, version, limits, caches),
    caches,
    limits,
    clock: options.clock ?? systemClock,
    proxies: options.proxies,
  })
}

async function engineOf(
  program: GitProgram,
  version: string,
  limits: GitLimits,
  caches: CacheDirectory,
): Promise<Engine> {
  const parts = { program, limits, warm: new WarmChildren(WARM_MAX) }
  const empty = await BareCache.open(join(caches.root, 'empty'))
  await mkdir(caches.home, { recursive: true })
  return {
    name: version,
    fetchedStore: async (directory) => new FetchedStore(await BareCache.open(directory), parts),
    localStore: ({ commonDir }) =>
      new LocalStore(empty.directory, join(commonDir, 'objects'), parts),
  }
}

async function versionOf(git: string, searchPath: string): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(git, ['version'], {
      env: { PATH: searchPath, LC_ALL: 'C' },
      timeout: VERSION_MS_MAX,
    })
    return /^git version (\S+)/.exec(stdout)?.[0].replace(' version', '')
  } catch {
    return undefined // A git that does not start is no git: macOS has one that only asks for an installation.
  }
}
