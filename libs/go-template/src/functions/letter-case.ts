import { fromRune, isAscii, runesOf } from '../byte-string.ts'
import { fixed, type GoFunction } from '../function.ts'
import { textOf } from './arguments.ts'
import { isSpace } from './strings.ts'

const DOTTED_I = 0x130
const TITLE_FORMS: ReadonlyMap<number, number> = new Map([
  [0x1c4, 0x1c5],
  [0x1c5, 0x1c5],
  [0x1c6, 0x1c5],
  [0x1c7, 0x1c8],
  [0x1c8, 0x1c8],
  [0x1c9, 0x1c8],
  [0x1ca, 0x1cb],
  [0x1cb, 0x1cb],
  [0x1cc, 0x1cb],
  [0x1f1, 0x1f2],
  [0x1f2, 0x1f2],
  [0x1f3, 0x1f2],
])

/** Functions of sprig v3.3.0 that change the case of letters. */
export const letterCaseFunctions: Readonly<Record<string, GoFunction>> = {
  upper: fixed(['string'], ([text]) => toUpper(textOf(text))),
  lower: fixed(['string'], ([text]) => toLower(textOf(text))),
  title: fixed(['string'], ([text]) => title(textOf(text))),
  untitle: fixed(['string'], ([text]) => untitle(textOf(text))),
  swapcase: fixed(['string'], ([text]) => swapCase(textOf(text))),
  initials: fixed(['string'], ([text]) => initials(textOf(text))),
}

/** One character to one character, as Go maps runes: `ß` has no upper case of one. */
export function upperRune(rune: number): number {
  return mapped(rune, (text) => text.toUpperCase())
}

export function lowerRune(rune: number): number {
  return rune === DOTTED_I ? 0x69 : mapped(rune, (text) => text.toLowerCase())
}

function titleRune(rune: number): number {
  return TITLE_FORMS.get(rune) ?? upperRune(rune)
}

export function isUpper(rune: number): boolean {
  return /^\p{Lu}$/u.test(String.fromCodePoint(rune))
}

function isLower(rune: number): boolean {
  return /^\p{Ll}$/u.test(String.fromCodePoint(rune))
}

function isTitle(rune: number): boolean {
  return /^\p{Lt}$/u.test(String.fromCodePoint(rune))
}

function mapped(rune: number, change: (text: string) => string): number {
  const changed = change(String.fromCodePoint(rune))
  const first = changed.codePointAt(0) ?? rune
  return changed === String.fromCodePoint(first) ? first : rune
}

/** `strings.ToUpper`. */
function toUpper(text: string): string {
  return isAscii(text)
    ? text.toUpperCase()
    : runesOf(text)
        .map((rune) => fromRune(upperRune(rune)))
        .join('')
}

/** `strings.ToLower`. */
function toLower(text: string): string {
  return isAscii(text)
    ? text.toLowerCase()
    : runesOf(text)
        .map((rune) => fromRune(lowerRune(rune)))
        .join('')
}

/** `strings.Title`: the first letter of each word, where a word is letters, digits and underscores. */
function title(text: string): string {
  let before = 0x20
  return runesOf(text)
    .map((rune) => {
      const isStart = isSeparator(before)
      before = rune
      return fromRune(isStart ? titleRune(rune) : rune)
    })
    .join('')
}

function isSeparator(rune: number): boolean {
  if (rune < 0x80) return !/^\w$/.test(String.fromCodePoint(rune))
  return !/^[\p{L}\p{Nd}]$/u.test(String.fromCodePoint(rune)) && isSpace(rune)
}

/** `goutils.Uncapitalize` without delimiters: the first character of each word. */
function untitle(text: string): string {
  let isStart = true
  return runesOf(text)
    .map((rune) => {
      if (isSpace(rune)) {
        isStart = true
        return fromRune(rune)
      }
      const shown = isStart ? lowerRune(rune) : rune
      isStart = false
      return fromRune(shown)
    })
    .join('')
}

/** `goutils.SwapCase`. */
function swapCase(text: string): string {
  let afterSpace = true
  return runesOf(text)
    .map((rune) => {
      const wasAfterSpace = afterSpace
      if (isUpper(rune) || isTitle(rune)) {
        afterSpace = false
        return fromRune(lowerRune(rune))
      }
      if (isLower(rune)) {
        afterSpace = false
        return fromRune(wasAfterSpace ? titleRune(rune) : upperRune(rune))
      }
      afterSpace = isSpace(rune)
      return fromRune(rune)
    })
    .join('')
}

/** `goutils.Initials`: the first of each word, byte by byte, each written as a character. */
function initials(text: string): string {
  let isStart = true
  let found = ''
  for (let at = 0; at < text.length; at++) {
    const byte = text.charCodeAt(at)
    if (isSpace(byte)) isStart = true
    else if (isStart) {
      found += fromRune(byte)
      isStart = false
    }
  }
  return found
}
