import { createCipheriv, createDecipheriv, createHash, createSecretKey } from 'node:crypto'
import { type Random } from '@tidemark/kernel'
import { SealedBytesCorrupt, SealingKeyMissing } from './sealing-errors.ts'

/*
 * Sealed bytes, version 1:
 *
 *   'TMS1' | key id length (1) | key id | key fingerprint (4)
 *          | wrap nonce (12) | wrapped data key (32) | wrap tag (16)
 *          | first 4 bytes of SHA-256 over all of the above
 *   body nonce (12) | ciphertext | body tag (16)
 *
 * The head is what a rotation replaces; the body stays as it is, so the body authenticates nothing of the
 * head but the version. The check at its end tells a corrupt head from a key that is not there.
 */
const MAGIC = Buffer.from('TMS1', 'latin1')
const FINGERPRINT_BYTES = 4
const NONCE_BYTES = 12
const DATA_KEY_BYTES = 32
const TAG_BYTES = 16
const CHECK_BYTES = 4
const WRAP_BYTES = NONCE_BYTES + DATA_KEY_BYTES + TAG_BYTES

/** A key that wraps data keys. At most 2^32 wraps with random nonces (NIST SP 800-38D, 8.3): rotate before. */
export interface KeyEncryptionKey {
  readonly id: string
  readonly key: Uint8Array
  readonly fingerprint: Uint8Array
}

type Keys = ReadonlyMap<string, KeyEncryptionKey>

/** Encrypts under a fresh data key and nonce. */
export function sealBytes(bytes: Uint8Array, newest: KeyEncryptionKey, random: Random): Uint8Array {
  const fresh = random.bytes(DATA_KEY_BYTES + NONCE_BYTES)
  const dataKey = fresh.subarray(0, DATA_KEY_BYTES)
  const nonce = fresh.subarray(DATA_KEY_BYTES)
  const head = wrap(dataKey, newest, random)
  return Buffer.concat([head, nonce, encrypt({ key: dataKey, nonce, aad: MAGIC }, bytes)])
}

/** Decrypts, or says whether the bytes or the keys are at fault. */
export function openSealed(sealed: Uint8Array, keys: Keys): Uint8Array {
  const head = parseHead(sealed)
  const dataKey = unwrap(head, keys)
  const body = sealed.subarray(head.length)
  if (body.length < NONCE_BYTES + TAG_BYTES) throw new SealedBytesCorrupt('they were cut short')
  const nonce = body.subarray(0, NONCE_BYTES)
  const plain = decrypt({ key: dataKey, nonce, aad: MAGIC }, body.subarray(NONCE_BYTES))
  if (plain === undefined) throw new SealedBytesCorrupt('the body does not match its tag')
  return plain
}

/** Replaces the head; the encrypted body is copied as it is. */
export function rewrapSealed(
  sealed: Uint8Array,
  keys: Keys,
  to: { readonly newest: KeyEncryptionKey; readonly random: Random },
): Uint8Array {
  const head = parseHead(sealed)
  if (head.keyId === to.newest.id) return sealed
  const dataKey = unwrap(head, keys)
  return Buffer.concat([wrap(dataKey, to.newest, to.random), sealed.subarray(head.length)])
}

interface Head {
  readonly length: number
  readonly keyId: string
  readonly fingerprint: Uint8Array
  readonly nonce: Uint8Array
  readonly wrapped: Uint8Array
}

function parseHead(sealed: Uint8Array): Head {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new SealedBytesCorrupt('they do not begin as sealed bytes of version 1 do')
  }
  const idAt = MAGIC.length + 1
  const fingerprintAt = idAt + (bytes[MAGIC.length] ?? 0)
  const wrapAt = fingerprintAt + FINGERPRINT_BYTES
  const checkAt = wrapAt + WRAP_BYTES
  const check = bytes.subarray(checkAt, checkAt + CHECK_BYTES)
  if (!check.equals(checkOf(bytes.subarray(0, checkAt)))) {
    throw new SealedBytesCorrupt('the head does not match its check')
  }
  return {
    length: checkAt + CHECK_BYTES,
    keyId: bytes.toString('latin1', idAt, fingerprintAt),
    fingerprint: bytes.subarray(fingerprintAt, wrapAt),
    nonce: bytes.subarray(wrapAt, wrapAt + NONCE_BYTES),
    wrapped: bytes.subarray(wrapAt + NONCE_BYTES, checkAt),
  }
}

function wrap(dataKey: Uint8Array, by: KeyEncryptionKey, random: Random): Buffer {
  const id = Buffer.from(by.id, 'latin1')
  const start = Buffer.concat([MAGIC, Buffer.from([id.length]), id, by.fingerprint])
  const nonce = random.bytes(NONCE_BYTES)
  const wrapped = encrypt({ key: by.key, nonce, aad: Buffer.concat([MAGIC, id]) }, dataKey)
  const head = Buffer.concat([start, nonce, wrapped])
  return Buffer.concat([head, checkOf(head)])
}

function unwrap(head: Head, keys: Keys): Uint8Array {
  const key = keys.get(head.keyId)
  if (key === undefined) {
    const known = [...keys.keys()].join(', ')
    throw new SealingKeyMissing(`key ${head.keyId} is not configured here; there are: ${known}`)
  }
  if (!Buffer.from(key.fingerprint).equals(head.fingerprint)) {
    throw new SealingKeyMissing(`the configured key ${head.keyId} is not the one that sealed them`)
  }
  const aad = Buffer.concat([MAGIC, Buffer.from(key.id, 'latin1')])
  const dataKey = decrypt({ key: key.key, nonce: head.nonce, aad }, head.wrapped)
  if (dataKey === undefined) throw new SealedBytesCorrupt('the wrapped key does not match its tag')
  return dataKey
}

function checkOf(head: Uint8Array): Buffer {
  return createHash('sha256').update(head).digest().subarray(0, CHECK_BYTES)
}

interface Aead {
  readonly key: Uint8Array
  readonly nonce: Uint8Array
  readonly aad: Uint8Array
}

/** Node takes a key object three times as fast as its bytes. */
function encrypt({ key, nonce, aad }: Aead, bytes: Uint8Array): Buffer {
  const options = { authTagLength: TAG_BYTES }
  const cipher = createCipheriv('aes-256-gcm', createSecretKey(key), nonce, options).setAAD(aad)
  return Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()])
}

function decrypt({ key, nonce, aad }: Aead, sealed: Uint8Array): Buffer | undefined {
  const tagAt = sealed.length - TAG_BYTES
  const options = { authTagLength: TAG_BYTES }
  const decipher = createDecipheriv('aes-256-gcm', createSecretKey(key), nonce, options)
    .setAAD(aad)
    .setAuthTag(sealed.subarray(tagAt))
  const plain = decipher.update(sealed.subarray(0, tagAt))
  try {
    decipher.final()
    return plain
  } catch {
    return undefined // The one thing that can fail here: the tag does not match.
  }
}
