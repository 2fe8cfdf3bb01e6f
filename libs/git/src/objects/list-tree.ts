import { compareBytes } from '@tidemark/source-tree'
import { GitRefused } from '../git-refused.ts'
import { type GitObject } from './git-object.ts'
import { type Missing } from './object-store.ts'
import { parseTree, pathIn, type TreeEntry, type TreeLine } from './tree.ts'

/** Reads objects in the order asked for. */
export type ReadObjects = (
  oids: readonly string[],
  signal: AbortSignal,
) => AsyncIterable<GitObject | Missing>

const DEPTH_MAX = 128 // A path has at most 4,096 bytes; no tool nests folders this deep.
const PATH_BYTES_MAX = 4096 // PATH_MAX of Linux: what is longer could not have been checked out by anyone.

/**
 * Lists commits of one repository, and remembers the trees of the last one: the next commit costs only the
 * folders that it changed.
 */
export class TreeLister {
  readonly #read: ReadObjects
  readonly #filesMax: number
  #known: ReadonlyMap<string, readonly TreeLine[]> = new Map()

  constructor(read: ReadObjects, filesMax: number) {
    this.#read = read
    this.#filesMax = filesMax
  }

  /** Every file below a tree, sorted by the bytes of its path. */
  async list(root: string, signal: AbortSignal): Promise<readonly TreeEntry[]> {
    const used = new Map<string, readonly TreeLine[]>()
    const entries: TreeEntry[] = []
    let folders: readonly Folder[] = [{ path: '', oid: root }]
    for (let depth = 0; folders.length > 0; depth += 1) {
      if (depth > DEPTH_MAX) throw tooMuch(`folders nested deeper than ${DEPTH_MAX}`)
      await this.#readMissing(folders, used, signal)
      folders = folders.flatMap((folder) => addLines(folder, used.get(folder.oid) ?? [], entries))
      if (entries.length + folders.length > this.#filesMax)
        throw tooMuch(`more than ${this.#filesMax} files`)
    }
    this.#known = used
    return entries.toSorted((left, right) => compareBytes(left.path, right.path))
  }

  async #readMissing(
    folders: readonly Folder[],
    used: Map<string, readonly TreeLine[]>,
    signal: AbortSignal,
  ): Promise<void> {
    const wanted = new Map<string, string>()
    for (const { oid, path } of folders) {
      const known = used.get(oid) ?? this.#known.get(oid)
      if (known === undefined) wanted.set(oid, path)
      else used.set(oid, known)
    }
    if (wanted.size === 0) return
    for await (const object of this.#read([...wanted.keys()], signal)) {
      const path = wanted.get(object.oid) ?? ''
      if (object.type !== 'tree') throw notThere(object.oid, path)
      used.set(object.oid, parseTree(object.oid, object.bytes, path))
    }
  }
}

interface Folder {
  readonly path: string
  readonly oid: string
}

function addLines(
  folder: Folder,
  lines: readonly TreeLine[],
  entries: TreeEntry[],
): readonly Folder[] {
  const below: Folder[] = []
  for (const { name, mode, oid } of lines) {
    const path = pathIn(folder.path, name)
    if (path.length > PATH_BYTES_MAX) throw tooMuch(`a path longer than ${PATH_BYTES_MAX} bytes`)
    if (mode === 'tree') below.push({ path, oid })
    else entries.push({ path, mode, oid })
  }
  return below
}

/** What the server sent, or the cache kept, lacks a part. */
export function notThere(oid: string, path: string): GitRefused {
  return new GitRefused(
    'GIT_PACK',
    `the object ${oid} of ${JSON.stringify(path)} is not in what the server sent; run git fsck on the server`,
  )
}

function tooMuch(what: string): GitRefused {
  return new GitRefused(
    'SOURCE_SIZE',
    `the commit has ${what}; split the repository, or raise the limit`,
  )
}
