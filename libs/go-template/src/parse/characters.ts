import { fromRune } from '../byte-string.ts'
import { isPrint } from '../fmt/quote.ts'

/** Stands for the end of the text where a rune is expected. */
export const EOF = -1
const LETTER = /^[\p{L}\p{Nd}_]$/u

export function isSpace(code: number): boolean {
  return code === 32 || code === 9 || code === 13 || code === 10
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

export function isAlphaNumeric(rune: number): boolean {
  if (rune < 0) return false
  if (rune < 0x80) return isDigit(rune) || ((rune | 32) >= 97 && (rune | 32) <= 122) || rune === 95
  return LETTER.test(String.fromCodePoint(rune))
}

/** `%#U` of Go. */
export function describeRune(rune: number): string {
  if (rune === EOF) return 'U+FFFFFFFFFFFFFFFF'
  const code = `U+${rune.toString(16).toUpperCase().padStart(4, '0')}`
  return isPrint(rune) ? `${code} '${fromRune(rune)}'` : code
}
