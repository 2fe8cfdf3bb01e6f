import { execFileSync } from 'node:child_process'
import { describe } from 'vitest'
import { gitContract } from '../testing/git-contract.ts'
import { systemGit } from './system-git.ts'

const hasGit = (() => {
  try {
    execFileSync('git', ['version'])
    return true
  } catch {
    return false
  }
})()

describe.skipIf(!hasGit)('with git on this machine', () => {
  gitContract({
    name: 'the system git',
    open: async (cacheDirectory) => {
      const git = await systemGit({ cacheDirectory, searchPath: process.env['PATH'] ?? '' })
      if (git === undefined) throw new Error('git is there and does not start')
      return git
    },
  })
})
