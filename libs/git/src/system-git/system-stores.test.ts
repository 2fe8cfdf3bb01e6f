import { execFileSync } from 'node:child_process'
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { VirtualClock } from '@tidemark/kernel/testing'
import { EMBEDDED_POLICY } from '../address-policy.ts'
import type { Git, GitSource } from '../git-source.ts'
import { commitTo, type NewCommit, seedRepository } from '../seed-repository.ts'
import { refusal } from '../testing/git-contract.ts'
import { type GitHttp, startGitHttp } from '../testing/start-git-http.ts'
import { systemGit } from './system-git.ts'

const NEVER = new AbortController().signal
const SEARCH_PATH = process.env['PATH'] ?? ''

const hasGit = (() => {
  try {
    execFileSync('git', ['version'])
    return true
  } catch {
    return false
  }
})()

describe.skipIf(!hasGit)('the cache of the system git', () => {
  let root = ''
  const commit: NewCommit = {
    message: 'push',
    identity: { name: 'Ada', email: 'ada@example.com' },
    clock: new VirtualClock(),
  }
  let count = 0
  let repository = ''
  let cache = ''
  let http: GitHttp

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'tidemark-cache-'))
  })
  beforeEach(async () => {
    count += 1
    repository = join(root, `repository-${count}.git`)
    cache = join(root, `cache-${count}`)
    await seedRepository(repository, { 'a.yaml': 'a: 1\n', 'folder/b.yaml': 'b: 1\n' }, commit)
    http = await startGitHttp({ root })
  })
  afterEach(() => http[Symbol.asyncDispose]())
  afterAll(() => rmSync(root, { recursive: true, force: true }))

  const open = async (): Promise<Git> => {
    const git = await systemGit({ cacheDirectory: cache, searchPath: SEARCH_PATH })
    if (git === undefined) throw new Error('git is there and does not start')
    return git
  }
  const openSource = (git: Git): Promise<GitSource> =>
    git.open({ url: `${http.url}/repository-${count}.git`, policy: EMBEDDED_POLICY })
  const directory = (): string =>
    join(cache, readdirSync(cache).find((name) => /^[0-9a-f]{32}$/.test(name)) ?? '')
  const packs = (): string[] => {
    const folder = join(directory(), 'objects', 'pack')
    return readdirSync(folder).map((name) => join(folder, name))
  }
  test('after many pushes the small packs are one, and everything is still there', async () => {
    await using git = await open()
    await using source = await openSource(git)
    for (let push = 0; push < 34; push += 1) {
      await commitTo(repository, { 'a.yaml': `push: ${push}\n` }, commit)
      expect(await readNow(source)).toEqual([`push: ${push}\n`, 'b: 1\n'])
    }
    expect(packs().filter((name) => name.endsWith('.pack')).length).toBeLessThan(5)
    // They were packed, not thrown away: what the server may be told is still held.
    const held = readFileSync(join(directory(), 'tidemark-holdings'), 'utf8')
    expect(held.trim().split('\n')).toHaveLength(4)
  })

  test('a second start fetches nothing that is here', async () => {
    {
      await using git = await open()
      await using source = await openSource(git)
      await readNow(source)
    }
    const before = http.requests.length
    await using git = await open()
    await using source = await openSource(git)
    expect(await readNow(source)).toEqual(['a: 1\n', 'b: 1\n'])
    expect(http.requests.slice(before)).toHaveLength(2) // What the server can do, and its refs.
  })

  test('an unchanged poll is one request', async () => {
    await using git = await open()
    await using source = await openSource(git)
    await readNow(source)
    const before = http.requests.length
    await source.resolve({ branch: 'main' }, NEVER)
    await source.fetch(await source.resolve({ branch: 'main' }, NEVER), NEVER)
    expect(http.requests.slice(before)).toHaveLength(2)
  })

  test('what a killed fetch left is gone at the next start', async () => {
    {
      await using git = await open()
      await readNow(await openSource(git))
    }
    const [pack = ''] = packs()
    const left = join(pack, '..', 'tmp_pack_Ab12cd')
    writeFileSync(left, 'half a pack')
    await using git = await open()
    await readNow(await openSource(git))
    expect(packs()).not.toContain(left)
  })

  test('a cache that is damaged is noticed, thrown away and fetched again', async () => {
    {
      await using git = await open()
      await readNow(await openSource(git))
    }
    for (const file of packs().filter((name) => name.endsWith('.pack'))) truncateSync(file, 100)
    await using git = await open()
    await using source = await openSource(git)
    expect(await refusal(readNow(source))).toMatch(/^GIT_(?:PACK|OBJECT)$/)
    expect(await readNow(source)).toEqual(['a: 1\n', 'b: 1\n'])
  })

  test('other credentials never read what these have fetched', async () => {
    await using git = await open()
    await readNow(await openSource(git))
    const inside = http.url.replace('http://', 'http://other:person@')
    const other = await git.open({
      url: `${inside}/repository-${count}.git`,
      policy: EMBEDDED_POLICY,
    })
    await readNow(other)
    const directories = readdirSync(cache).filter((name) => /^[0-9a-f]{32}$/.test(name))
    expect(directories).toHaveLength(2)
    expect(statSync(join(cache, 'salt')).mode & 0o777).toBe(0o600)
    const files = readdirSync(cache, { recursive: true, encoding: 'utf8' })
      .map((name) => join(cache, name))
      .filter((name) => statSync(name).isFile())
    for (const file of files) expect(readFileSync(file, 'latin1')).not.toContain('person')
  })
})

const readNow = async (source: GitSource): Promise<string[]> => {
  const fetched = await source.fetch(await source.resolve({ branch: 'main' }, NEVER), NEVER)
  const tree = await source.tree(fetched, NEVER)
  const texts: string[] = []
  for await (const { bytes } of source.blobs(
    tree.map(({ oid }) => oid),
    NEVER,
  ))
    texts.push(Buffer.from(bytes).toString())
  return texts
}
