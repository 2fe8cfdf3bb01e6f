import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Secret } from '@tidemark/kernel'
import { EMBEDDED_POLICY } from '../address-policy.ts'
import { changedPaths } from '../changed-paths.ts'
import { GitRefused, type GitRefusalCode } from '../git-refused.ts'
import type { BasicLogin, Git, GitCredentials, GitRef, GitSource, Remote } from '../git-source.ts'
import { type GitHttp, startGitHttp } from './start-git-http.ts'

const NEVER = new AbortController().signal

/** A bare repository that tests write to with git itself, by a work tree beside it. */
export class TestRepository {
  readonly bare: string
  readonly #work: string

  constructor(root: string, name: string) {
    this.bare = join(root, `${name}.git`)
    this.#work = join(root, `${name}-work`)
    mkdirSync(this.#work, { recursive: true })
    this.git(root, 'init', '-q', '--bare', '-b', 'main', this.bare)
  }

  /** Runs git in the work tree. */
  run(...args: string[]): string {
    return this.git(this.#work, `--git-dir=${this.bare}`, `--work-tree=${this.#work}`, ...args)
  }

  write(path: string, content: string): void {
    const file = join(this.#work, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
  }

  allowToRun(path: string): void {
    chmodSync(join(this.#work, path), 0o755)
  }

  link(path: string, target: string): void {
    symlinkSync(target, join(this.#work, path))
  }

  /** Commits all on the branch that is checked out; the commit's id. */
  push(message: string, at: string = COMMITTED): string {
    this.run('add', '-A')
    this.#dated(at, 'commit', '-q', '--allow-empty', '-m', message)
    return this.run('rev-parse', 'HEAD')
  }

  /** Writes a tree object as it is given, whatever git thinks of it; its id. */
  tree(raw: Uint8Array): string {
    const file = join(this.#work, '..', `tree-${process.hrtime.bigint()}`)
    writeFileSync(file, raw)
    return this.run('hash-object', '-t', 'tree', '--literally', '-w', file)
  }

  /** Runs git anywhere, with nobody's configuration. */
  git(cwd: string, ...args: string[]): string {
    return execFileSync('git', args, { cwd, encoding: 'utf8', env: environment(COMMITTED) }).trim()
  }

  #dated(at: string, ...args: string[]): string {
    const place = [`--git-dir=${this.bare}`, `--work-tree=${this.#work}`]
    const options = { cwd: this.#work, encoding: 'utf8', env: environment(at) } as const
    return execFileSync('git', [...place, ...args], options).trim()
  }
}

const COMMITTED = '2024-05-01T10:00:00Z'

function environment(date: string): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: 'Ada Lovelace',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Grace Hopper',
    GIT_COMMITTER_EMAIL: 'grace@example.com',
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_DATE: date,
  }
}

export interface GitContract {
  readonly name: string
  readonly open: (cacheDirectory: string) => Promise<Git>
}

/** What every engine must do, over files and over HTTP of both versions. */
export function gitContract({ name, open }: GitContract): void {
  for (const carrier of ['file', 'http', 'http, version 0'] as const)
    describe(`${name} over ${carrier}`, () => {
      let root = ''
      let git: Git
      let http: GitHttp
      let count = 0

      beforeAll(async () => {
        root = mkdtempSync(join(tmpdir(), 'tidemark-git-'))
        git = await open(join(root, 'cache'))
        http = await startGitHttp({
          root,
          ...(carrier === 'http, version 0' ? { protocol: 'version 0' } : {}),
        })
      })
      afterAll(async () => {
        await git[Symbol.asyncDispose]()
        await http[Symbol.asyncDispose]()
        rmSync(root, { recursive: true, force: true })
      })

      const repository = (): TestRepository => {
        count += 1
        return new TestRepository(root, `repository-${count}`)
      }
      const remote = ({ bare }: TestRepository): Remote => ({
        url: carrier === 'file' ? `file://${bare}` : http.url + bare.slice(root.length),
        policy: EMBEDDED_POLICY,
      })
      const source = (from: TestRepository): Promise<GitSource> => git.open(remote(from))

      test('a branch, a tag, a name and a commit resolve to revisions as Flux spells them', async () => {
        const repo = repository()
        repo.write('a.yaml', 'a: 1\n')
        const first = repo.push('one')
        repo.run('tag', '-a', '-m', 'first', 'v1.0.0')
        repo.write('a.yaml', 'a: 2\n')
        const second = repo.push('two')
        repo.run('update-ref', 'refs/pull/7/head', second)
        await using from = await source(repo)
        const revision = async (ref: GitRef): Promise<string> =>
          (await from.resolve(ref, NEVER)).revision
        expect(await revision({ branch: 'main' })).toBe(`main@sha1:${second}`)
        expect(await revision({ branch: 'main', tag: 'v1.0.0' })).toBe(`v1.0.0@sha1:${first}`)
        expect(await revision({ tag: 'v1.0.0', name: 'refs/pull/7/head' })).toBe(
          `refs/pull/7/head@sha1:${second}`,
        )
        expect(await revision({ name: 'refs/tags/v1.0.0^{}' })).toBe(
          `refs/tags/v1.0.0^{}@sha1:${first}`,
        )
        expect(await revision({ commit: first, name: 'refs/heads/main' })).toBe(`sha1:${first}`)
        expect(await revision({ commit: first, branch: 'main' })).toBe(`main@sha1:${first}`)
        expect(await revision({ name: 'HEAD' })).toBe(`HEAD@sha1:${second}`)
      })

      test('an old commit is fetched by its id, from a server that needs it with its branch', async () => {
        const repo = repository()
        repo.write('a.yaml', 'a: 1\n')
        const first = repo.push('one')
        repo.write('a.yaml', 'a: 2\n')
        repo.push('two')
        await using from = await source(repo)
        const commit = await from.fetch(
          await from.resolve({ commit: first, branch: 'main' }, NEVER),
          NEVER,
        )
        const tree = await from.tree(commit, NEVER)
        expect(
          await readAll(
            from,
            tree.map(({ oid }) => oid),
          ),
        ).toEqual(['a: 1\n'])
        const other = { commit: 'e'.repeat(40), branch: 'main' }
        const gone = from.fetch(await from.resolve(other, NEVER), NEVER)
        expect(await refusal(gone)).toBe('SOURCE_REF_MISSING')
      })

      test('a range takes the highest version, and of equal ones the latest commit', async () => {
        const repo = repository()
        for (const [tag, at] of [
          ['v1.2.0', '2024-01-01T00:00:00Z'],
          ['1.10.0+later', '2024-01-03T00:00:00Z'],
          ['1.10.0+sooner', '2024-01-02T00:00:00Z'],
          ['v2.0.0', '2024-01-04T00:00:00Z'],
          ['1.11', '2024-01-05T00:00:00Z'],
          ['v1.12.0-rc.1', '2024-01-06T00:00:00Z'],
        ] as const) {
          repo.write('version', tag)
          repo.push(tag, at)
          repo.run('tag', '-a', '-m', tag, tag)
        }
        repo.push('last')
        await using from = await source(repo)
        const tag = async (semver: string): Promise<string | undefined> =>
          (await from.resolve({ semver }, NEVER)).revision.split('@')[0]
        expect(await tag('>=1.0.0 <2.0.0')).toBe('1.10.0+later')
        expect(await tag('*')).toBe('v2.0.0')
        expect(await tag('>=1.0.0-0 <2.0.0-0')).toBe('v1.12.0-rc.1')
        expect(await refusal(from.resolve({ semver: '>=3' }, NEVER))).toBe('SOURCE_REF_MISSING')
        expect(await refusal(from.resolve({ semver: 'wat' }, NEVER))).toBe('SOURCE_REF')
      })

      test('a commit is read with its people, times, parents and message', async () => {
        const repo = repository()
        const parent = repo.push('one')
        const oid = repo.push(
          'Fix the thing\n\nBecause it was broken.',
          '2024-05-01T12:30:00+02:00',
        )
        await using from = await source(repo)
        const commit = await from.fetch(await from.resolve({ branch: 'main' }, NEVER), NEVER)
        expect(commit).toMatchObject({
          oid,
          parents: [parent],
          author: { name: 'Ada Lovelace', email: 'ada@example.com', offsetMinutes: 120 },
          committer: { name: 'Grace Hopper', seconds: 1_714_559_400 },
          message: 'Fix the thing\n\nBecause it was broken.\n',
        })
      })

      test('files of every mode and odd names are listed in byte order and read by id', async () => {
        const repo = repository()
        const odd = [
          'a b.yaml',
          'a-b/c.yaml',
          'a/z.yaml',
          'a.yaml',
          'größe.yaml',
          '"quoted"',
          '\u{1f600}',
          '\uffee',
        ]
        for (const path of odd) repo.write(path, `path: ${path}\n`)
        repo.write('run.sh', '#!/bin/sh\n')
        repo.write('empty', '')
        repo.write('big', 'x'.repeat(300_000))
        repo.allowToRun('run.sh')
        repo.link('link', 'a/z.yaml')
        repo.push('one')
        await using from = await source(repo)
        const commit = await from.fetch(await from.resolve({ branch: 'main' }, NEVER), NEVER)
        const tree = await from.tree(commit, NEVER)
        const paths = [...odd, 'run.sh', 'empty', 'big', 'link']
        expect(tree.map(({ path }) => path)).toEqual(
          paths.toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right))),
        )
        const contents = await readAll(
          from,
          tree.map(({ oid }) => oid),
        )
        const found = new Map(
          tree.map(({ path, mode }, at) => [path, { mode, text: contents[at] }]),
        )
        expect(found.get('link')).toEqual({ mode: '120000', text: 'a/z.yaml' })
        expect(found.get('run.sh')?.mode).toBe('100755')
        expect(found.get('empty')?.text).toBe('')
        expect(found.get('big')?.text).toHaveLength(300_000)
        expect(found.get('größe.yaml')?.text).toBe('path: größe.yaml\n')
      })

      test('the next push is fetched, and its differences are those that were made', async () => {
        const repo = repository()
        for (let number = 0; number < 50; number += 1)
          repo.write(`apps/${number}/app.yaml`, `number: ${number}\n`)
        repo.push('one')
        await using from = await source(repo)
        const before = await from.tree(
          await from.fetch(await from.resolve({ branch: 'main' }, NEVER), NEVER),
          NEVER,
        )
        for (let push = 0; push < 6; push += 1) {
          repo.write('apps/7/app.yaml', `push: ${push}\n`)
          repo.push(`push ${push}`)
          if (push % 2 === 0) await from.fetch(await from.resolve({ branch: 'main' }, NEVER), NEVER)
        }
        repo.run('rm', '-q', 'apps/3/app.yaml')
        repo.write('apps/new.yaml', 'new: 1\n')
        repo.push('last')
        const commit = await from.fetch(await from.resolve({ branch: 'main' }, NEVER), NEVER)
        const changes = changedPaths(before, await from.tree(commit, NEVER))
        expect(
          changes.map(({ path, before: old, after }) => [
            path,
            old !== undefined,
            after !== undefined,
          ]),
        ).toEqual([
          ['apps/3/app.yaml', true, false],
          ['apps/7/app.yaml', true, true],
          ['apps/new.yaml', false, true],
        ])
        expect(
          await readAll(
            from,
            changes.flatMap(({ after }) => after?.oid ?? []),
          ),
        ).toEqual(['push: 5\n', 'new: 1\n'])
      })

      test('a push and a force push are told apart', async () => {
        const repo = repository()
        const root1 = repo.push('root')
        const old = repo.push('old')
        for (let number = 0; number < 6; number += 1) repo.push(`on ${number}`)
        await using from = await source(repo)
        const next = await from.fetch(await from.resolve({ branch: 'main' }, NEVER), NEVER)
        expect(await from.descends(next, next.oid, NEVER)).toBe('yes')
        expect(await from.descends(next, next.parents[0] ?? '', NEVER)).toBe('yes')
        expect(await from.descends(next, old, NEVER)).toBe('yes')
        repo.run('reset', '-q', '--hard', root1)
        const forced = repo.push('forced')
        const rewound = await from.fetch(await from.resolve({ branch: 'main' }, NEVER), NEVER)
        expect(rewound.oid).toBe(forced)
        expect(await from.descends(rewound, old, NEVER)).toBe('no')
        // And what was fetched for it is no obstacle to the next fetch.
        repo.write('after', '1')
        repo.push('after')
        const after = await from.fetch(await from.resolve({ branch: 'main' }, NEVER), NEVER)
        expect(await from.tree(after, NEVER)).toHaveLength(1)
      })

      test('what is not there is named, with what there is instead', async () => {
        const repo = repository()
        await using from = await source(repo)
        expect(await refusal(from.resolve({}, NEVER))).toBe('SOURCE_EMPTY')
        repo.push('one')
        const failure = await failureOf(from.resolve({}, NEVER))
        expect(failure).toMatchObject({ code: 'SOURCE_REF_MISSING' })
        expect(failure.message).toContain('no branch master; its branches are "main"')
        expect(await refusal(from.resolve({ tag: 'v1' }, NEVER))).toBe('SOURCE_REF_MISSING')
        const commit = 'f'.repeat(40)
        const resolution = await from.resolve({ commit }, NEVER)
        expect(await refusal(from.fetch(resolution, NEVER))).toBe('SOURCE_REF_MISSING')
        const missing = { ...remote(repo), url: `${remote(repo).url}-gone` }
        const opened = git.open(missing).then((gone) => gone.resolve({}, NEVER))
        expect(await refusal(opened)).toBe('SOURCE_NOT_FOUND')
      })

      test('a ref that Git would not take is refused before anybody is asked', async () => {
        const repo = repository()
        repo.push('one')
        await using from = await source(repo)
        for (const ref of [
          { branch: '--upload-pack=x' },
          { branch: 'a..b' },
          { tag: 'a b' },
          { tag: 'x.lock' },
          { name: 'main' },
          { name: 'refs/heads/../../config' },
          { commit: 'abc' },
          { commit: 'F'.repeat(40) },
        ])
          expect(await refusal(from.resolve(ref, NEVER))).toBe('SOURCE_REF')
      })

      test('trees with names that are other files elsewhere are refused', async () => {
        for (const path of ['.git/config', '.GIT /config', 'git~1', 'a\\b', '..'])
          expect(await treeRefusal(repository(), path, source)).toBe('GIT_TREE_NAME')
      })

      test('a call that is cancelled ends with its reason', async () => {
        const repo = repository()
        repo.push('one')
        await using from = await source(repo)
        const resolution = await from.resolve({ branch: 'main' }, NEVER)
        const reason = new Error('the service drains')
        const aborted = AbortSignal.abort(reason)
        await expect(from.fetch(resolution, aborted)).rejects.toBe(reason)
        await expect(from.fetch(resolution, NEVER)).resolves.toMatchObject({ message: 'one\n' })
      })

      const ask = async (url: string, credentials?: GitCredentials): Promise<string> => {
        const signed = credentials === undefined ? {} : { credentials }
        await using from = await git.open({ url, policy: EMBEDDED_POLICY, ...signed })
        const resolution = await from.resolve({ branch: 'main' }, NEVER)
        return (await from.fetch(resolution, NEVER)).message
      }

      // Files have no password.
      const overHttp = carrier === 'file' ? [] : [' over HTTP']
      test.each(overHttp)(
        'a password or a token opens what it may open%s, and is never shown',
        async () => {
          const repo = repository()
          repo.push('one')
          const pair = Buffer.from('robot:open-sesame').toString('base64')
          for (const [authorization, login] of [
            [`Basic ${pair}`, basic('open-sesame')],
            ['Bearer t0ken', { kind: 'bearer', token: new Secret('t0ken') } as const],
          ] as const) {
            await using server = await startGitHttp({ root, authorization })
            const url = server.url + repo.bare.slice(root.length)
            expect(await ask(url, { login })).toBe('one\n')
            expect(await refusal(ask(url))).toBe('SOURCE_AUTHENTICATION')
            const failure = await failureOf(ask(url, { login: basic('wrong-wrong') }))
            expect(failure).toMatchObject({ code: 'SOURCE_AUTHENTICATION' })
            expect(JSON.stringify([failure.message, failure.stack])).not.toContain('wrong-wrong')
          }
        },
      )

      test.each(overHttp)('a password in the URL works%s, and is never shown', async () => {
        const repo = repository()
        repo.push('one')
        const pair = Buffer.from('robot:open-sesame').toString('base64')
        await using server = await startGitHttp({ root, authorization: `Basic ${pair}` })
        const inside = server.url.replace('http://', 'http://robot:open-sesame@')
        const url = inside + repo.bare.slice(root.length)
        expect(await ask(url)).toBe('one\n')
        const gone = await failureOf(ask(`${url}-gone`))
        expect(gone.message).not.toContain('sesame')
      })
    })
}

function basic(password: string): BasicLogin {
  return { kind: 'basic', username: 'robot', password: new Secret(password) }
}

/** The code of the refusal that a call must end with. */
export async function refusal(call: Promise<unknown>): Promise<GitRefusalCode> {
  const failure = await failureOf(call)
  if (failure instanceof GitRefused) return failure.code
  throw failure
}

/** The error that a call must end with. */
export async function failureOf(call: Promise<unknown>): Promise<Error> {
  const answer: unknown = await call.then(
    (value) => new Error(`it was not refused: ${JSON.stringify(value)}`),
    (error: unknown) => error,
  )
  return answer instanceof Error ? answer : new Error(String(answer))
}

async function readAll(from: GitSource, oids: readonly string[]): Promise<string[]> {
  const texts: string[] = []
  for await (const { bytes } of from.blobs(oids, NEVER)) texts.push(Buffer.from(bytes).toString())
  return texts
}

/** Writes a tree with such a name past git's own checks. */
async function treeRefusal(
  repo: TestRepository,
  path: string,
  source: (from: TestRepository) => Promise<GitSource>,
): Promise<string> {
  repo.push('one')
  repo.write('file', 'x')
  const blob = repo.run('hash-object', '-w', 'file')
  const names = path.split('/')
  let line = Buffer.concat([Buffer.from(`100644 ${names.pop()}\0`), Buffer.from(blob, 'hex')])
  let tree = repo.tree(line)
  for (const name of names.toReversed()) {
    line = Buffer.concat([Buffer.from(`40000 ${name}\0`), Buffer.from(tree, 'hex')])
    tree = repo.tree(line)
  }
  const commit = repo.run('commit-tree', '-m', 'bad', tree)
  repo.run('update-ref', 'refs/heads/main', commit)
  await using from = await source(repo)
  const resolution = await from.resolve({ branch: 'main' }, NEVER)
  return refusal(from.fetch(resolution, NEVER).then((fetched) => from.tree(fetched, NEVER)))
}
