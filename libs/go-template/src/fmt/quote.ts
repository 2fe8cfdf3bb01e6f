import { fromRune, RUNE_ERROR, runeAt } from '../byte-string.ts'

const ESCAPES: Readonly<Record<number, string>> = {
  7: String.raw`\a`,
  8: String.raw`\b`,
  9: String.raw`\t`,
  10: String.raw`\n`,
  11: String.raw`\v`,
  12: String.raw`\f`,
  13: String.raw`\r`,
  92: String.raw`\\`,
}
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u
const PLAIN = /^[ !#-[\]-~]*$/

export interface QuoteStyle {
  readonly ascii?: boolean
}

/** `strconv.Quote`, or `QuoteToASCII`, of Go bytes. */
export function quote(bytes: string, style: QuoteStyle = {}): string {
  if (PLAIN.test(bytes)) return `"${bytes}"`
  let quoted = ''
  for (let at = 0; at < bytes.length;) {
    const { rune, width } = runeAt(bytes, at)
    const isBroken = rune === RUNE_ERROR && width === 1
    quoted += isBroken ? hex(bytes.charCodeAt(at)) : escapeRune(rune, '"', style)
    at += width
  }
  return `"${quoted}"`
}

/** `strconv.QuoteRune`, or `QuoteRuneToASCII`. */
export function quoteRune(rune: number, style: QuoteStyle = {}): string {
  const valid = rune >= 0 && rune <= 0x10ffff && (rune < 0xd800 || rune > 0xdfff)
  return `'${escapeRune(valid ? rune : RUNE_ERROR, "'", style)}'`
}

/** `strconv.CanBackquote`: one line, no backquote, no control character but tab, valid UTF-8. */
export function canBackquote(bytes: string): boolean {
  for (let at = 0; at < bytes.length;) {
    const { rune, width } = runeAt(bytes, at)
    const isBad =
      width === 1 ? rune === RUNE_ERROR || isControl(rune) || rune === 96 : rune === 0xfeff
    if (isBad) return false
    at += width
  }
  return true
}

/** `strconv.IsPrint`: what Go shows as it is. */
export function isPrint(rune: number): boolean {
  if (rune < 0x80) return rune >= 0x20 && rune < 0x7f
  if (rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff)) return false
  return PRINTABLE.test(String.fromCodePoint(rune))
}

function isControl(rune: number): boolean {
  return (rune < 0x20 && rune !== 9) || rune === 0x7f
}

function escapeRune(rune: number, mark: string, { ascii = false }: QuoteStyle): string {
  if (rune === mark.charCodeAt(0)) return `\\${mark}`
  const named = ESCAPES[rune]
  if (named !== undefined) return named
  if (rune < 0x80 ? isPrint(rune) : !ascii && isPrint(rune)) return fromRune(rune)
  if (rune < 0x20 || rune === 0x7f) return hex(rune)
  if (rune < 0x10000) return String.raw`\u` + rune.toString(16).padStart(4, '0')
  return String.raw`\U` + rune.toString(16).padStart(8, '0')
}

function hex(byte: number): string {
  return String.raw`\x` + byte.toString(16).padStart(2, '0')
}
