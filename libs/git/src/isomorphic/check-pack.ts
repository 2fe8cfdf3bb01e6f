import { createHash } from 'node:crypto'
import { inflateSync } from 'node:zlib'
import { GitRefused } from '../git-refused.ts'

const HEADER_BYTES = 12
const TRAILER_BYTES = 20
const OFS_DELTA = 6
const REF_DELTA = 7
const CHAIN_MAX = 4095 // Git's own longest chain of deltas.
const RATIO_MAX = 1032 // What deflate can do at most; a claim above it is false.

/**
 * Holds a pack against gitformat-pack before anything else reads it: signature, count, that each entry
 * inflates to the size it claims, that each delta builds on an earlier entry or one of the pack, that no
 * object and no sum of objects is larger than allowed, and the digest at the end. isomorphic-git itself
 * accepts a wrong trailer and a wrong count, and inflates whatever it is given.
 * Throws `GitRefused` (GIT_PACK, SOURCE_SIZE). Returns the number of objects.
 */
export function checkPack(pack: Buffer, limits: PackLimits): number {
  const end = pack.length - TRAILER_BYTES
  if (end < HEADER_BYTES || pack.toString('latin1', 0, 4) !== 'PACK') throw unsound('it is no pack')
  if (pack.readUInt32BE(4) !== 2) throw unsound('its version is not 2')
  const digest = createHash('sha1').update(pack.subarray(0, end)).digest()
  if (!digest.equals(pack.subarray(end))) throw unsound('its digest is not that of its bytes')
  const count = pack.readUInt32BE(8)
  const entries = new Map<number, number>()
  let at = HEADER_BYTES
  let total = 0
  for (let number = 0; number < count; number += 1) {
    if (at >= end) throw unsound(`it has ${number} objects and claims ${count}`)
    const entry = readEntry(pack.subarray(0, end), at, limits)
    entries.set(at, chainLength(entries, entry))
    total += entry.bytes
    if (total > limits.totalBytes)
      throw new GitRefused(
        'SOURCE_SIZE',
        `the pack of the server unpacks to more than ${limits.totalBytes} bytes`,
      )
    at = entry.end
  }
  if (at !== end) throw unsound(`it has more than the ${count} objects that it claims`)
  return count
}

export interface PackLimits {
  /** Bytes of one object, unpacked. */
  readonly objectBytes: number
  /** Bytes of all, unpacked. */
  readonly totalBytes: number
}

interface Entry {
  /** Bytes that the object has, of a delta those that it makes. */
  readonly bytes: number
  readonly end: number
  /** Where the entry is that a delta builds on; 'named' for one that is given by its id. */
  readonly base: number | 'named' | undefined
}

function readEntry(pack: Buffer, start: number, limits: PackLimits): Entry {
  const header = readEntryHeader(pack, start)
  let at = header.end
  let base: Entry['base']
  if (header.type === OFS_DELTA) {
    const offset = readOffset(pack, at)
    base = start - offset.value
    at = offset.end
  } else if (header.type === REF_DELTA) {
    base = 'named'
    at += TRAILER_BYTES
  } else if (header.type < 1 || header.type > 4)
    throw unsound(`an entry has the type ${header.type}`)
  checkSize(header.size, limits)
  const { data, used } = inflate(pack.subarray(at), header.size)
  const bytes = base === undefined ? header.size : deltaResult(data)
  checkSize(bytes, limits)
  return { bytes, end: at + used, base }
}

function chainLength(entries: ReadonlyMap<number, number>, { base }: Entry): number {
  if (base === undefined) return 0
  if (base === 'named') return 1 // The one that it names is found by the index, which has no other place to look.
  const below = entries.get(base)
  if (below === undefined) throw unsound('a delta builds on something that is not before it')
  if (below >= CHAIN_MAX) throw unsound(`deltas build on one another more than ${CHAIN_MAX} deep`)
  return below + 1
}

/** Type and size: four bits, then seven for each byte whose highest bit is set. */
function readEntryHeader(pack: Buffer, start: number): { type: number; size: number; end: number } {
  const first = byteAt(pack, start)
  const rest = (first & 0x80) === 0 ? { value: 0, end: start + 1 } : readVarint(pack, start + 1)
  return { type: (first >> 4) & 7, size: (first & 15) + rest.value * 16, end: rest.end }
}

/** A number of seven bits a byte, lowest first, as sizes are written. */
function readVarint(bytes: Buffer, start: number): { value: number; end: number } {
  let value = 0
  let factor = 1
  for (let at = start; factor < Number.MAX_SAFE_INTEGER / 128; at += 1) {
    const byte = byteAt(bytes, at)
    value += (byte & 0x7f) * factor
    if ((byte & 0x80) === 0) return { value, end: at + 1 }
    factor *= 128
  }
  throw unsound('a size is too large to be true')
}

/** How far back a delta's base is: seven bits a byte, highest first, each step adding one. */
function readOffset(pack: Buffer, start: number): { value: number; end: number } {
  let byte = byteAt(pack, start)
  let value = byte & 0x7f
  let at = start + 1
  for (; (byte & 0x80) !== 0; at += 1) {
    byte = byteAt(pack, at)
    value = (value + 1) * 128 + (byte & 0x7f)
    if (value > pack.length) throw unsound('a delta builds on something before the pack')
  }
  return { value, end: at }
}

/** The size that a delta makes: its second number. */
function deltaResult(delta: Buffer): number {
  return readVarint(delta, readVarint(delta, 0).end).value
}

function inflate(bytes: Buffer, size: number): { data: Buffer; used: number } {
  if (size > bytes.length * RATIO_MAX) throw unsound('an entry claims a size that it cannot have')
  try {
    const result: unknown = inflateSync(bytes, { info: true, maxOutputLength: Math.max(size, 1) })
    return inflated(result, size)
  } catch (error) {
    if (error instanceof GitRefused) throw error
    throw unsound('an entry cannot be unpacked, or is longer than it claims')
  }
}

/** With `info`, Node answers with the engine too, whose count tells where the entry ends. */
function inflated(result: unknown, size: number): { data: Buffer; used: number } {
  const { buffer, engine } = asInfo(result)
  if (buffer.length !== size) throw unsound('an entry is shorter than it claims')
  return { data: buffer, used: engine.bytesWritten }
}

function asInfo(result: unknown): { buffer: Buffer; engine: { bytesWritten: number } } {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- @types/node does not know what `info` changes.
  return result as { buffer: Buffer; engine: { bytesWritten: number } }
}

function byteAt(bytes: Buffer, at: number): number {
  const byte = bytes[at]
  if (byte === undefined) throw unsound('it ends in the middle of an entry')
  return byte
}

function checkSize(bytes: number, { objectBytes }: PackLimits): void {
  if (bytes > objectBytes)
    throw new GitRefused(
      'SOURCE_SIZE',
      `the pack of the server has an object of ${bytes} bytes; at most ${objectBytes} can be read without git on this machine`,
    )
}

function unsound(why: string): GitRefused {
  return new GitRefused(
    'GIT_PACK',
    `the pack of the server is not sound: ${why}; run git fsck on the server`,
  )
}
