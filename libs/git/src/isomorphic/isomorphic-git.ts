import { systemClock, systemRandom } from '@tidemark/kernel'
import { BareCache } from '../bare-cache.ts'
import { CacheDirectory } from '../cache-directory.ts'
import type { Git } from '../git-source.ts'
import { GIT_LIMITS } from '../limits.ts'
import { OpenRepositories } from '../open-repositories.ts'
import type { GitOptions } from '../system-git/system-git.ts'
import { IsomorphicFetchedStore, IsomorphicLocalStore } from './isomorphic-store.ts'

/**
 * Repositories without git on the machine: packs are checked by us, indexed and read by isomorphic-git. It is
 * slower, and holds what it reads in memory; packs of more than 256 MiB are refused.
 */
export async function isomorphicGit(options: GitOptions): Promise<Git> {
  const limits = { ...GIT_LIMITS, ...options.limits }
  return new OpenRepositories({
    engine: {
      name: 'isomorphic-git',
      fetchedStore: async (directory) =>
        new IsomorphicFetchedStore(await BareCache.open(directory), limits),
      localStore: ({ commonDir }) => new IsomorphicLocalStore(commonDir, limits),
    },
    caches: await CacheDirectory.open(options.cacheDirectory, options.random ?? systemRandom),
    limits,
    clock: options.clock ?? systemClock,
    proxies: options.proxies,
  })
}
