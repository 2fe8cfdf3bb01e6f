import fs from 'node:fs'
import { mkdir } from 'node:fs/promises'
import type { Clock } from '@tidemark/kernel'
import {
  commit as writeCommit,
  init,
  readBlob,
  readCommit,
  readTree,
  resolveRef,
  type TreeEntry as IsomorphicEntry,
  writeBlob,
  writeRef,
  writeTree,
} from 'isomorphic-git'
import { GitRefused } from './git-refused.ts'

/** What a commit changes: text or bytes is the new content of a file, `undefined` deletes it. */
export type Changes = Readonly<Record<string, string | Uint8Array | undefined>>

export interface NewCommit {
  readonly message: string
  readonly identity: { readonly name: string; readonly email: string }
  readonly clock: Clock
  /** `main` by default. */
  readonly branch?: string
}

/** A folder while a tree is built: contents by name. */
type Folder = Map<string, IsomorphicEntry | Folder>

const BRANCH = 'main'

/**
 * Makes a bare repository with one commit, without git on the machine. The directory is made; one that is a
 * repository already gets another commit. Returns the commit's id.
 */
export async function seedRepository(
  directory: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  commit: NewCommit,
): Promise<string> {
  await mkdir(directory, { recursive: true })
  await init({ fs, gitdir: directory, bare: true, defaultBranch: commit.branch ?? BRANCH })
  return commitTo(directory, files, commit)
}

/**
 * Commits changes on a branch of a bare repository: the files of the branch's last commit with these changed.
 * Whoever else writes to the branch meanwhile is overwritten: it is for the sample repository and tests.
 * Returns the commit's id.
 */
export async function commitTo(
  directory: string,
  changes: Changes,
  { message, identity, clock, branch = BRANCH }: NewCommit,
): Promise<string> {
  const ref = `refs/heads/${branch}`
  const at = { fs, gitdir: directory, cache: {} }
  const parent = await resolveRef({ ...at, ref }).catch(() => undefined)
  const root: Folder =
    parent === undefined
      ? new Map()
      : entriesOf(
          (await readTree({ ...at, oid: (await readCommit({ ...at, oid: parent })).commit.tree }))
            .tree,
        )
  for (const [path, content] of Object.entries(changes)) await change(at, root, { path, content })
  const tree = await writeFolder(at, root)
  const person = personOf(identity, clock)
  const oid = await writeCommit({
    ...at,
    message: message.endsWith('\n') ? message : `${message}\n`,
    tree,
    parent: parent === undefined ? [] : [parent],
    author: person,
    committer: person,
    noUpdateBranch: true,
  })
  await writeRef({ ...at, ref, value: oid, force: true })
  return oid
}

/** The text of a file in the last commit of `main`; `undefined` where there is none. */
export async function readCommitted(directory: string, path: string): Promise<string | undefined> {
  const at = { fs, gitdir: directory, cache: {} }
  const oid = await resolveRef({ ...at, ref: `refs/heads/${BRANCH}` })
  const found = await readBlob({ ...at, oid, filepath: path }).catch(() => undefined)
  return found === undefined ? undefined : Buffer.from(found.blob).toString('utf8')
}

/**
 * Commits the files of the commit before the last one of `main`, as `git revert` of the last one does. Returns the
 * commit's id; `undefined` where there is none before.
 */
export async function revertNewest(
  directory: string,
  { identity, clock }: Pick<NewCommit, 'identity' | 'clock'>,
): Promise<string | undefined> {
  const ref = `refs/heads/${BRANCH}`
  const at = { fs, gitdir: directory, cache: {} }
  const newest = await resolveRef({ ...at, ref })
  const { commit } = await readCommit({ ...at, oid: newest })
  const [before] = commit.parent
  if (before === undefined) return undefined
  const { tree } = (await readCommit({ ...at, oid: before })).commit
  const message = `Revert "${commit.message.split('\n')[0] ?? ''}"\n`
  const person = personOf(identity, clock)
  const oid = await writeCommit({
    ...at,
    message,
    tree,
    parent: [newest],
    author: person,
    committer: person,
    noUpdateBranch: true,
  })
  await writeRef({ ...at, ref, value: oid, force: true })
  return oid
}

function personOf(
  identity: NewCommit['identity'],
  clock: Clock,
): { name: string; email: string; timestamp: number; timezoneOffset: number } {
  return { ...identity, timestamp: Math.floor(clock.now() / 1000), timezoneOffset: 0 }
}

interface Place {
  readonly fs: typeof fs
  readonly gitdir: string
  readonly cache: object
}

async function change(
  at: Place,
  root: Folder,
  { path, content }: { readonly path: string; readonly content: string | Uint8Array | undefined },
): Promise<void> {
  const names = path.split('/')
  const name = names.pop() ?? ''
  let folder = root
  for (const below of names) folder = await openFolder(at, folder, below)
  if (content === undefined) folder.delete(name)
  else {
    const blob = typeof content === 'string' ? Buffer.from(content) : content
    const oid = await writeBlob({ ...at, blob })
    folder.set(name, { mode: '100644', path: name, oid, type: 'blob' })
  }
}

async function openFolder(at: Place, folder: Folder, name: string): Promise<Folder> {
  const found = folder.get(name)
  if (found instanceof Map) return found
  if (found !== undefined && found.type !== 'tree')
    throw new GitRefused('GIT_TREE_NAME', `${JSON.stringify(name)} is a file and cannot hold files`)
  const opened =
    found === undefined ? new Map() : entriesOf((await readTree({ ...at, oid: found.oid })).tree)
  folder.set(name, opened)
  return opened
}

function entriesOf(tree: readonly IsomorphicEntry[]): Folder {
  return new Map(tree.map((entry) => [entry.path, entry]))
}

/** Writes a folder and those in it; a folder without files is not written. */
async function writeFolder(at: Place, folder: Folder): Promise<string> {
  const tree: IsomorphicEntry[] = []
  for (const [name, entry] of folder) {
    if (!(entry instanceof Map)) tree.push(entry)
    else if (entry.size > 0)
      tree.push({ mode: '040000', path: name, oid: await writeFolder(at, entry), type: 'tree' })
  }
  return writeTree({ ...at, tree })
}
