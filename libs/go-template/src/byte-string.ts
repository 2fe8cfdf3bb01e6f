/**
 * Go strings are bytes. Inside the engine a string is therefore held as a JavaScript string of which each
 * unit is one byte (0 to 255): length, slices, comparison and concatenation are then Go's, exactly, also
 * where a chart cuts a character in half. What comes in is encoded once, what goes out is decoded once.
 */

/** What Go reads where the bytes are not UTF-8. */
export const RUNE_ERROR = 0xfffd

// oxlint-disable-next-line no-control-regex -- ASCII is what the expression says.
const ASCII = /^[\x00-\x7f]*$/

/** Whether every byte stands for itself, so that bytes and characters are the same. */
export function isAscii(text: string): boolean {
  return ASCII.test(text)
}

/** JavaScript text as Go bytes (UTF-8). Lone surrogates become U+FFFD, as in any UTF-8 encoder. */
export function toBytes(text: string): string {
  return ASCII.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1')
}

/** Go bytes as JavaScript text. Each byte that is not UTF-8 becomes U+FFFD, as when Go ranges over it. */
export function fromBytes(bytes: string): string {
  if (ASCII.test(bytes)) return bytes
  const decoded = Buffer.from(bytes, 'latin1').toString('utf8')
  return decoded.includes('\ufffd') ? runesOf(bytes).map(toText).join('') : decoded
}

/** The raw bytes, for hashing and for output. */
export function toBuffer(bytes: string): Buffer {
  return Buffer.from(bytes, 'latin1')
}

/** Raw bytes as a Go string. */
export function fromBuffer(buffer: Uint8Array): string {
  return Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength).toString('latin1')
}

export interface Rune {
  readonly rune: number
  /** How many bytes it took: 1 where the bytes are not UTF-8. */
  readonly width: number
}

/** The rune that starts at `at`, as `utf8.DecodeRuneInString` of Go 1.26 reads it. */
export function runeAt(bytes: string, at: number): Rune {
  const first = bytes.charCodeAt(at)
  if (Number.isNaN(first)) return { rune: RUNE_ERROR, width: 0 }
  if (first < 0x80) return { rune: first, width: 1 }
  const width = first >= 0xc2 && first <= 0xdf ? 2 : multibyteWidth(first)
  let rune = first & (0xff >> (width + 1))
  for (let index = 1; index < width; index++) {
    const next = bytes.charCodeAt(at + index)
    if (!isContinuation(first, index, next)) return { rune: RUNE_ERROR, width: 1 }
    rune = (rune << 6) | (next & 0x3f)
  }
  return width === 1 ? { rune: RUNE_ERROR, width: 1 } : { rune, width }
}

/** All runes; each byte that is not UTF-8 is one U+FFFD. */
export function runesOf(bytes: string): number[] {
  const runes: number[] = []
  for (let at = 0; at < bytes.length;) {
    const { rune, width } = runeAt(bytes, at)
    runes.push(rune)
    at += width
  }
  return runes
}

export function runeCount(bytes: string): number {
  return ASCII.test(bytes) ? bytes.length : runesOf(bytes).length
}

/** One rune as Go bytes; what is no rune becomes U+FFFD, as `utf8.AppendRune` does. */
export function fromRune(rune: number): string {
  if (rune >= 0 && rune < 0x80) return String.fromCharCode(rune)
  return toBytes(toText(rune))
}

function toText(rune: number): string {
  const valid = rune >= 0 && rune <= 0x10ffff && (rune < 0xd800 || rune > 0xdfff)
  return String.fromCodePoint(valid ? rune : RUNE_ERROR)
}

function multibyteWidth(first: number): number {
  if (first >= 0xe0 && first <= 0xef) return 3
  return first >= 0xf0 && first <= 0xf4 ? 4 : 1
}

function isContinuation(first: number, index: number, next: number): boolean {
  if (Number.isNaN(next) || next < 0x80 || next > 0xbf) return false
  if (index !== 1) return true
  if (first === 0xe0) return next >= 0xa0
  if (first === 0xed) return next <= 0x9f
  if (first === 0xf0) return next >= 0x90
  return first !== 0xf4 || next <= 0x8f
}
