import { compareBytes } from '@tidemark/source-tree'
import { blobsOf, filesOf, type Files } from '../files.ts'
import { GitRefused } from '../git-refused.ts'
import type { Git, Remote } from '../git-source.ts'
import { GIT_LIMITS } from '../limits.ts'
import type { TreeEntry } from '../objects/tree.ts'
import { parseGitmodules, type SubmoduleConfig } from './parse-gitmodules.ts'
import { submoduleRemote } from './submodule-remote.ts'

const DEPTH_MAX = 8 // Submodules of submodules; nobody has seen four.
const COUNT_MAX = 100 // Each is a repository to ask.
const FILE = '.gitmodules'

export interface SubmoduleOptions {
  readonly remote: Remote
  /** Whether anything at or below a path is wanted; the others are left out. */
  readonly isWanted: (path: string) => boolean
}

/** Files with those of submodules in their places. They are read until this is disposed. */
export interface SubmoduleFiles extends Files, AsyncDisposable {}

/**
 * Brings the submodules of a commit, and theirs, one by one and each at the commit that is noted for it.
 * @throws GitRefused with the submodule's path, OperatingError
 */
export async function openSubmodules(
  git: Git,
  files: Files,
  { remote, isWanted }: SubmoduleOptions,
  signal: AbortSignal,
): Promise<SubmoduleFiles> {
  await using held = new AsyncDisposableStack()
  const gathering: Gathering = { git, held, isWanted, places: [files], count: 0, files: 0 }
  const tree = await expand(gathering, { files, remote, prefix: '', depth: 0 }, signal)
  const moved = held.move()
  return {
    tree: tree.toSorted((left, right) => compareBytes(left.path, right.path)),
    blobs: blobsOf(gathering.places),
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  }
}

interface Gathering {
  readonly git: Git
  readonly held: AsyncDisposableStack
  readonly isWanted: SubmoduleOptions['isWanted']
  readonly places: Files[]
  count: number
  files: number
}

interface Level {
  readonly files: Files
  readonly remote: Remote
  /** The path of this repository in the first, with a slash at its end; empty for the first. */
  readonly prefix: string
  readonly depth: number
}

async function expand(
  gathering: Gathering,
  level: Level,
  signal: AbortSignal,
): Promise<readonly TreeEntry[]> {
  const { files, prefix } = level
  const links = files.tree.filter(
    ({ mode, path }) => mode === '160000' && gathering.isWanted(prefix + path),
  )
  const own = files.tree
    .filter(({ mode }) => mode !== '160000')
    .map(({ path, mode, oid }) => ({ path: prefix + path, mode, oid }))
  gathering.files += own.length
  if (gathering.files > GIT_LIMITS.files)
    throw new GitRefused(
      'SOURCE_SIZE',
      `with its submodules it has more than ${GIT_LIMITS.files} files`,
    )
  if (links.length === 0) return own
  const configs = await readConfigs(files, signal)
  const trees = [own]
  for (const link of links) {
    const tree = await bring(gathering, { level, link, config: configs.get(link.path) }, signal)
    trees.push([...tree])
  }
  return trees.flat()
}

interface Submodule {
  readonly level: Level
  readonly link: TreeEntry
  readonly config: SubmoduleConfig | undefined
}

async function bring(
  gathering: Gathering,
  { level, link, config }: Submodule,
  signal: AbortSignal,
): Promise<readonly TreeEntry[]> {
  const path = level.prefix + link.path
  try {
    gathering.count += 1
    if (gathering.count > COUNT_MAX)
      throw new GitRefused('SOURCE_SUBMODULE', `there are more than ${COUNT_MAX} of them`)
    if (level.depth >= DEPTH_MAX)
      throw new GitRefused('SOURCE_SUBMODULE', `it is nested deeper than ${DEPTH_MAX}`)
    const remote = submoduleRemote(level.remote, config?.url ?? '')
    const source = gathering.held.use(await gathering.git.open(remote))
    const branch = config?.branch ?? ''
    const ref = { commit: link.oid, ...(branch === '' || branch === '.' ? {} : { branch }) }
    const commit = await source.fetch(await source.resolve(ref, signal), signal)
    const files = await filesOf(source, commit, signal)
    gathering.places.push(files)
    const next = { files, remote, prefix: `${path}/`, depth: level.depth + 1 }
    return await expand(gathering, next, signal)
  } catch (error) {
    throw error instanceof GitRefused && !error.message.startsWith('the submodule ')
      ? new GitRefused(error.code, `the submodule ${path}: ${error.message}`, { cause: error })
      : error
  }
}

async function readConfigs(
  { tree, blobs }: Files,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, SubmoduleConfig>> {
  const file = tree.find(({ path, mode }) => path === FILE && mode !== '120000')
  if (file === undefined) return new Map()
  for await (const { bytes } of blobs([file.oid], signal))
    return parseGitmodules(Buffer.from(bytes).toString('utf8'))
  return new Map()
}
