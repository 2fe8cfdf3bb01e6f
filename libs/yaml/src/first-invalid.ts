/** Where bytes stop being UTF-8, and what go-yaml's reader says about it. */
export interface InvalidUtf8 {
  readonly offset: number
  readonly reason: string
}

/** Of bytes that are not UTF-8, the first that are not. */
export function firstInvalid(bytes: Uint8Array): InvalidUtf8 {
  for (let offset = 0; offset < bytes.length;) {
    const width = widthOf(bytes[offset] ?? 0)
    const reason = reasonAt(bytes, offset, width)
    if (reason !== undefined) return { offset, reason }
    offset += width
  }
  return { offset: bytes.length, reason: 'incomplete UTF-8 octet sequence' }
}

/** What the first octet says; 0 where it says nothing. */
function widthOf(octet: number): number {
  if (octet < 0x80) return 1
  if (octet >= 0xc0 && octet < 0xe0) return 2
  if (octet >= 0xe0 && octet < 0xf0) return 3
  return octet >= 0xf0 && octet < 0xf8 ? 4 : 0
}

const LEAST = [0, 0, 0x80, 0x800, 0x10000]

function reasonAt(bytes: Uint8Array, offset: number, width: number): string | undefined {
  if (width === 0) return 'invalid leading UTF-8 octet'
  if (offset + width > bytes.length) return 'incomplete UTF-8 octet sequence'
  let value = width === 1 ? (bytes[offset] ?? 0) : (bytes[offset] ?? 0) & (0xff >> (width + 1))
  for (const octet of bytes.subarray(offset + 1, offset + width)) {
    if ((octet & 0xc0) !== 0x80) return 'invalid trailing UTF-8 octet'
    value = (value << 6) | (octet & 0x3f)
  }
  if (value < (LEAST[width] ?? 0)) return 'invalid length of a UTF-8 sequence'
  const isCharacter = value <= 0x10ffff && (value < 0xd800 || value > 0xdfff)
  return isCharacter ? undefined : 'invalid Unicode character'
}
