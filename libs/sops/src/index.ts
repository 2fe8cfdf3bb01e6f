export { readSops, type KeySet, type SopsFile } from './read-sops.ts'
export { readPrivateKeys, unwrapDataKey, type PrivateKeys } from './unwrap-data-key.ts'
export { SopsError, type SopsErrorCode } from './sops-error.ts'
