// The build before this one: a commit of this repository's own history, checked out beside it.
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { temporaryDir } from '../components/child.ts'
import { program } from '../components/component.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const RECORD = join(ROOT, 'test', 'upgrade', 'previous-build')
const SCOPE = '@tidemark'

export interface PreviousBuild extends AsyncDisposable {
  readonly commit: string
  /** The root of its checkout. */
  readonly root: string
}

/** The commit that is recorded; `undefined` where this clone does not have it, as a shallow one. */
export function previousCommit(): string | undefined {
  const commit = readFileSync(RECORD, 'utf8').trim()
  return isCommit(commit) ? commit : undefined
}

/** Records another commit as the build before this one. */
export function recordPrevious(name: string): string {
  const commit = git(ROOT, 'rev-parse', '--verify', `${name}^{commit}`).trim()
  writeFileSync(RECORD, `${commit}\n`)
  return commit
}

/** Checks it out into a folder of its own, with what it depends on. */
export async function openPreviousBuild(commit: string): Promise<PreviousBuild> {
  const dir = temporaryDir('previous-build')
  const root = join(dir.path, 'tidemark')
  git(ROOT, 'worktree', 'add', '--quiet', '--detach', root, commit)
  const remove = async (): Promise<void> => {
    git(ROOT, 'worktree', 'remove', '--force', root)
    dir.remove()
  }
  try {
    if (hasSameDependencies(commit)) linkDependencies(root)
    else execFileSync('npm', ['ci', '--prefer-offline', '--no-audit'], { cwd: root })
  } catch (error) {
    await remove()
    throw error
  }
  return { commit, root, [Symbol.asyncDispose]: remove }
}

/** Whether what it needs from others is what is installed here: its own packages may be others. */
function hasSameDependencies(commit: string): boolean {
  const installed = versionsIn(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'))
  const wanted = versionsIn(git(ROOT, 'show', `${commit}:package-lock.json`))
  return [...wanted].every(([path, version]) => installed.get(path) === version)
}

function versionsIn(lock: string): ReadonlyMap<string, string> {
  const { packages }: { readonly packages: Readonly<Record<string, { version?: string }>> } =
    JSON.parse(lock)
  const outside = Object.entries(packages).filter(([path]) => path.startsWith('node_modules/'))
  return new Map(outside.map(([path, { version = '' }]) => [path, version]))
}

/** Packages of others as they are installed here; our own from its checkout. */
function linkDependencies(root: string): void {
  const [from, to] = [join(ROOT, 'node_modules'), join(root, 'node_modules')]
  mkdirSync(join(to, SCOPE), { recursive: true })
  for (const name of readdirSync(from))
    if (name !== SCOPE) symlinkSync(join(from, name), join(to, name))
  for (const folder of ['libs', 'services', 'cli', 'test', 'tools', 'bench']) {
    const own = folder === 'libs' || folder === 'services' ? readdirSync(join(root, folder)) : ['']
    for (const name of own) linkOwn(to, join(root, folder, name))
  }
}

function linkOwn(to: string, folder: string): void {
  const file = join(folder, 'package.json')
  if (!existsSync(file)) return
  const { name }: { readonly name: string } = JSON.parse(readFileSync(file, 'utf8'))
  symlinkSync(folder, join(to, name))
}

function isCommit(name: string): boolean {
  try {
    git(ROOT, 'cat-file', '-e', `${name}^{commit}`)
    return true
  } catch {
    return false
  }
}

function git(cwd: string, ...args: readonly string[]): string {
  const options = { cwd, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, stdio: 'pipe' } as const
  return execFileSync(program('git'), [...args], options)
}
