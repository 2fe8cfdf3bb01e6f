import { SealedBytesCorrupt, SealingKeyMissing, type Keyring } from '@tidemark/sealing'
import { BlobCorrupt, BlobMissing, BlobTooLarge } from './blob-errors.ts'
import { BLOB_BYTES_MAX, type BlobStore } from './blob-store.ts'
import { isBlobName, type RawBlob, type RawBlobs, type StoredBlobs } from './raw-blobs.ts'

const ASKED_ABOUT_BYTES_MIN = 64 * 1024
const QUESTIONS_AT_ONCE = 16 // A directory answers several in the time of one.

/** The blob store over any place: what is written there is sealed, what is read is checked. */
export class SealedBlobStore implements BlobStore {
  readonly #raw: RawBlobs | StoredBlobs
  readonly #keyring: Keyring

  constructor(raw: RawBlobs | StoredBlobs, keyring: Keyring) {
    this.#raw = raw
    this.#keyring = keyring
  }

  async put(bytes: Uint8Array): Promise<string> {
    const [name = ''] = await this.putAll([bytes])
    return name
  }

  async putAll(blobs: readonly Uint8Array[]): Promise<readonly string[]> {
    for (const { length } of blobs) {
      if (length > BLOB_BYTES_MAX) throw new BlobTooLarge(length, BLOB_BYTES_MAX)
    }
    const names = blobs.map((bytes) => this.#keyring.nameOf(bytes))
    const distinct = new Map(names.map((name, at) => [name, blobs[at] ?? new Uint8Array(0)]))
    const fresh: RawBlob[] = []
    await eachOf(distinct, async ([name, bytes]) => {
      if (await this.#isThere(name, bytes)) await this.#mend(name, bytes)
      else fresh.push({ name, bytes: this.#keyring.seal(bytes) })
    })
    if (fresh.length > 0) await this.#raw.write(fresh)
    return names
  }

  async get(name: string): Promise<Uint8Array> {
    const sealed = isBlobName(name) ? await this.#raw.read(name) : undefined
    if (sealed === undefined) throw new BlobMissing(name)
    return this.#open(name, sealed)
  }

  async has(name: string): Promise<boolean> {
    return isBlobName(name) && this.#raw.has(name)
  }

  #open(name: string, sealed: Uint8Array): Uint8Array {
    const bytes = this.#decrypt(name, sealed)
    // The tag does not say under which name the bytes belong.
    if (this.#keyring.nameOf(bytes) === name) return bytes
    throw new BlobCorrupt(name, 'it holds the bytes of another blob')
  }

  #decrypt(name: string, sealed: Uint8Array): Uint8Array {
    try {
      return this.#keyring.open(sealed)
    } catch (error) {
      if (error instanceof SealedBytesCorrupt) throw new BlobCorrupt(name, error.message, error)
      throw error
    }
  }

  /** A place far away is not asked about small blobs: sending one again costs less than the question. */
  async #isThere(name: string, bytes: Uint8Array): Promise<boolean> {
    const worthAsking = 'replace' in this.#raw || bytes.length > ASKED_ABOUT_BYTES_MIN
    return worthAsking && this.#raw.has(name)
  }

  /** What is there already may have rotted: then the fresh copy takes its place. */
  async #mend(name: string, bytes: Uint8Array): Promise<void> {
    if (!('replace' in this.#raw)) return
    try {
      await this.get(name)
    } catch (error) {
      // Another process has the key: the blob is there.
      if (error instanceof SealingKeyMissing) return
      if (!(error instanceof BlobCorrupt)) throw error
      await this.#raw.replace({ name, bytes: this.#keyring.seal(bytes) })
    }
  }
}

async function eachOf<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items[Symbol.iterator]()
  const worker = async (): Promise<void> => {
    for (let next = waiting.next(); next.done !== true; next = waiting.next()) {
      await work(next.value)
    }
  }
  await Promise.all(Array.from({ length: QUESTIONS_AT_ONCE }, worker))
}
