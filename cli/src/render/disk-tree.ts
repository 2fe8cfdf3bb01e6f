import {
  type FolderContent,
  type IndexEntry,
  lazyTree,
  type SourceTree,
} from '@tidemark/source-tree'
import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
} from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'

/** A folder of this machine, as the part of a source that it is. */
export interface DiskSource {
  readonly tree: SourceTree
  /** The folder, from the root of the tree. */
  readonly path: string
}

/**
 * The source that a folder lies in: the repository around it, or else everything, for a base may lie anywhere above. Folders
 * are listed when they are needed; links are never followed out of the source.
 */
export function openDisk(folder: string, root?: string): DiskSource {
  const real = realpathSync(folder)
  const top = root === undefined ? (repositoryAround(real) ?? resolve('/')) : realpathSync(root)
  const path = relative(top, real).split(sep).join('/')
  return { tree: diskTree(top), path }
}

function repositoryAround(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at
    if (dirname(at) === at) return undefined
  }
}

function diskTree(top: string): SourceTree {
  return lazyTree({
    list: (folder) => listFolder(top, folder),
    read: ({ path, mode }) => {
      const place = join(top, path)
      return mode === '120000' ? Buffer.from(readlinkSync(place)) : readFileSync(place)
    },
  })
}

/** Files, links and folders; a socket or a device is no part of a source. */
function listFolder(top: string, folder: string): FolderContent {
  const found = readdirSync(join(top, folder), { withFileTypes: true })
  const files = found
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map(({ name }) => toEntry(top, folder === '' ? name : `${folder}/${name}`))
  return {
    files,
    folders: found.filter((entry) => entry.isDirectory()).map(({ name }) => name),
  }
}

function toEntry(top: string, path: string): IndexEntry {
  const stat = lstatSync(join(top, path))
  if (stat.isSymbolicLink()) return { path, mode: '120000', size: stat.size }
  const isProgram = (stat.mode & 0o100) !== 0
  return { path, mode: isProgram ? '100755' : '100644', size: stat.size }
}
