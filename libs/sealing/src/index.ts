export {
  openKeyring,
  type Keyring,
  type KeyEncryptionSecret,
  type KeyringOptions,
} from './keyring.ts'
export { Masker } from './masker.ts'
export {
  InstallationSecretUnusable,
  SealedBytesCorrupt,
  SealingKeyMissing,
  TooManySecrets,
} from './sealing-errors.ts'
