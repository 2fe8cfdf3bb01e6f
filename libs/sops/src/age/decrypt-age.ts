import {
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto'
import { SopsError } from '../sops-error.ts'
import { decodeBech32 } from './bech32.ts'
import { readAgeFile, VERSION, type Stanza } from './read-age-file.ts'

const CHUNK_BYTES = 64 * 1024
const TAG_BYTES = 16
const PRIVATE_DER = Buffer.from('302e020100300506032b656e04220420', 'hex') // PKCS #8 of an X25519 key, up to its bytes.
const PUBLIC_DER = Buffer.from('302a300506032b656e032100', 'hex')

/** A key that opens what was encrypted to its recipient. */
export interface AgeIdentity {
  readonly privateKey: KeyObject
  readonly recipient: Uint8Array
}

/** The identities of a key file: one a line, and comments. @throws SopsError for a line that is no X25519 identity */
export function readIdentities(text: string): readonly AgeIdentity[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const bytes = decodeBech32(line, 'age-secret-key-')
      if (bytes?.length !== 32)
        throw new SopsError('SOPS_KEY', 'an age key must be a line AGE-SECRET-KEY-1...')
      const der = Buffer.concat([PRIVATE_DER, bytes])
      const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
      const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
      return { privateKey, recipient: spki.subarray(PUBLIC_DER.length) }
    })
}

/** The content of an armoured age file; `undefined` where none of the identities opens it. @throws SopsError */
export function decryptAge(
  armoured: string,
  identities: readonly AgeIdentity[],
): Uint8Array | undefined {
  const { stanzas, header, mac, payload } = readAgeFile(armoured)
  for (const stanza of stanzas)
    for (const identity of identities) {
      const fileKey = unwrap(stanza, identity)
      if (fileKey === undefined) continue
      const headerKey = derive(fileKey, Buffer.alloc(0), 'header')
      const expected = createHmac('sha256', headerKey).update(header).digest()
      if (expected.length !== mac.length || !timingSafeEqual(expected, mac))
        throw new SopsError('SOPS_FORMAT', 'the header of its age message was changed')
      return decryptPayload(fileKey, payload)
    }
  return undefined
}

function unwrap(
  { type, share, body }: Stanza,
  { privateKey, recipient }: AgeIdentity,
): Buffer | undefined {
  if (type !== 'X25519' || share.length !== 32) return undefined
  const der = Buffer.concat([PUBLIC_DER, share])
  try {
    const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' })
    const shared = diffieHellman({ privateKey, publicKey })
    const wrapKey = derive(shared, Buffer.concat([share, recipient]), `${VERSION}/X25519`)
    return decryptChunk(wrapKey, Buffer.alloc(12), body)
  } catch {
    return undefined // It was wrapped for another key.
  }
}

/** STREAM: chunks of 64 KiB under nonces that count, the last one marked. */
function decryptPayload(fileKey: Buffer, payload: Buffer): Uint8Array {
  const key = derive(fileKey, payload.subarray(0, 16), 'payload')
  const sealed = payload.subarray(16)
  const size = CHUNK_BYTES + TAG_BYTES
  const chunks: Buffer[] = []
  try {
    for (let at = 0; at < sealed.length; at += size) {
      const nonce = Buffer.alloc(12)
      nonce.writeUInt32BE(at / size, 7)
      nonce[11] = at + size >= sealed.length ? 1 : 0
      chunks.push(decryptChunk(key, nonce, sealed.subarray(at, at + size)))
    }
  } catch (error) {
    throw new SopsError('SOPS_FORMAT', 'its age message was changed', { cause: error })
  }
  return Buffer.concat(chunks)
}

function decryptChunk(key: Buffer, nonce: Buffer, sealed: Buffer): Buffer {
  const options = { authTagLength: TAG_BYTES }
  const cipher = createDecipheriv('chacha20-poly1305', key, nonce, options)
  cipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  return Buffer.concat([cipher.update(sealed.subarray(0, -TAG_BYTES)), cipher.final()])
}

function derive(key: Buffer, salt: Buffer, info: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, salt, info, 32))
}
