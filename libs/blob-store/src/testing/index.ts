export { describeBlobStore, type BlobRig } from './blob-store-contract.ts'
