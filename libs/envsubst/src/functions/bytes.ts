/**
 * Go's strings are bytes, and Flux cuts values at bytes. A byte string is a text of characters up to U+00FF, one for
 * each byte of the UTF-8 form. Bytes that make no character come back as lone surrogates from U+DC80 to U+DCFF, which no YAML
 * reader accepts, as Go's accepts no such bytes.
 */
export function toByteString(text: string): string {
  if (isAscii(text)) return text
  let bytes = ''
  for (const character of text) {
    const code = character.charCodeAt(0)
    const isByte = character.length === 1 && code >= 0xdc80 && code <= 0xdcff
    bytes += isByte ? String.fromCharCode(code - 0xdc00) : Buffer.from(character).toString('latin1')
  }
  return bytes
}

export function fromByteString(bytes: string): string {
  if (isAscii(bytes)) return bytes
  let text = ''
  for (let offset = 0; offset < bytes.length;) {
    const width = widthAt(bytes, offset)
    text += width > 0 ? decode(bytes, offset, width) : escaped(bytes, offset)
    offset += Math.max(width, 1)
  }
  return text
}

/** Bytes of the character at an offset; 0 for a byte that belongs to none. */
export function widthAt(bytes: string, offset: number): number {
  const first = bytes.charCodeAt(offset)
  if (first < 0x80) return 1
  const width = widthOf(first)
  if (width === 0 || offset + width > bytes.length) return 0
  try {
    decode(bytes, offset, width)
    return width
  } catch {
    return 0
  }
}

/** The code of the character at an offset; U+FFFD for a byte that belongs to none. */
export function codeAt(bytes: string, offset: number): number {
  const width = widthAt(bytes, offset)
  return width === 0 ? 0xfffd : (decode(bytes, offset, width).codePointAt(0) ?? 0xfffd)
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decode(bytes: string, offset: number, width: number): string {
  if (width === 1) return bytes.charAt(offset)
  return strict.decode(Buffer.from(bytes.slice(offset, offset + width), 'latin1'))
}

function escaped(bytes: string, offset: number): string {
  return String.fromCharCode(0xdc00 + bytes.charCodeAt(offset))
}

function widthOf(first: number): number {
  if (first >= 0xc2 && first <= 0xdf) return 2
  if (first >= 0xe0 && first <= 0xef) return 3
  return first >= 0xf0 && first <= 0xf4 ? 4 : 0
}

function isAscii(text: string): boolean {
  return !/[^\0-\u007F]/.test(text) // oxlint-disable-line no-control-regex -- ASCII begins at NUL.
}
