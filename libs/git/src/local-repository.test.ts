import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EMBEDDED_POLICY } from './address-policy.ts'
import type { Git } from './git-source.ts'
import { openGit } from './open-git.ts'
import { failureOf, refusal, TestRepository } from './testing/git-contract.ts'

const NEVER = new AbortController().signal
const root = mkdtempSync(join(tmpdir(), 'tidemark-local-'))
let git: Git

beforeAll(async () => {
  git = await openGit({
    cacheDirectory: join(root, 'cache'),
    searchPath: process.env['PATH'] ?? '',
  })
})
afterAll(async () => {
  await git[Symbol.asyncDispose]()
  rmSync(root, { recursive: true, force: true })
})

const open = (url: string): Promise<unknown> => git.open({ url, policy: EMBEDDED_POLICY })

const revisionOf = async (url: string, branch: string): Promise<string> => {
  await using from = await git.open({ url, policy: EMBEDDED_POLICY })
  const resolution = await from.resolve({ branch }, NEVER)
  await from.fetch(resolution, NEVER)
  return resolution.revision
}

test('a work tree, a bare repository and a linked work tree are all found', async () => {
  const repo = new TestRepository(root, 'kinds')
  const oid = repo.push('one')
  const [linked, clone] = [join(root, 'linked'), join(root, 'clone')]
  repo.git(root, 'clone', '-q', repo.bare, clone)
  repo.run('worktree', 'add', '-q', '-b', 'side', linked)
  for (const path of [repo.bare, clone, `file://${clone}`, linked])
    expect([path, await revisionOf(path, 'main')]).toEqual([path, `main@sha1:${oid}`])
  expect(await revisionOf(linked, 'side')).toBe(`side@sha1:${oid}`)
})

test('a ref that is packed is found, and a loose one wins over it', async () => {
  const repo = new TestRepository(root, 'packed')
  const first = repo.push('one')
  repo.run('tag', '-a', '-m', 'x', 'v1')
  repo.push('one')
  repo.git(repo.bare, 'pack-refs', '--all')
  const second = repo.push('two')
  expect(await revisionOf(repo.bare, 'main')).toBe(`main@sha1:${second}`)
  await using from = await git.open({ url: repo.bare, policy: EMBEDDED_POLICY })
  expect((await from.resolve({ tag: 'v1' }, NEVER)).revision).toBe(`v1@sha1:${first}`)
  repo.git(repo.bare, 'gc', '-q', '--prune=now')
  expect(await revisionOf(repo.bare, 'main')).toBe(`main@sha1:${second}`)
})

test('a path without a repository, and formats that are not read, are named', async () => {
  expect(await refusal(open(join(root, 'nowhere')))).toBe('SOURCE_NOT_FOUND')
  writeFileSync(join(root, 'file'), '')
  expect(await refusal(open(join(root, 'file')))).toBe('SOURCE_NOT_FOUND')
  const repo = new TestRepository(root, 'sha256')
  repo.git(repo.bare, 'config', 'extensions.objectFormat', 'sha256')
  const failure = await failureOf(open(repo.bare))
  expect(failure.message).toContain(`cannot read the source ${repo.bare}: `)
  expect(failure).toMatchObject({ code: 'SOURCE_OBJECT_FORMAT' })
})

test('nothing of the repository’s own configuration is run or followed', async () => {
  const repo = new TestRepository(root, 'hooked')
  const oid = repo.push('one')
  const witness = join(root, 'witness')
  for (const key of [
    'core.fsmonitor',
    'uploadpack.packObjectsHook',
    'core.sshCommand',
    'core.pager',
  ])
    repo.git(repo.bare, 'config', key, `touch ${witness}`)
  expect(await revisionOf(repo.bare, 'main')).toBe(`main@sha1:${oid}`)
  expect(await refusal(git.open({ url: witness, policy: EMBEDDED_POLICY }))).toBe(
    'SOURCE_NOT_FOUND',
  )
})
