import { createHash, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { WireReader } from './wire-reader.ts'

/** A public key of SSH that signatures can be held against. */
export interface SshPublicKey {
  readonly type: SshKeyType
  /** As `ssh-keygen -l` prints it: `SHA256:…`. */
  readonly fingerprint: string
  readonly key: KeyObject
}

export type SshKeyType = 'ssh-ed25519' | 'ssh-rsa' | EcdsaType
export type EcdsaType = `ecdsa-sha2-nistp${256 | 384 | 521}`

const CURVES: ReadonlyMap<string, { readonly curve: string; readonly bytes: number }> = new Map([
  ['ecdsa-sha2-nistp256', { curve: 'P-256', bytes: 32 }],
  ['ecdsa-sha2-nistp384', { curve: 'P-384', bytes: 48 }],
  ['ecdsa-sha2-nistp521', { curve: 'P-521', bytes: 66 }],
])
const RSA_BITS_MIN = 2048 // What OpenPGP keys need too; a shorter one can be computed.
const POINT = 4 // A point whose two coordinates are written out.

/** Reads a key as it is on the wire and, in base64, in a `.pub` file. Throws RangeError with what is wrong. */
export function readSshPublicKey(blob: Uint8Array): SshPublicKey {
  const reader = new WireReader(blob)
  const type = reader.text()
  if (!isKeyType(type))
    throw new RangeError(`keys of the type ${JSON.stringify(type)} are not taken`)
  const jwk = jwkOf(type, reader)
  reader.end()
  return {
    type,
    fingerprint: fingerprintOf(blob),
    key: createPublicKey({ key: jwk, format: 'jwk' }),
  }
}

/** `SHA256:…`, as ssh-keygen prints it. */
export function fingerprintOf(blob: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/u, '')}`
}

/** The length of a coordinate of an elliptic key. */
export function coordinateBytes(type: EcdsaType): number {
  return CURVES.get(type)?.bytes ?? 0
}

function isKeyType(type: string): type is SshKeyType {
  return type === 'ssh-ed25519' || type === 'ssh-rsa' || CURVES.has(type)
}

function jwkOf(type: SshKeyType, reader: WireReader): JsonWebKey {
  if (type === 'ssh-ed25519')
    return { kty: 'OKP', crv: 'Ed25519', x: reader.bytes().toString('base64url') }
  if (type === 'ssh-rsa') return rsaOf(reader)
  const { curve = '', bytes = 0 } = CURVES.get(type) ?? {}
  if (`ecdsa-sha2-${reader.text()}` !== type) throw new RangeError('its curve is another one')
  const point = reader.bytes()
  if (point[0] !== POINT || point.length !== 1 + 2 * bytes)
    throw new RangeError('its point is not written out')
  const [x, y] = [point.subarray(1, 1 + bytes), point.subarray(1 + bytes)]
  return { kty: 'EC', crv: curve, x: x.toString('base64url'), y: y.toString('base64url') }
}

function rsaOf(reader: WireReader): JsonWebKey {
  const [e, n] = [reader.integer(), reader.integer()]
  const bits = n.length * 8 - Math.clz32(n[0] ?? 0) + 24
  if (bits < RSA_BITS_MIN) throw new RangeError(`an RSA key of ${bits} bits is too short`)
  return { kty: 'RSA', e: e.toString('base64url'), n: n.toString('base64url') }
}
