import { assert } from '@tidemark/kernel'
import { MalformedLogText } from './log-errors.ts'
import { type NoteSigner, type NoteVerifier } from './note-key.ts'

const NOTE_BYTES_MAX = 1024 * 1024 // Two hundred of the largest post-quantum signatures.
const SIGNATURES_MAX = 100 // As in Go's note package; the format asks for at least 16.
const ID_BYTES = 4
const SIGNATURE_LINE = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u

/** Whether a note may be believed. */
export type OpenedNote =
  | { readonly kind: 'verified'; readonly text: string; readonly by: readonly NoteVerifier[] }
  /** No known key signed it, or a known key's signature is wrong: the text is not to be used. */
  | { readonly kind: 'unverified'; readonly reason: string }

/** Signs a text, which ends in a newline, with each key (C2SP signed-note). */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  assert(
    isNoteText(text),
    'a note is well-formed text without control characters that ends in a newline',
  )
  assert(signers.length > 0, 'a note is signed')
  return `${text}\n${signers.map((signer) => signatureLine(text, signer)).join('')}`
}

/** Adds one more signature to a note that is signed already, as a witness does. */
export function cosignNote(note: string, signer: NoteSigner): string {
  return note + signatureLine(parseNote(note).text, signer)
}

/**
 * Checks a note against the keys that are trusted. Signatures of unknown keys are passed over; one wrong
 * signature of a known key spoils the note. Throws `MalformedLogText` when it is no note at all.
 */
export function openNote(note: string, trusted: readonly NoteVerifier[]): OpenedNote {
  const { text, signatures } = parseNote(note)
  const by = new Set<NoteVerifier>()
  for (const { name, id, signature } of signatures) {
    const verifier = trusted.find((key) => key.name === name && Buffer.compare(key.id, id) === 0)
    if (verifier === undefined || by.has(verifier)) continue
    if (!verifier.verify(Buffer.from(text), signature)) {
      return { kind: 'unverified', reason: `the signature of ${name} does not match the text` }
    }
    by.add(verifier)
  }
  if (by.size > 0) return { kind: 'verified', text, by: [...by] }
  const names = signatures.map(({ name, id }) => `${name}+${Buffer.from(id).toString('hex')}`)
  return { kind: 'unverified', reason: `no trusted key signed it, only ${names.join(', ')}` }
}

interface NoteSignature {
  readonly name: string
  readonly id: Uint8Array
  readonly signature: Uint8Array
}

function parseNote(note: string): {
  readonly text: string
  readonly signatures: readonly NoteSignature[]
} {
  if (note.length > NOTE_BYTES_MAX) {
    throw new MalformedLogText('signed note', `it is longer than ${NOTE_BYTES_MAX} bytes`)
  }
  const blank = note.lastIndexOf('\n\n')
  if (blank === -1 || !isNoteText(note)) {
    throw new MalformedLogText(
      'signed note',
      'it is not text, a blank line, and signatures that end in a newline',
    )
  }
  const lines = note.slice(blank + 2, -1).split('\n')
  if (lines.length > SIGNATURES_MAX) {
    throw new MalformedLogText('signed note', `it has more than ${SIGNATURES_MAX} signatures`)
  }
  return { text: note.slice(0, blank + 1), signatures: lines.map(parseSignature) }
}

function parseSignature(line: string): NoteSignature {
  const [, name = '', encoded = ''] = SIGNATURE_LINE.exec(line) ?? []
  const bytes = Buffer.from(encoded, 'base64')
  if (name === '' || bytes.length <= ID_BYTES || bytes.toString('base64') !== encoded) {
    throw new MalformedLogText('signed note', 'a signature is not of the form "— <name> <base64>"')
  }
  return { name, id: bytes.subarray(0, ID_BYTES), signature: bytes.subarray(ID_BYTES) }
}

function signatureLine(text: string, signer: NoteSigner): string {
  const signature = Buffer.concat([signer.id, signer.sign(Buffer.from(text))])
  return `— ${signer.name} ${signature.toString('base64')}\n`
}

function isNoteText(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- Control characters are what the format forbids.
  return text.endsWith('\n') && text.isWellFormed() && !/[\u0000-\u0009\u000b-\u001f]/.test(text)
}
