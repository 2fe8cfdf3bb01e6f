import { createHash } from 'node:crypto'

/**
 * A UUID that follows from its parts (RFC 9562, version 8): the same parts give the same id, on any
 * machine. What is appended in answer to an event takes its ids from it, so a redelivery appends nothing.
 */
export function derivedId(...parts: readonly (string | bigint | number)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) {
    const text = Buffer.from(String(part), 'utf8')
    const length = Buffer.alloc(4)
    length.writeUInt32BE(text.length)
    hash.update(length).update(text)
  }
  const raw = hash.digest().subarray(0, 16)
  raw[6] = ((raw[6] ?? 0) & 0x0f) | 0x80
  raw[8] = ((raw[8] ?? 0) & 0x3f) | 0x80
  const hex = raw.toString('hex')
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-')
}
