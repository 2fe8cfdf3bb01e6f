import {
  compareBytes,
  folderOf,
  joinPath,
  nameOf,
  sha256Of,
  type IndexEntry,
  type Listed,
  type OnLink,
  type SourceTree,
  type Stat,
} from '@tidemark/source-tree'

/** A tree with one file put in or over: what Flux writes beside the files of a source before it builds. */
export class OverlayTree implements SourceTree {
  readonly #tree: SourceTree
  readonly #path: string
  readonly #bytes: Uint8Array

  constructor(tree: SourceTree, path: string, bytes: Uint8Array) {
    this.#tree = tree
    this.#path = path
    this.#bytes = bytes
  }

  stat(path: string, onLink?: OnLink): Stat | undefined {
    if (!this.#isOurs(path)) return this.#tree.stat(path, onLink)
    return { kind: 'file', path: this.#path, size: this.#bytes.length, mode: '100644' }
  }

  read(path: string): Uint8Array {
    return this.#isOurs(path) ? this.#bytes : this.#tree.read(path)
  }

  sha256(path: string): string {
    return this.#isOurs(path) ? sha256Of(this.#bytes) : this.#tree.sha256(path)
  }

  list(path: string): readonly Listed[] {
    const listed = this.#tree.list(path)
    if (joinPath('', path) !== folderOf(this.#path)) return listed
    const name = nameOf(this.#path)
    return [
      ...listed.filter((entry) => entry.name !== name),
      { name, kind: 'file' } as const,
    ].toSorted((left, right) => compareBytes(left.name, right.name))
  }

  entries(): Iterable<IndexEntry> {
    return this.#tree.entries()
  }

  readLink(path: string): string | undefined {
    return this.#isOurs(path) ? undefined : this.#tree.readLink(path)
  }

  #isOurs(path: string): boolean {
    return joinPath('', path) === this.#path
  }
}
