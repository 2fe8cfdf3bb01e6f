// A Git repository that a plane is fed from.
import { commitTo, seedRepository, type Changes } from '@tidemark/git'
import { systemClock } from '@tidemark/kernel'
import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { program } from '../components/component.ts'

export interface Fleet {
  readonly url: string
  /** Commits changes (`undefined` deletes) on `main` and pushes them. Gives the commit's id. */
  push(changes: Changes, subject?: string): Promise<string>
}

export interface GitFleet extends Fleet {
  /** Runs git in the working copy. */
  git(...args: readonly string[]): string
}

const COMMIT = { identity: { name: 'Ada', email: 'ada@example.com' }, clock: systemClock }

/** A bare repository of this machine, written without git and read as a file URL. */
export async function fileFleet(
  directory: string,
  files: Readonly<Record<string, string>>,
): Promise<Fleet> {
  await seedRepository(directory, files, { ...COMMIT, message: 'first' })
  return {
    url: pathToFileURL(directory).href,
    push: (changes, subject = 'change') =>
      commitTo(directory, changes, { ...COMMIT, message: subject }),
  }
}

export interface GitFleetOptions {
  /** The folder that the Git server serves. */
  readonly served: string
  /** The server's address, without credentials. */
  readonly server: string
  readonly name: string
  /** `user:password`, where the server asks for it. */
  readonly login?: string
}

/** A repository behind a Git server, with a working copy that pushes by the real git. */
export async function gitFleet(
  { served, server, name, login }: GitFleetOptions,
  files: Readonly<Record<string, string>>,
): Promise<GitFleet> {
  const bare = join(served, `${name}.git`)
  const work = join(served, '..', `${name}-work`)
  run(served, ['init', '-q', '--bare', '-b', 'main', bare])
  run(bare, ['config', 'http.receivepack', 'true'])
  run(served, ['init', '-q', '-b', 'main', work])
  const url = `${server}/${name}.git`
  const withLogin = login === undefined ? url : url.replace('://', `://${login}@`)
  await runAsync(work, ['remote', 'add', 'origin', withLogin])
  const fleet: GitFleet = {
    url,
    git: (...args) => run(work, args),
    push: async (changes, subject = 'change') => {
      for (const [path, content] of Object.entries(changes)) write(join(work, path), content)
      run(work, ['add', '-A'])
      run(work, ['commit', '-q', '--allow-empty', '-m', subject])
      await runAsync(work, ['push', '-q', '--tags', 'origin', 'HEAD'])
      return run(work, ['rev-parse', 'HEAD']).trim()
    },
  }
  await fleet.push(files, 'first')
  return fleet
}

function write(path: string, content: string | Uint8Array | undefined): void {
  if (content === undefined) return rmSync(path)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
}

const ENV = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
}

function run(cwd: string, args: readonly string[]): string {
  const env = { ...process.env, ...ENV }
  return execFileSync(program('git'), [...args], { cwd, env, encoding: 'utf8' })
}

/** As `run`, for what the Git server of this very process has to answer. */
async function runAsync(cwd: string, args: readonly string[]): Promise<void> {
  const env = { ...process.env, ...ENV }
  await promisify(execFile)(program('git'), [...args], { cwd, env })
}
