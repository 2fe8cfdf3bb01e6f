import { BaseMemo } from './base-memo.ts'

/**
 * What builds leave for later ones: what was read from texts, by the digest of their bytes, and what bases came to. Share one
 * between builds of one tenant. What is kept is immutable, and is the same however often it is worked out.
 */
export class ParseCache {
  readonly bases: BaseMemo = new BaseMemo()
  readonly #bytesMax: number
  readonly #kept = new Map<string, { readonly value: unknown; readonly bytes: number }>()
  #bytes = 0

  /** `bytesMax` bounds the source bytes of what is kept; what is made of them takes about ten times as much. */
  constructor(bytesMax: number = PARSED_BYTES_MAX) {
    this.#bytesMax = bytesMax
  }

  /**
   * What `make` gave for this key before, or gives now. The key MUST name what is made and the digest of all that it is made
   * of, so that one key always means one type. What throws is not kept.
   */
  get<Value>(key: string, bytes: number, make: () => Value): Value {
    const known = this.#kept.get(key)
    if (known !== undefined) {
      // The least recently used go first.
      this.#kept.delete(key)
      this.#kept.set(key, known)
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The key says what it is.
      return known.value as Value
    }
    const value = make()
    this.#kept.set(key, { value, bytes })
    this.#bytes += bytes
    for (const [oldest, entry] of this.#kept) {
      if (this.#bytes <= this.#bytesMax) break
      this.#kept.delete(oldest)
      this.#bytes -= entry.bytes
    }
    return value
  }
}

// The largest repository of the corpus has 8 MiB of manifests.
const PARSED_BYTES_MAX = 16 * 1024 * 1024
