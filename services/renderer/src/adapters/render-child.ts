// A render child: takes files and objects over its pipe, and answers with what they render to. It has no
// keys, no network code and no files of its own, and ends when the pipe closes.
import { DataKeysMissing } from '@tidemark/flux'
import { indexedTree, type IndexEntry, type SourceTree } from '@tidemark/source-tree'
import { TREES_MAX, type FileEntry, type FromChild, type ToChild } from './messages.ts'
import { FileMissing, renderFiles } from './render-files.ts'

const FILES_BYTES_MAX = 128 * 1024 * 1024

const files = new Map<string, Uint8Array>()
const trees = new Map<string, readonly FileEntry[]>()
/** Of the trees that were rendered from. A tree holds the files that were read in it, so all go when a file has to. */
const indexed = new Map<string, SourceTree>()
let held = 0

process.on('message', (message: ToChild) => {
  switch (message.kind) {
    case 'tree':
      trees.set(message.digest, message.entries)
      for (const oldest of trees.keys()) {
        if (trees.size <= TREES_MAX) break
        trees.delete(oldest)
        indexed.delete(oldest)
      }
      break
    case 'files':
      for (const [sha256, bytes] of message.files) keep(sha256, bytes)
      break
    default:
      render(message)
  }
})
process.on('disconnect', () => process.exit(0))
say({ kind: 'ready' })

function render(message: Extract<ToChild, { kind: 'render' }>): void {
  const { id, digest } = message
  const entries = trees.get(digest)
  try {
    if (entries === undefined) throw new Error(`tree ${digest} was never sent`)
    say({ kind: 'done', id, outcome: renderFiles({ ...message, tree: treeOf(digest, entries) }) })
  } catch (error) {
    if (error instanceof DataKeysMissing) return say({ kind: 'locked', id, sets: error.sets })
    if (!(error instanceof FileMissing) || entries === undefined) throw error
    say({ kind: 'missing', id, sha256: besides(error.path, entries) })
  }
}

/** The same tree for all renders from it: to index some hundred files takes as long as a render. */
function treeOf(digest: string, entries: readonly FileEntry[]): SourceTree {
  const known = indexed.get(digest)
  if (known !== undefined) return known
  const tree = indexedTree(entries, ({ path, sha256 }: IndexEntry) => {
    const bytes = files.get(sha256 ?? '')
    if (bytes === undefined) throw new FileMissing(path)
    return bytes
  })
  indexed.set(digest, tree)
  return tree
}

/** A render that wants one file of a folder mostly wants the others too. */
function besides(path: string, entries: readonly FileEntry[]): readonly string[] {
  const folder = path.slice(0, path.lastIndexOf('/') + 1)
  return entries
    .filter((entry) => entry.path === path || isIn(entry.path, folder))
    .map(({ sha256 }) => sha256)
    .filter((sha256) => !files.has(sha256))
}

function isIn(path: string, folder: string): boolean {
  return path.startsWith(folder) && !path.slice(folder.length).includes('/')
}

function keep(sha256: string, bytes: Uint8Array): void {
  if (files.has(sha256)) return
  held += bytes.length
  files.set(sha256, bytes)
  for (const [oldest, old] of files) {
    if (held <= FILES_BYTES_MAX) break
    held -= old.length
    files.delete(oldest)
    indexed.clear()
  }
}

function say(message: FromChild): void {
  process.send?.(message)
}
