import type { Node } from '../node/node.ts'

/** Objects that were read from files, by the digest of the file's bytes, kept from one build to the next. */
export class ParseCache {
  readonly #bytesMax: number
  readonly #kept = new Map<string, { readonly nodes: readonly Node[]; readonly bytes: number }>()
  #bytes = 0

  /** `bytesMax` bounds the source bytes of what is kept; the nodes take about ten times as much. */
  constructor(bytesMax: number = PARSED_BYTES_MAX) {
    this.#bytesMax = bytesMax
  }

  /** What was read from bytes with this digest, or what `read` gives now. What throws is not kept. */
  get(digest: string, bytes: number, read: () => readonly Node[]): readonly Node[] {
    const known = this.#kept.get(digest)
    if (known !== undefined) {
      // The least recently used go first.
      this.#kept.delete(digest)
      this.#kept.set(digest, known)
      return known.nodes
    }
    const nodes = read()
    this.#kept.set(digest, { nodes, bytes })
    this.#bytes += bytes
    for (const [oldest, entry] of this.#kept) {
      if (this.#bytes <= this.#bytesMax) break
      this.#kept.delete(oldest)
      this.#bytes -= entry.bytes
    }
    return nodes
  }
}

// The largest repository of the corpus has 8 MiB of manifests.
const PARSED_BYTES_MAX = 16 * 1024 * 1024
