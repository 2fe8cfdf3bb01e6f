import { hash } from 'node:crypto'
import { SourceError } from './source-error.ts'
import { compareBytes, folderOf, joinPath } from './tree-path.ts'

/** Largest file that an engine may read. Above every chart and manifest that we measured (largest: 2 MiB). */
export const FILE_BYTES_MAX: number = 5 * 1024 * 1024
/** Most files in one tree. Eight times the largest real repository in the corpus. */
export const TREE_FILES_MAX = 250_000
// What Linux allows (MAXSYMLINKS).
const LINK_HOPS_MAX = 40

/** Git's modes: a file, an executable file, a symbolic link (whose content is its target). */
export type FileMode = '100644' | '100755' | '120000'
export type EntryKind = 'file' | 'folder' | 'link'

/** One file of an index; its bytes are read only when an engine asks for them. */
export interface IndexEntry {
  readonly path: string
  readonly mode: FileMode
  /** Bytes. */
  readonly size: number
  /** Of the content, 64 hex digits, where it is known without reading. */
  readonly sha256?: string
}

export interface Listed {
  readonly name: string
  readonly kind: EntryKind
}

export type Stat =
  | { readonly kind: 'file'; readonly path: string; readonly mode: FileMode; readonly size: number }
  | { readonly kind: 'folder'; readonly path: string }

/**
 * The files of one revision, read-only, synchronous. Paths are relative to the root, with `/`; the root is `''`.
 * Every method follows links inside the root. No path, and no link, reaches anything outside: that is
 * SOURCE_ESCAPE, and a loop is SOURCE_LINK_LOOP, each naming the link and its target.
 */
export interface SourceTree {
  /**
   * What lies at a path, and its path after all links; `undefined` where there is nothing. `onLink` is told
   * of each link on the way.
   */
  stat(path: string, onLink?: OnLink): Stat | undefined
  /** The bytes of a file. The caller MUST NOT change them. @throws SourceError also SOURCE_MISSING, SOURCE_KIND, SOURCE_FILE_SIZE */
  read(path: string): Uint8Array
  /** SHA-256 of a file's bytes, 64 hex digits. */
  sha256(path: string): string
  /** The entries of a folder, in byte order; links are listed as links. @throws SourceError also SOURCE_MISSING, SOURCE_KIND */
  list(path: string): readonly Listed[]
  /** Each file and link of the tree once, in byte order of paths. Not recorded as read: it is for digests and archives. */
  entries(): Iterable<IndexEntry>
  /** The link that a path is itself, if it is one (nothing is followed in its last segment). */
  readLink(path: string): string | undefined
}

interface FileNode {
  readonly kind: 'file'
  readonly entry: IndexEntry
  bytes: Uint8Array | undefined
  sha256: string | undefined
}
interface LinkNode {
  readonly kind: 'link'
  readonly entry: IndexEntry
}
export interface FolderNode {
  readonly kind: 'folder'
  readonly children: Map<string, Node>
}
export type Node = FileNode | LinkNode | FolderNode

interface Found {
  readonly path: string
  readonly node: FileNode | FolderNode
}

/** Called for each link that a look-up went through, so that a record can name it. */
export type OnLink = (path: string, target: string) => void

/**
 * A tree over an index. `read` gives the bytes of an entry (for a link: its target) and is called at most
 * once for each file; a blob, a Git object or an array may stand behind it.
 * @throws SourceError SOURCE_NAME, SOURCE_ESCAPE, SOURCE_DUPLICATE, SOURCE_COUNT: the index breaks a rule.
 */
export function indexedTree(
  index: Iterable<IndexEntry>,
  read: (entry: IndexEntry) => Uint8Array,
): SourceTree {
  const root: FolderNode = { kind: 'folder', children: new Map() }
  let count = 0
  for (const entry of index) {
    count += 1
    if (count > TREE_FILES_MAX)
      throw new SourceError(
        'SOURCE_COUNT',
        entry.path,
        `more than ${TREE_FILES_MAX} files; split the source, or ignore folders`,
      )
    insert(root, entry)
  }
  return new NodeTree(root, read)
}

/** A tree from texts and bytes; `{ link }` makes a symbolic link. */
export function memoryTree(
  files: Iterable<
    readonly [path: string, content: string | Uint8Array | { readonly link: string }]
  >,
): SourceTree {
  const contents = new Map<string, Uint8Array>()
  const index: IndexEntry[] = []
  for (const [path, content] of files) {
    const isLink = typeof content === 'object' && 'link' in content
    const bytes = toBytes(isLink ? content.link : content)
    contents.set(path, bytes)
    index.push({ path, mode: isLink ? '120000' : '100644', size: bytes.length })
  }
  return indexedTree(index, (entry) => contents.get(entry.path) ?? new Uint8Array())
}

function toBytes(content: string | Uint8Array): Uint8Array {
  return typeof content === 'string' ? Buffer.from(content) : content
}

/** A tree over nodes, whose children may come only when they are asked for. */
export class NodeTree implements SourceTree {
  readonly #root: FolderNode
  readonly #read: (entry: IndexEntry) => Uint8Array

  constructor(root: FolderNode, read: (entry: IndexEntry) => Uint8Array) {
    this.#root = root
    this.#read = read
  }

  stat(path: string, onLink?: OnLink): Stat | undefined {
    const found = this.#find(path, onLink)
    if (found === undefined) return undefined
    if (found.node.kind === 'folder') return { kind: 'folder', path: found.path }
    const { mode, size } = found.node.entry
    return { kind: 'file', path: found.path, mode, size }
  }

  read(path: string): Uint8Array {
    return this.#bytes(this.#file(path))
  }

  sha256(path: string): string {
    const node = this.#file(path)
    node.sha256 ??= node.entry.sha256 ?? sha256Of(this.#bytes(node))
    return node.sha256
  }

  list(path: string): readonly Listed[] {
    const found = this.#find(path)
    if (found === undefined) throw missing(path)
    if (found.node.kind !== 'folder')
      throw new SourceError('SOURCE_KIND', path, `"${path}" is a file, not a folder`)
    return [...found.node.children]
      .map(([name, node]) => ({ name, kind: node.kind }))
      .toSorted((left, right) => compareBytes(left.name, right.name))
  }

  entries(): Iterable<IndexEntry> {
    const all: IndexEntry[] = []
    const walk = (folder: FolderNode): void => {
      for (const node of folder.children.values())
        if (node.kind === 'folder') walk(node)
        else all.push(node.entry)
    }
    walk(this.#root)
    return all.toSorted((left, right) => compareBytes(left.path, right.path))
  }

  readLink(path: string): string | undefined {
    const clean = joinPath('', path)
    const folder = this.#find(folderOf(clean))
    if (folder?.node.kind !== 'folder') return undefined
    const node = folder.node.children.get(clean.slice(clean.lastIndexOf('/') + 1))
    return node?.kind === 'link' ? this.#target(node) : undefined
  }

  #file(path: string): FileNode {
    const found = this.#find(path)
    if (found === undefined) throw missing(path)
    if (found.node.kind !== 'file')
      throw new SourceError('SOURCE_KIND', path, `"${path}" is a folder, not a file`)
    return found.node
  }

  #bytes(node: FileNode): Uint8Array {
    if (node.bytes !== undefined) return node.bytes
    const { path, size } = node.entry
    if (size > FILE_BYTES_MAX) throw tooLarge(path, size)
    const bytes = this.#read(node.entry)
    if (bytes.length > FILE_BYTES_MAX) throw tooLarge(path, bytes.length)
    node.bytes = bytes
    return bytes
  }

  #target(link: LinkNode): string {
    return Buffer.from(this.#read(link.entry)).toString()
  }

  /** Walks segment by segment, so that `..` in a link's target means the parent of where the link led. */
  #find(path: string, onLink?: OnLink): Found | undefined {
    const walk = new Walk(this.#root, joinPath('', path))
    for (;;) {
      const node = walk.step()
      if (node === undefined) return walk.found
      if (node.kind !== 'link') continue
      const target = this.#target(node)
      onLink?.(node.entry.path, target)
      walk.follow(node.entry.path, target)
    }
  }
}

/** One look-up under way: the folders gone down through, and the segments still to go. */
class Walk {
  found: Found | undefined
  readonly #folders: FolderNode[]
  readonly #names: string[] = []
  #rest: string[]
  #hops = 0

  constructor(root: FolderNode, path: string) {
    this.#folders = [root]
    this.#rest = path === '' ? [] : path.split('/')
    this.found = undefined
  }

  /** The next node on the way; `undefined` at the end, when `found` is what the path names, if anything. */
  step(): Node | undefined {
    const folder = this.#folders.at(-1)
    const segment = this.#rest.shift()
    if (folder === undefined) return undefined
    if (segment === undefined) {
      this.found = { path: this.#names.join('/'), node: folder }
      return undefined
    }
    if (segment === '..') return this.#up()
    const node = folder.children.get(segment)
    if (node?.kind === 'folder') {
      this.#folders.push(node)
      this.#names.push(segment)
    }
    if (node?.kind !== 'file') return node
    if (this.#rest.length === 0) this.found = { path: [...this.#names, segment].join('/'), node }
    return undefined
  }

  follow(link: string, target: string): void {
    this.#hops += 1
    if (this.#hops > LINK_HOPS_MAX)
      throw new SourceError(
        'SOURCE_LINK_LOOP',
        link,
        `the link "${link}" -> "${target}" leads back to itself; remove it`,
      )
    if (target.startsWith('/') || this.#climbs(target))
      throw new SourceError(
        'SOURCE_ESCAPE',
        link,
        `the link "${link}" -> "${target}" leaves the source; replace it by the file itself`,
      )
    const segments = target.split('/').filter((segment) => segment !== '' && segment !== '.')
    this.#rest = [...segments, ...this.#rest]
  }

  #up(): FolderNode | undefined {
    this.#folders.pop()
    this.#names.pop()
    const folder = this.#folders.at(-1)
    if (folder !== undefined) return folder
    throw new SourceError(
      'SOURCE_ESCAPE',
      this.#rest.join('/'),
      `a chain of links leaves the source before "${this.#rest.join('/')}"; replace them by the files themselves`,
    )
  }

  #climbs(target: string): boolean {
    let depth = this.#names.length
    for (const segment of target.split('/')) {
      if (segment === '..') depth -= 1
      else if (segment !== '' && segment !== '.') depth += 1
      if (depth < 0) return true
    }
    return false
  }
}

function insert(root: FolderNode, entry: IndexEntry): void {
  const segments = entry.path.split('/')
  if (joinPath('', entry.path) !== entry.path || entry.path === '')
    throw new SourceError(
      'SOURCE_NAME',
      entry.path,
      `cannot use the path ${JSON.stringify(entry.path)}: it is not written in its shortest form`,
    )
  const name = segments.pop() ?? ''
  let folder = root
  for (const segment of segments) {
    const next = folder.children.get(segment) ?? { kind: 'folder' as const, children: new Map() }
    if (next.kind !== 'folder') throw duplicate(entry.path)
    folder.children.set(segment, next)
    folder = next
  }
  if (folder.children.has(name)) throw duplicate(entry.path)
  folder.children.set(name, entryNode(entry))
}

export function entryNode(entry: IndexEntry): Node {
  if (entry.mode === '120000') return { kind: 'link', entry }
  return { kind: 'file', entry, bytes: undefined, sha256: undefined }
}

/** SHA-256, 64 hex digits. */
export function sha256Of(content: Uint8Array | string): string {
  return hash('sha256', content)
}

function missing(path: string): SourceError {
  return new SourceError('SOURCE_MISSING', path, `there is no "${path}" in the source`)
}

function duplicate(path: string): SourceError {
  return new SourceError(
    'SOURCE_DUPLICATE',
    path,
    `"${path}" is there twice, or is a file and a folder`,
  )
}

function tooLarge(path: string, size: number): SourceError {
  return new SourceError(
    'SOURCE_FILE_SIZE',
    path,
    `"${path}" has ${size} bytes; at most ${FILE_BYTES_MAX / 1024 / 1024} MiB can be read`,
  )
}
