import {
  entryNode,
  type FolderNode,
  type IndexEntry,
  type Node,
  NodeTree,
  type SourceTree,
} from './source-tree.ts'
import { nameProblem } from './tree-path.ts'

/** What lies in a folder: its files and links as entries, and the names of its folders. */
export interface FolderContent {
  readonly files: readonly IndexEntry[]
  readonly folders: readonly string[]
}

/** Where a tree comes from that nobody has listed as a whole, as a disk is. Paths are relative to the root. */
export interface TreeOrigin {
  list(folder: string): FolderContent
  /** The bytes of a file; for a link: its target. */
  read(entry: IndexEntry): Uint8Array
}

/**
 * A tree whose folders are listed only when a path leads through them, each at most once. Names that no source can hold
 * (`.git` among them) are not there. `entries` walks all that there is.
 */
export function lazyTree(origin: TreeOrigin): SourceTree {
  return new NodeTree(new LazyFolder(origin, ''), (entry) => origin.read(entry))
}

class LazyFolder implements FolderNode {
  readonly kind = 'folder'
  readonly #origin: TreeOrigin
  readonly #path: string
  #children: Map<string, Node> | undefined

  constructor(origin: TreeOrigin, path: string) {
    this.#origin = origin
    this.#path = path
  }

  get children(): Map<string, Node> {
    this.#children ??= this.#list()
    return this.#children
  }

  #list(): Map<string, Node> {
    const { files, folders } = this.#origin.list(this.#path)
    const prefix = this.#path === '' ? '' : `${this.#path}/`
    const nodes: [string, Node][] = [
      ...folders.map((name): [string, Node] => [
        name,
        new LazyFolder(this.#origin, `${prefix}${name}`),
      ]),
      ...files.map((entry): [string, Node] => [entry.path.slice(prefix.length), entryNode(entry)]),
    ]
    return new Map(nodes.filter(([name]) => nameProblem(name) === undefined))
  }
}
