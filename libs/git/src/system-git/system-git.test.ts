import { execFileSync } from 'node:child_process'
import { describe } from 'vitest'
import type { Git } from '../git-source.ts'
import type { GitLimits } from '../limits.ts'
import { gitContract } from '../testing/git-contract.ts'
import { hostileContract } from '../testing/hostile-contract.ts'
import { systemGit } from './system-git.ts'

const hasGit = (() => {
  try {
    execFileSync('git', ['version'])
    return true
  } catch {
    return false
  }
})()

const open = async (cacheDirectory: string, limits: Partial<GitLimits> = {}): Promise<Git> => {
  const git = await systemGit({ cacheDirectory, limits, searchPath: process.env['PATH'] ?? '' })
  if (git === undefined) throw new Error('git is there and does not start')
  return git
}

describe.skipIf(!hasGit)('with git on this machine', () => {
  gitContract({ name: 'the system git', open })
  hostileContract({ name: 'the system git', open })
})
