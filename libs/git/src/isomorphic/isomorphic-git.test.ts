import { execFileSync } from 'node:child_process'
import { describe } from 'vitest'
import { gitContract } from '../testing/git-contract.ts'
import { hostileContract } from '../testing/hostile-contract.ts'
import { isomorphicGit } from './isomorphic-git.ts'

const hasGit = (() => {
  try {
    execFileSync('git', ['version'])
    return true
  } catch {
    return false
  }
})()

// The repositories that are read are made by git itself.
describe.skipIf(!hasGit)('with git on this machine to push with', () => {
  gitContract({
    name: 'isomorphic-git',
    open: (cacheDirectory) => isomorphicGit({ cacheDirectory }),
  })
})

hostileContract({
  name: 'isomorphic-git',
  open: (cacheDirectory, limits) => isomorphicGit({ cacheDirectory, limits }),
})
