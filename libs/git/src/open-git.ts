import type { Git } from './git-source.ts'
import { isomorphicGit } from './isomorphic/isomorphic-git.ts'
import { type GitOptions, systemGit } from './system-git/system-git.ts'

/** Opens the git of this machine, and isomorphic-git where there is none. */
export async function openGit(options: GitOptions): Promise<Git> {
  return (await systemGit(options)) ?? (await isomorphicGit(options))
}
