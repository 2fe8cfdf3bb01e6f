import { type IndexEntry, type Listed, type SourceTree, type Stat } from './source-tree.ts'
import { joinPath } from './tree-path.ts'

/**
 * A folder of a tree seen as a tree of its own, as a chart in a repository is. Paths (also those in answers)
 * are relative to the folder; links may lead elsewhere in the outer tree, and are then not relative to it.
 */
export function folderTree(tree: SourceTree, folder: string): SourceTree {
  if (folder === '') return tree
  const outer = (path: string): string => joinPath('', `${folder}/${joinPath('', path)}`)
  const inner = (path: string): string => {
    if (path === folder) return ''
    return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path
  }
  return {
    stat: (path, onLink): Stat | undefined => {
      const stat = tree.stat(outer(path), onLink)
      return stat === undefined ? undefined : { ...stat, path: inner(stat.path) }
    },
    read: (path): Uint8Array => tree.read(outer(path)),
    sha256: (path): string => tree.sha256(outer(path)),
    list: (path): readonly Listed[] => tree.list(outer(path)),
    readLink: (path): string | undefined => tree.readLink(outer(path)),
    entries: (): Iterable<IndexEntry> =>
      [...tree.entries()]
        .filter(({ path }) => path.startsWith(`${folder}/`))
        .map((entry) => Object.assign({}, entry, { path: inner(entry.path) })),
  }
}
