import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { Secret } from '@tidemark/kernel'
import { MalformedLogText } from './log-errors.ts'

const ED25519 = 1 // The signature type byte of C2SP signed-note.
const KEY_BYTES = 32
const ID_BYTES = 4
// The DER that RFC 8410 puts before the 32 bytes of an Ed25519 key.
const PRIVATE_KEY_DER = Buffer.from('302e020100300506032b657004220420', 'hex')
const PUBLIC_KEY_DER = Buffer.from('302a300506032b6570032100', 'hex')
const KEY_NAME = /^[^\s+\p{Cc}\p{Zs}]+$/u

/** Checks signatures of one key. */
export interface NoteVerifier {
  readonly name: string
  /** The key id: 4 bytes. */
  readonly id: Uint8Array
  /** `<name>+<hex id>+<base64 key>`: how the key is written down and given to others. */
  readonly key: string
  verify(text: Uint8Array, signature: Uint8Array): boolean
}

/** Signs with one key. */
export interface NoteSigner extends NoteVerifier {
  sign(text: Uint8Array): Uint8Array
}

/** Reads `<name>+<hex id>+<base64 type and key>` (C2SP signed-note, Ed25519). Throws `MalformedLogText`. */
export function parseVerifier(key: string): NoteVerifier {
  const [, name = '', id = '', encoded = ''] = /^([^+]+)\+([0-9a-f]{8})\+([^\n]+)$/.exec(key) ?? []
  return verifierOf(name, { id, raw: keyBytes(encoded, 'verifier key') })
}

/** Reads `PRIVATE+KEY+<name>+<hex id>+<base64 type and seed>`, as Go's note package writes it. */
export function parseSigner(key: Secret<string>): NoteSigner {
  const parts = /^PRIVATE\+KEY\+([^+]+)\+([0-9a-f]{8})\+([^\n]+)$/.exec(key.reveal())
  const [, name = '', id = '', encoded = ''] = parts ?? []
  return signerOf(name, { id, seed: keyBytes(encoded, 'signing key') })
}

/** The signer of a name from a seed of 32 random bytes, and how the key is written down. */
export function newSigner(
  name: string,
  seed: Secret<Uint8Array>,
): { readonly signer: NoteSigner; readonly signingKey: Secret<string> } {
  const signer = signerOf(name, { seed: seed.reveal() })
  const encoded = Buffer.from([ED25519, ...seed.reveal()]).toString('base64')
  const id = Buffer.from(signer.id).toString('hex')
  return { signer, signingKey: new Secret(`PRIVATE+KEY+${name}+${id}+${encoded}`) }
}

function signerOf(
  name: string,
  { id, seed }: { readonly id?: string; readonly seed: Uint8Array },
): NoteSigner {
  if (seed.length !== KEY_BYTES) {
    throw new MalformedLogText('signing key', `its seed has ${seed.length} bytes, not ${KEY_BYTES}`)
  }
  const der = Buffer.concat([PRIVATE_KEY_DER, seed])
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const raw = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-KEY_BYTES)
  const verifier = verifierOf(name, id === undefined ? { raw } : { raw, id })
  return { ...verifier, sign: (text) => sign(null, text, key) }
}

function verifierOf(
  name: string,
  { id, raw }: { readonly id?: string; readonly raw: Uint8Array },
): NoteVerifier {
  if (!KEY_NAME.test(name)) {
    throw new MalformedLogText(
      'key',
      'it is not <name>+<8 hex digits>+<base64>, or has a space in its name',
    )
  }
  const typed = Buffer.from([ED25519, ...raw])
  const computed = createHash('sha256')
    .update(`${name}\n`)
    .update(typed)
    .digest()
    .subarray(0, ID_BYTES)
  if (id !== undefined && id !== computed.toString('hex')) {
    throw new MalformedLogText(`key ${name}`, `its id is ${computed.toString('hex')}, not ${id}`)
  }
  const der = Buffer.concat([PUBLIC_KEY_DER, raw])
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
  return {
    name,
    id: computed,
    key: `${name}+${computed.toString('hex')}+${typed.toString('base64')}`,
    verify: (text, signature) => verify(null, text, key, signature),
  }
}

function keyBytes(encoded: string, what: string): Buffer {
  const bytes = Buffer.from(encoded, 'base64')
  if (
    bytes.toString('base64') !== encoded ||
    bytes.length !== KEY_BYTES + 1 ||
    bytes[0] !== ED25519
  ) {
    throw new MalformedLogText(
      what,
      'it is not an Ed25519 key of the form <name>+<8 hex digits>+<base64>',
    )
  }
  return bytes.subarray(1)
}
