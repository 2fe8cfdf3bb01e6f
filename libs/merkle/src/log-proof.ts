import { parseCheckpoint, parseSize, type Checkpoint } from './checkpoint.ts'
import { MalformedLogText } from './log-errors.ts'
import { type NoteVerifier } from './note-key.ts'
import { openNote } from './signed-note.ts'
import { HASH_BYTES } from './tree-hash.ts'
import { verifyInclusion } from './verify-proof.ts'

const HEADER = 'c2sp.org/tlog-proof@v1'
const PATH_HASHES_MAX = 63 // The format's own limit: a tree has fewer than 2^63 leaves.

/** A proof that can be checked with nothing but the log's public key (C2SP tlog-proof). */
export interface LogProof {
  readonly index: number
  /** The inclusion proof, from the leaf's sibling up. */
  readonly path: readonly Uint8Array[]
  /** The signed note, as it was published. */
  readonly checkpoint: string
  /** Anything; nothing vouches for it. */
  readonly extra?: Uint8Array
}

export function formatLogProof({ index, path, checkpoint, extra }: LogProof): string {
  const lines = [
    HEADER,
    ...(extra === undefined ? [] : [`extra ${Buffer.from(extra).toString('base64')}`]),
    `index ${index}`,
    ...path.map((hash) => Buffer.from(hash).toString('base64')),
  ]
  return `${lines.join('\n')}\n\n${checkpoint}`
}

/** Reads a proof; nothing of it is checked yet. Throws `MalformedLogText`. */
export function parseLogProof(text: string): LogProof {
  const end = text.indexOf('\n\n')
  const [header, ...rest] = text.slice(0, Math.max(0, end)).split('\n')
  if (header !== HEADER) throw malformed(`it does not begin with ${HEADER}`)
  const extra = rest[0]?.startsWith('extra ') === true ? rest.shift()?.slice(6) : undefined
  const [indexLine = '', ...path] = rest
  if (!indexLine.startsWith('index ')) throw malformed('there is no line "index <number>"')
  if (path.length > PATH_HASHES_MAX) throw malformed(`it has more than ${PATH_HASHES_MAX} hashes`)
  const proof = {
    index: parseSize(indexLine.slice(6), 'log proof'),
    path: path.map(parseHash),
    checkpoint: text.slice(end + 2),
  }
  return extra === undefined ? proof : { ...proof, extra: decode(extra) }
}

/** What a proof shows. */
export type CheckedProof =
  | { readonly kind: 'included'; readonly checkpoint: Checkpoint; readonly index: number }
  | { readonly kind: 'refused'; readonly reason: string }

/**
 * Checks that the leaf hash is in the log of that origin, at the proof's index, under a checkpoint that a
 * trusted key signed. The caller makes the leaf from the very thing that it wants to be sure of. Throws
 * `MalformedLogText`.
 */
export function checkLogProof(
  proof: LogProof,
  expected: {
    readonly leaf: Uint8Array
    readonly origin: string
    readonly trusted: readonly NoteVerifier[]
  },
): CheckedProof {
  const note = openNote(proof.checkpoint, expected.trusted)
  if (note.kind === 'unverified') return { kind: 'refused', reason: note.reason }
  const checkpoint = parseCheckpoint(note.text)
  if (checkpoint.origin !== expected.origin) {
    return {
      kind: 'refused',
      reason: `the checkpoint is of ${checkpoint.origin}, not ${expected.origin}`,
    }
  }
  const { index, path } = proof
  const included = verifyInclusion({ ...checkpoint, leaf: expected.leaf, index, proof: path })
  if (included) return { kind: 'included', checkpoint, index }
  return {
    kind: 'refused',
    reason: `the entry is not at index ${index} in the log of ${checkpoint.size} entries`,
  }
}

function parseHash(line: string): Uint8Array {
  const bytes = decode(line)
  if (bytes.length !== HASH_BYTES) throw malformed('a line of the path is not a SHA-256 hash')
  return bytes
}

function decode(encoded: string): Buffer {
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.toString('base64') !== encoded) throw malformed('a line is not base64')
  return bytes
}

function malformed(reason: string): MalformedLogText {
  return new MalformedLogText('log proof', reason)
}
