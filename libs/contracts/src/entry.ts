import { createHash } from 'node:crypto'

/**
 * What of a stored event is hashed into the audit log. Body and metadata are referenced by hash, so an
 * event of an unknown type never needs decoding.
 */
export interface Entry {
  readonly position: bigint
  /** A UUID in its 36-character form. */
  readonly id: string
  readonly stream: string
  readonly version: bigint
  readonly type: string
  readonly schema: number
  readonly body: Uint8Array
  readonly meta: Uint8Array
  readonly writer: string
  /** Microseconds since 1970-01-01 UTC. */
  readonly atUs: bigint
}

const FORMAT = 1 // First byte of each entry; another layout would be another number.
const LEAF_PREFIX = Uint8Array.of(0) // RFC 6962, 2.1.
const CHAIN_PREFIX = Uint8Array.of(2) // Neither a leaf (0) nor a node (1) of RFC 6962.

/** The chain before the first event: 32 zero bytes. */
export const CHAIN_START: Uint8Array = new Uint8Array(32)

/**
 * The bytes that are hashed: format (1 byte), position (8, big-endian), id, stream, version (8), type,
 * schema (4), SHA-256 of body, SHA-256 of metadata, writer, time (8). Texts are UTF-8 behind a length of
 * 2 bytes; the id is its 16 bytes.
 */
export function encodeEntry(entry: Entry): Uint8Array {
  const stream = Buffer.from(entry.stream, 'utf8')
  const type = Buffer.from(entry.type, 'utf8')
  const writer = Buffer.from(entry.writer, 'utf8')
  const bytes = Buffer.alloc(
    1 + 8 + 16 + 8 + 4 + 64 + 8 + 6 + stream.length + type.length + writer.length,
  )
  let at = bytes.writeUInt8(FORMAT, 0)
  at = bytes.writeBigUInt64BE(entry.position, at)
  at += bytes.write(entry.id.replaceAll('-', ''), at, 'hex')
  at = writeText(bytes, stream, at)
  at = bytes.writeBigUInt64BE(entry.version, at)
  at = writeText(bytes, type, at)
  at = bytes.writeUInt32BE(entry.schema, at)
  at += sha256(entry.body).copy(bytes, at)
  at += sha256(entry.meta).copy(bytes, at)
  at = writeText(bytes, writer, at)
  bytes.writeBigInt64BE(entry.atUs, at)
  return bytes
}

/** `SHA-256(0x00 || entry)`: the leaf of RFC 6962. Its index in the tree is `position - 1`. */
export function leafOf(entry: Entry): Uint8Array {
  return sha256(LEAF_PREFIX, encodeEntry(entry))
}

/** `SHA-256(0x02 || chain before || leaf)`. */
export function chainOf(before: Uint8Array, leaf: Uint8Array): Uint8Array {
  return sha256(CHAIN_PREFIX, before, leaf)
}

function writeText(bytes: Buffer, text: Buffer, at: number): number {
  const start = bytes.writeUInt16BE(text.length, at)
  return start + text.copy(bytes, start)
}

function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
