import { afterAll, expect, test } from 'vitest'
import { temporaryDir } from '../rig/components/child.ts'
import { describeWith } from '../rig/components/describe-with.ts'
import { fetchCosts } from '../rig/fetch-costs.ts'

const FILES = 500
const HISTORY_BYTES = 16 * 1024 * 1024

// The same at 5,000 files and 1 GB of history: `npm run bench -- large-repo`.
describeWith(['git'], 'a repository with many files and a heavy history', () => {
  const dir = temporaryDir('large-repository')
  afterAll(() => dir.remove())

  test('the first fetch leaves the history alone, and a commit of one line costs what it changed', async () => {
    const size = { files: FILES, historyBytes: HISTORY_BYTES }
    const { repositoryBytes, first, poll, second } = await fetchCosts(dir.path, size)
    expect(repositoryBytes).toBeGreaterThan(HISTORY_BYTES)
    expect(first.files).toBe(FILES)
    expect(first.received).toBeLessThan(400 * FILES)
    expect(poll.received).toBeLessThan(1_500)
    expect(second.files).toBe(1)
    expect(second.sent + second.received).toBeLessThan(6_000)
  }, 120_000)
})
