import { isBlank, isBlankOrEnd, isBreak, isHex } from '../characters.ts'
import type { Cursor } from './cursor.ts'
import { fold, isDocumentIndicator } from './scan-plain-scalar.ts'
import type { Token } from './token.ts'

const ESCAPES: ReadonlyMap<number, string> = new Map(
  Object.entries({
    '0': '\0',
    a: '\u0007',
    b: '\b',
    t: '\t',
    '\t': '\t',
    n: '\n',
    v: '\v',
    f: '\f',
    r: '\r',
    e: '\u001B',
    ' ': ' ',
    '"': '"',
    "'": "'",
    '\\': '\\',
    N: '\u0085',
    _: '\u00A0',
    L: '\u2028',
    P: '\u2029',
  }).map(([letter, text]) => [letter.charCodeAt(0), text]),
)

const HEX_DIGITS: ReadonlyMap<number, number> = new Map([
  [0x78, 2],
  [0x75, 4],
  [0x55, 8],
])

/** A scalar in quotes, over any number of lines. */
export function scanQuotedScalar(cursor: Cursor, style: 'single-quoted' | 'double-quoted'): Token {
  const quote = style === 'single-quoted' ? 0x27 : 0x22
  cursor.begin()
  cursor.offset += 1
  let value = ''
  for (;;) {
    if (cursor.column === 0 && isDocumentIndicator(cursor)) {
      throw cursor.error('found unexpected document indicator')
    }
    if (cursor.peek() === 0) throw cursor.error('found unexpected end of stream')
    const escapedBreak = { found: false }
    value += quote === 0x27 ? scanSingle(cursor) : scanDouble(cursor, escapedBreak)
    if (cursor.peek() === quote) break
    value += scanSpace(cursor, escapedBreak.found)
  }
  cursor.offset += 1
  return cursor.scalar(value, style)
}

/** Up to a blank, a break or the closing quote; two quotes are one. */
function scanSingle(cursor: Cursor): string {
  const { text } = cursor
  let value = ''
  let from = cursor.offset
  for (;;) {
    const code = text.charCodeAt(cursor.offset)
    if (code === 0x27) {
      if (cursor.peek(1) !== 0x27) break
      value += text.slice(from, cursor.offset + 1)
      cursor.offset += 2
      from = cursor.offset
    } else if (isBlankOrEnd(code)) {
      break
    } else {
      cursor.offset += 1
    }
  }
  return value + text.slice(from, cursor.offset)
}

/** Up to a blank, a break, an escaped break or the closing quote. */
function scanDouble(cursor: Cursor, escapedBreak: { found: boolean }): string {
  const { text } = cursor
  let value = ''
  let from = cursor.offset
  for (;;) {
    const code = text.charCodeAt(cursor.offset)
    if (code === 0x5c) {
      value += text.slice(from, cursor.offset)
      cursor.offset += 1
      if (isBreak(cursor.peek())) {
        cursor.readBreak()
        escapedBreak.found = true
        return value
      }
      value += scanEscape(cursor)
      from = cursor.offset
    } else if (code === 0x22 || isBlankOrEnd(code)) {
      break
    } else {
      cursor.offset += 1
    }
  }
  return value + text.slice(from, cursor.offset)
}

function scanEscape(cursor: Cursor): string {
  const letter = cursor.peek()
  const simple = ESCAPES.get(letter)
  if (simple !== undefined) {
    cursor.offset += 1
    return simple
  }
  const digits = HEX_DIGITS.get(letter)
  if (digits === undefined) throw cursor.error('found unknown escape character')
  cursor.offset += 1
  let value = 0
  for (let index = 0; index < digits; index += 1) {
    if (!isHex(cursor.peek(index))) throw cursor.error('did not find expected hexdecimal number')
    value = value * 16 + Number.parseInt(cursor.text.charAt(cursor.offset + index), 16)
  }
  if ((value >= 0xd800 && value <= 0xdfff) || value > 0x10_ffff) {
    throw cursor.error('found invalid Unicode character escape code')
  }
  cursor.offset += digits
  return String.fromCodePoint(value)
}

/** Blanks stay; breaks fold and take the blanks around them away. */
function scanSpace(cursor: Cursor, afterEscapedBreak: boolean): string {
  const from = cursor.offset
  let leading = ''
  let trailing = ''
  let broken = afterEscapedBreak
  for (;;) {
    const code = cursor.peek()
    if (isBlank(code)) {
      cursor.offset += 1
    } else if (!isBreak(code)) {
      break
    } else if (broken) {
      trailing += cursor.readBreak()
    } else {
      leading = cursor.readBreak()
      broken = true
    }
  }
  if (!broken) return cursor.text.slice(from, cursor.offset)
  return leading === '' ? trailing : fold(leading, trailing)
}
