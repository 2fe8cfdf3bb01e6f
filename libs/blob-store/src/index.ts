export {
  BlobCorrupt,
  BlobMissing,
  BlobPackDamaged,
  BlobRequestInvalid,
  BlobStoreFull,
  BlobStoreUnavailable,
  BlobTooLarge,
} from './blob-errors.ts'
export { BLOB_BYTES_MAX, type BlobStore } from './blob-store.ts'
export { answerBlobRequests, busBlobs, type AskForBlobs } from './bus/bus-blobs.ts'
export { CachedBlobStore } from './cached-blob-store.ts'
export { CHUNK_BYTES_MAX, ChunkedBlobs, ChunkedStoredBlobs } from './chunked-blobs.ts'
export {
  openDirectoryBlobs,
  type DirectoryOptions,
  type DirectoryStep,
} from './directory/directory-blobs.ts'
export { MemoryBlobs } from './memory-blobs.ts'
export { openObjectStoreBlobs, type ObjectStoreOptions } from './object-store/object-store-blobs.ts'
export { PostgresBlobs, type BlobSql } from './postgres/postgres-blobs.ts'
export { type RawBlob, type RawBlobs, type StoredBlobs } from './raw-blobs.ts'
export { rewrapBlobs } from './rewrap-blobs.ts'
export { SealedBlobStore } from './sealed-blob-store.ts'
