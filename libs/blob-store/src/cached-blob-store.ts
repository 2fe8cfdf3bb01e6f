import { type BlobStore } from './blob-store.ts'

/**
 * Keeps what was read or put last in memory, up to a number of bytes. Blobs never change, so nothing is ever
 * out of date; who asks for the same blob at once waits for one read.
 */
export class CachedBlobStore implements BlobStore {
  readonly #store: BlobStore
  readonly #bytesMax: number
  /** Least recently used first. */
  readonly #cached = new Map<string, Uint8Array>()
  readonly #reading = new Map<string, Promise<Uint8Array>>()
  #bytes = 0

  constructor(store: BlobStore, options: { readonly bytesMax: number }) {
    this.#store = store
    this.#bytesMax = options.bytesMax
  }

  async put(bytes: Uint8Array): Promise<string> {
    const name = await this.#store.put(bytes)
    this.#keep(name, bytes.slice())
    return name
  }

  async putAll(blobs: readonly Uint8Array[]): Promise<readonly string[]> {
    const names = await this.#store.putAll(blobs)
    for (const [at, name] of names.entries()) this.#keep(name, blobs[at]?.slice())
    return names
  }

  async get(name: string): Promise<Uint8Array> {
    const cached = this.#cached.get(name)
    if (cached !== undefined) {
      this.#cached.delete(name)
      this.#cached.set(name, cached)
      return cached
    }
    const reading = this.#reading.get(name) ?? this.#read(name)
    this.#reading.set(name, reading)
    return reading
  }

  async has(name: string): Promise<boolean> {
    return this.#cached.has(name) || this.#store.has(name)
  }

  async #read(name: string): Promise<Uint8Array> {
    try {
      const bytes = await this.#store.get(name)
      this.#keep(name, bytes)
      return bytes
    } finally {
      this.#reading.delete(name)
    }
  }

  #keep(name: string, bytes: Uint8Array | undefined): void {
    if (bytes === undefined || bytes.length > this.#bytesMax || this.#cached.has(name)) return
    this.#cached.set(name, bytes)
    this.#bytes += bytes.length
    for (const [oldest, { length }] of this.#cached) {
      if (this.#bytes <= this.#bytesMax) return
      this.#cached.delete(oldest)
      this.#bytes -= length
    }
  }
}
