import { fromRune, runeAt } from '../byte-string.ts'

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
}
const HEX_LENGTH: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 }
const OCTAL_MAX = 255

/** `strconv.Unquote` of a string in double quotes or backquotes; `undefined` where Go says "invalid syntax". */
export function unquote(quoted: string): string | undefined {
  const mark = quoted.charAt(0)
  const inner = quoted.slice(1, -1)
  if (quoted.length < 2 || mark !== quoted.at(-1)) return undefined
  if (mark === '`') return inner.includes('`') ? undefined : inner.replaceAll('\r', '')
  if (mark !== '"' || inner.includes('\n')) return undefined
  if (!inner.includes('\\')) return inner.includes('"') ? undefined : inner
  let text = ''
  for (let at = 0; at < inner.length;) {
    const piece = unquoteNext(inner, at, '"')
    if (piece === undefined) return undefined
    text += piece.bytes
    at += piece.width
  }
  return text
}

interface Piece {
  /** What the piece stands for, as Go bytes. */
  readonly bytes: string
  readonly rune: number
  readonly width: number
}

/** `strconv.UnquoteChar`: one character or escape at `at`, within `mark` quotes. */
export function unquoteNext(text: string, at: number, mark: '"' | "'"): Piece | undefined {
  const first = text.charAt(at)
  if (first === mark || first === '') return undefined
  if (first !== '\\') {
    const { rune, width } = runeAt(text, at)
    return { bytes: text.slice(at, at + width), rune, width }
  }
  const letter = text.charAt(at + 1)
  const simple = SIMPLE[letter] ?? (letter === mark ? mark : undefined)
  if (simple !== undefined) return { bytes: simple, rune: simple.charCodeAt(0), width: 2 }
  const length = HEX_LENGTH[letter]
  return length === undefined
    ? octal(text, at)
    : hexadecimal(text, { at, length, isByte: letter === 'x' })
}

function hexadecimal(
  text: string,
  { at, length, isByte }: { at: number; length: number; isByte: boolean },
): Piece | undefined {
  const digits = text.slice(at + 2, at + 2 + length)
  if (digits.length !== length || !/^[0-9a-fA-F]+$/.test(digits)) return undefined
  const rune = Number.parseInt(digits, 16)
  if (isByte) return { bytes: String.fromCharCode(rune), rune, width: 2 + length }
  if (rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff)) return undefined
  return { bytes: fromRune(rune), rune, width: 2 + length }
}

function octal(text: string, at: number): Piece | undefined {
  const digits = text.slice(at + 1, at + 4)
  if (!/^[0-7]{3}$/.test(digits)) return undefined
  const rune = Number.parseInt(digits, 8)
  return rune > OCTAL_MAX ? undefined : { bytes: String.fromCharCode(rune), rune, width: 4 }
}
