import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { type Random, type Secret } from '@tidemark/kernel'
import { InstallationSecretUnusable } from './sealing-errors.ts'
import { openSealed, rewrapSealed, sealBytes, type KeyEncryptionKey } from './sealed-bytes.ts'

const SECRET_BYTES = 32
const FINGERPRINT_BYTES = 4 // Tells a wrong key from a corrupt blob; it is no proof of anything.
const KEY_ID = /^[a-z0-9](?:[a-z0-9._-]{0,30}[a-z0-9])?$/
const INSTALLATION_KEY_ID = 'installation'

/** A secret from which one key-encryption key is made. `id` is public: it stands in each sealed header. */
export interface KeyEncryptionSecret {
  /** 1 to 32 characters of `a-z 0-9 . _ -`; never used again for another secret. */
  readonly id: string
  /** Exactly 32 bytes. */
  readonly secret: Secret<Uint8Array>
}

export interface KeyringOptions {
  /** 32 bytes from a file, the environment or a KMS. Names and digests hang on it, so it is never rotated. */
  readonly installationSecret: Secret<Uint8Array>
  /**
   * Key-encryption secrets, oldest first: the last one seals, all of them open. A key made from the
   * installation secret comes before them, so that what was sealed before the first rotation still opens.
   */
  readonly keyEncryptionSecrets?: readonly KeyEncryptionSecret[]
  readonly random: Random
}

/** All that a process may do with the installation's keys; the keys themselves never leave it. */
export interface Keyring {
  /** The id of the key that seals. */
  readonly sealingKeyId: string
  /** Encrypts under a new data key (AES-256-GCM), which is wrapped by the newest key. Adds about 110 bytes. */
  seal(bytes: Uint8Array): Uint8Array
  /** What was sealed. Throws `SealedBytesCorrupt` or `SealingKeyMissing`. */
  open(sealed: Uint8Array): Uint8Array
  /** The same sealed bytes with the data key wrapped by the newest key; the very same array when it already is. */
  rewrap(sealed: Uint8Array): Uint8Array
  /**
   * The name of a blob: lower-case hex HMAC-SHA-256 of its plain bytes (64 characters). Keyed, so that a
   * name in an event does not let anyone guess what is in the blob.
   */
  nameOf(bytes: Uint8Array): string
  /** The digest that stands in for a Secret value in manifests, diffs and events: 64 hex characters, keyed. */
  digestOf(value: Uint8Array | string): string
}

/** Derives all keys (HKDF-SHA-256, RFC 5869). Throws `InstallationSecretUnusable`, which names ids only. */
export function openKeyring(options: KeyringOptions): Keyring {
  const { installationSecret, keyEncryptionSecrets = [], random } = options
  const keyFor = (purpose: string): KeyObject =>
    createSecretKey(derive('the installation secret', installationSecret, purpose))
  const nameKey = keyFor('tidemark/v1/name')
  const digestKey = keyFor('tidemark/v1/digest')
  const keys = keyEncryptionKeys([
    { id: INSTALLATION_KEY_ID, secret: installationSecret },
    ...keyEncryptionSecrets,
  ])
  const newest = [...keys.values()].at(-1)
  if (newest === undefined) throw new InstallationSecretUnusable('there is no key to seal with')
  return {
    sealingKeyId: newest.id,
    seal: (bytes) => sealBytes(bytes, newest, random),
    open: (sealed) => openSealed(sealed, keys),
    rewrap: (sealed) => rewrapSealed(sealed, keys, { newest, random }),
    nameOf: (bytes) => createHmac('sha256', nameKey).update(bytes).digest('hex'),
    digestOf: (value) => createHmac('sha256', digestKey).update(value).digest('hex'),
  }
}

function keyEncryptionKeys(
  secrets: readonly KeyEncryptionSecret[],
): ReadonlyMap<string, KeyEncryptionKey> {
  const keys = new Map<string, KeyEncryptionKey>()
  for (const { id, secret } of secrets) {
    if (!KEY_ID.test(id)) {
      throw new InstallationSecretUnusable(
        `key id ${JSON.stringify(id)} is not 1 to 32 characters of a-z 0-9 . _ -`,
      )
    }
    if (keys.has(id)) throw new InstallationSecretUnusable(`key id ${id} is there twice`)
    const key = derive(`key ${id}`, secret, `tidemark/v1/key-encryption/${id}`)
    const fingerprint = createHmac('sha256', key).update('fingerprint').digest()
    keys.set(id, { id, key, fingerprint: fingerprint.subarray(0, FINGERPRINT_BYTES) })
  }
  return keys
}

function derive(name: string, secret: Secret<Uint8Array>, purpose: string): Buffer {
  const bytes = secret.reveal()
  if (bytes.length !== SECRET_BYTES) {
    throw new InstallationSecretUnusable(`${name} has ${bytes.length} bytes, not ${SECRET_BYTES}`)
  }
  if (bytes.every((byte) => byte === bytes[0])) {
    throw new InstallationSecretUnusable(
      `${name} is one byte over and over, so anyone can guess it`,
    )
  }
  return Buffer.from(hkdfSync('sha256', bytes, new Uint8Array(0), purpose, SECRET_BYTES))
}
