import { SealedBytesCorrupt, SealingKeyMissing, type Keyring } from '@tidemark/sealing'
import { BlobCorrupt, BlobMissing, BlobTooLarge } from './blob-errors.ts'
import { BLOB_BYTES_MAX, type BlobStore } from './blob-store.ts'
import { isBlobName, type RawBlob, type RawBlobs, type StoredBlobs } from './raw-blobs.ts'

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
    for (const [name, bytes] of distinct) {
      if (await this.#raw.has(name)) await this.#mend(name, bytes)
      else fresh.push({ name, bytes: this.#keyring.seal(bytes) })
    }
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
