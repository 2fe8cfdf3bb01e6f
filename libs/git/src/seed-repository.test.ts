import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { VirtualClock } from '@tidemark/kernel/testing'
import { EMBEDDED_POLICY } from './address-policy.ts'
import { isomorphicGit } from './isomorphic/isomorphic-git.ts'
import { commitTo, type NewCommit, seedRepository } from './seed-repository.ts'

const NEVER = new AbortController().signal
const root = mkdtempSync(join(tmpdir(), 'tidemark-seed-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const commit: NewCommit = {
  message: 'the sample fleet',
  identity: { name: 'Tidemark', email: 'tidemark@example.com' },
  clock: new VirtualClock(),
}

test('the same files, person and time make the same commit', async () => {
  const files = { 'apps/a.yaml': 'a: 1\n', 'README.md': '# Fleet\n' }
  const [one, two] = [join(root, 'one.git'), join(root, 'two.git')]
  expect(await seedRepository(one, files, commit)).toBe(await seedRepository(two, files, commit))
})

test('a commit changes, adds and deletes what it says and leaves the rest', async () => {
  const directory = join(root, 'changed.git')
  const first = await seedRepository(
    directory,
    { 'apps/a.yaml': 'a: 1\n', 'apps/b/c.yaml': 'c: 1\n', 'README.md': '# Fleet\n' },
    commit,
  )
  const second = await commitTo(
    directory,
    { 'apps/a.yaml': 'a: 2\n', 'apps/b/c.yaml': undefined, 'new/d.yaml': 'd: 1\n' },
    { ...commit, message: 'change' },
  )
  await using git = await isomorphicGit({ cacheDirectory: join(root, 'cache') })
  await using from = await git.open({ url: directory, policy: EMBEDDED_POLICY })
  const fetched = await from.fetch(await from.resolve({ branch: 'main' }, NEVER), NEVER)
  expect(fetched).toMatchObject({ oid: second, parents: [first], message: 'change\n' })
  const tree = await from.tree(fetched, NEVER)
  expect(tree.map(({ path }) => path)).toEqual(['README.md', 'apps/a.yaml', 'new/d.yaml'])
})

test('a file cannot become a folder by accident', async () => {
  const directory = join(root, 'clash.git')
  await seedRepository(directory, { a: 'file' }, commit)
  await expect(commitTo(directory, { 'a/b': 'x' }, commit)).rejects.toThrow('"a" is a file')
})
