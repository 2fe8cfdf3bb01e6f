import { createHash, verify } from 'node:crypto'
import {
  coordinateBytes,
  fingerprintOf,
  readSshPublicKey,
  type SshKeyType,
  type SshPublicKey,
} from './ssh-public-key.ts'
import { WireReader, wireString } from './wire-reader.ts'

const ARMOR =
  /^-----BEGIN SSH SIGNATURE-----\r?\n(?<body>[A-Za-z0-9+/=\s]*)-----END SSH SIGNATURE-----\s*$/u
const MAGIC = 'SSHSIG'
const VERSION = 1
const NAMESPACE = 'git' // Of what git signs; a signature of a file or an e-mail is none of a commit.

/** Which algorithm a key may sign with, and the digest in it. SHA-1 (`ssh-rsa`) is not among them. */
const ALGORITHMS: ReadonlyMap<string, { readonly type: SshKeyType; readonly digest?: string }> =
  new Map<string, { readonly type: SshKeyType; readonly digest?: string }>([
    ['ssh-ed25519', { type: 'ssh-ed25519' }],
    ['rsa-sha2-256', { type: 'ssh-rsa', digest: 'sha256' }],
    ['rsa-sha2-512', { type: 'ssh-rsa', digest: 'sha512' }],
    ['ecdsa-sha2-nistp256', { type: 'ecdsa-sha2-nistp256', digest: 'sha256' }],
    ['ecdsa-sha2-nistp384', { type: 'ecdsa-sha2-nistp384', digest: 'sha384' }],
    ['ecdsa-sha2-nistp521', { type: 'ecdsa-sha2-nistp521', digest: 'sha512' }],
  ])

export type SshVerdict =
  | { readonly kind: 'signed'; readonly by: SshPublicKey }
  | { readonly kind: 'refused'; readonly why: string }

/** Holds an armored signature (PROTOCOL.sshsig of OpenSSH) against the keys that may sign. Bad bytes are a refusal. */
export function checkSshSignature(
  armored: string,
  payload: Uint8Array,
  keys: readonly SshPublicKey[],
): SshVerdict {
  try {
    return check(armored, payload, keys)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return refused(`its SSH signature is damaged: ${error.message}`)
  }
}

function check(armored: string, payload: Uint8Array, keys: readonly SshPublicKey[]): SshVerdict {
  const body = ARMOR.exec(armored)?.groups?.['body']
  if (body === undefined) throw new RangeError('it is not between its two lines')
  const { publicKey, namespace, hash, signature } = readBlob(Buffer.from(body, 'base64'))
  if (namespace !== NAMESPACE)
    return refused(`its SSH signature is for ${JSON.stringify(namespace)}, not for ${NAMESPACE}`)
  if (hash !== 'sha256' && hash !== 'sha512')
    return refused(`its SSH signature uses the digest ${JSON.stringify(hash)}`)
  const fingerprint = fingerprintOf(publicKey)
  const by = keys.find((key) => key.fingerprint === fingerprint)
  if (by === undefined)
    return refused(`it is signed by the SSH key ${fingerprint}, which is not among the keys`)
  const signed = Buffer.concat([
    Buffer.from(MAGIC),
    wireString(Buffer.from(namespace)),
    wireString(Buffer.alloc(0)),
    wireString(Buffer.from(hash)),
    wireString(createHash(hash).update(payload).digest()),
  ])
  return isValid(signature, signed, by)
    ? { kind: 'signed', by }
    : refused(`its signature by the SSH key ${fingerprint} does not match what it is on`)
}

function readBlob(blob: Buffer): {
  readonly publicKey: Buffer
  readonly namespace: string
  readonly hash: string
  readonly signature: Buffer
} {
  const reader = new WireReader(blob)
  if (reader.take(MAGIC.length).toString('latin1') !== MAGIC || reader.number() !== VERSION)
    throw new RangeError('it is of no version that is known')
  const publicKey = reader.bytes()
  const namespace = reader.text()
  reader.bytes() // Reserved: not signed by its content.
  const [hash, signature] = [reader.text(), reader.bytes()]
  reader.end()
  readSshPublicKey(publicKey)
  return { publicKey, namespace, hash, signature }
}

function isValid(signature: Buffer, signed: Buffer, { type, key }: SshPublicKey): boolean {
  const reader = new WireReader(signature)
  const algorithm = ALGORITHMS.get(reader.text())
  const bytes = reader.bytes()
  reader.end()
  if (algorithm?.type !== type) return false
  if (type === 'ssh-ed25519') return verify(null, signed, key, bytes)
  if (type === 'ssh-rsa') return verify(algorithm.digest, signed, key, bytes)
  const parts = new WireReader(bytes)
  const length = coordinateBytes(type)
  const flat = [parts.integer(), parts.integer()].map((part) => {
    if (part.length > length) throw new RangeError('a number in it is too large')
    return Buffer.concat([Buffer.alloc(length - part.length), part])
  })
  parts.end()
  return verify(algorithm.digest, signed, { key, dsaEncoding: 'ieee-p1363' }, Buffer.concat(flat))
}

function refused(why: string): SshVerdict {
  return { kind: 'refused', why }
}
