import { createHash } from 'node:crypto'
import { type Random } from '@tidemark/kernel'

const FRACTION_BYTES = 6

/** The same values for the same seed, from SHA-256 of seed and position: for renders that are compared, never for secrets. */
export function seededStream(seed: string): Random {
  let position = 0
  let buffer = Buffer.alloc(0)
  const bytes = (length: number): Uint8Array => {
    while (buffer.length < length) {
      buffer = Buffer.concat([buffer, createHash('sha256').update(`${seed} ${position}`).digest()])
      position += 1
    }
    const taken = Uint8Array.from(buffer.subarray(0, length))
    buffer = buffer.subarray(length)
    return taken
  }
  const fraction = (): number =>
    Buffer.from(bytes(FRACTION_BYTES)).readUIntBE(0, FRACTION_BYTES) / 2 ** (8 * FRACTION_BYTES)
  const uuid = (): string => {
    const raw = Buffer.from(bytes(16))
    raw[6] = ((raw[6] ?? 0) & 0x0f) | 0x40
    raw[8] = ((raw[8] ?? 0) & 0x3f) | 0x80
    return raw.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  }
  return { bytes, fraction, uuid }
}
