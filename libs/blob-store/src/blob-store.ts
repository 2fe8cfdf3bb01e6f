/** The largest blob: the largest source tree that a fetcher takes. */
export const BLOB_BYTES_MAX: number = 64 * 1024 * 1024

/**
 * Bytes by name: rendered manifests, source trees, long lists. A blob never changes; its name is made from
 * its bytes and a key of the installation, so equal bytes have one name, and no name can be guessed.
 */
export interface BlobStore {
  /**
   * Keeps the bytes and gives their name: 64 hex characters. Once it resolves they survive a crash. Throws
   * `BlobTooLarge` (over 64 MiB), `BlobStoreFull`, `BlobStoreUnavailable`.
   */
  put(bytes: Uint8Array): Promise<string>
  /** The same for several, faster. Their names in order. When it throws, some of them may be kept. */
  putAll(blobs: readonly Uint8Array[]): Promise<readonly string[]>
  /**
   * The bytes, checked against the name; they MUST NOT be changed. Throws `BlobMissing`, `BlobCorrupt`,
   * `BlobStoreUnavailable`, or `SealingKeyMissing` where the key is not configured.
   */
  get(name: string): Promise<Uint8Array>
  has(name: string): Promise<boolean>
}
