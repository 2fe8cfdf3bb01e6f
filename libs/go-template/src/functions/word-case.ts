import { fromRune, RUNE_ERROR, runeAt, runesOf } from '../byte-string.ts'
import { fixed, type GoFunction } from '../function.ts'
import { textOf } from './arguments.ts'
import { isUpper, lowerRune, upperRune } from './letter-case.ts'
import { isSpace } from './strings.ts'

/** `snakecase`, `kebabcase` and `camelcase` of sprig, which are xstrings v1.5.0. */
export const wordCaseFunctions: Readonly<Record<string, GoFunction>> = {
  snakecase: fixed(['string'], ([text]) => joinWords(textOf(text), '_')),
  kebabcase: fixed(['string'], ([text]) => joinWords(textOf(text), '-')),
  camelcase: fixed(['string'], ([text]) => pascalCase(textOf(text))),
}

function isConnector(rune: number): boolean {
  return rune === 0x2d || rune === 0x5f || isSpace(rune)
}

/** `xstrings.ToPascalCase`. */
function pascalCase(text: string): string {
  const runes = runesOf(text)
  let output = ''
  let at = 0
  while (at < runes.length && isConnector(runes[at] ?? 0)) output += fromRune(runes[at++] ?? 0)
  const first = runes[at]
  // Where there is nothing but connectors, the last one is written again.
  if (first === undefined) return runes.length === 0 ? '' : output + fromRune(runes.at(-1) ?? 0)
  if (at + 1 >= runes.length) return output + fromRune(upperRune(first))
  let isFirstUpper = isUpper(first)
  let current = upperRune(first)
  for (const rune of runes.slice(at + 1)) {
    const before = current
    current = rune
    if (isConnector(before) && isConnector(current)) {
      output += fromRune(before)
      continue
    }
    if (isConnector(before)) {
      isFirstUpper = isUpper(current)
      current = upperRune(current)
      continue
    }
    if (isFirstUpper && isUpper(current)) current = lowerRune(current)
    else isFirstUpper = false
    output += fromRune(before)
  }
  return output + fromRune(current)
}

type WordKind = 'none' | 'number' | 'upper' | 'letters' | 'connector' | 'punctuation' | 'other'

interface Word {
  readonly kind: WordKind
  readonly text: string
  readonly rest: string
}

/** `camelCaseToLowerCase` of xstrings: words in lower case, with a connector between them. */
function joinWords(text: string, connector: string): string {
  if (text === '') return ''
  let output = ''
  let word = nextWord(text)
  while (word.rest !== '') {
    if (word.kind !== 'connector') output += lowered(word, connector)
    const before = word
    word = nextWord(word.rest)
    const step = afterWord(before, word, connector)
    output += step.output
    word = step.word
  }
  return output + lowered(word, connector)
}

interface Step {
  readonly output: string
  readonly word: Word
}

function afterWord(before: Word, word: Word, connector: string): Step {
  switch (before.kind) {
    case 'number': {
      const run = takeLetters(word, connector)
      const isEnd = run.word.kind === 'none' || isPlain(run.word)
      return { output: run.output + (isEnd ? '' : connector), word: run.word }
    }
    case 'connector':
      return { output: lowered(before, connector), word }
    case 'punctuation':
      return { output: '', word }
    default:
      if (word.kind !== 'number') return { output: isPlain(word) ? '' : connector, word }
      return word.rest === '' ? { output: '', word } : afterNumber(word, connector)
  }
}

/** A number after a word belongs to it, unless small letters follow. */
function afterNumber(number: Word, connector: string): Step {
  const word = nextWord(number.rest)
  if (word.kind !== 'letters')
    return { output: lowered(number, connector) + (isPlain(word) ? '' : connector), word }
  const run = takeLetters(word, connector)
  const isEnd = run.word.kind === 'none' || isPlain(run.word)
  return {
    output: connector + lowered(number, connector) + run.output + (isEnd ? '' : connector),
    word: run.word,
  }
}

function takeLetters(first: Word, connector: string): Step {
  let output = ''
  let word = first
  while (word.kind === 'letters' || word.kind === 'number') {
    output += lowered(word, connector)
    word = nextWord(word.rest)
  }
  return { output, word }
}

function isPlain({ kind }: Word): boolean {
  return kind === 'punctuation' || kind === 'connector'
}

function lowered({ kind, text }: Word, connector: string): string {
  if (kind !== 'upper' && kind !== 'connector') return text
  return runesOf(text)
    .map((rune) =>
      isConnector(rune) ? connector : fromRune(isUpper(rune) ? lowerRune(rune) : rune),
    )
    .join('')
}

interface Next {
  readonly rune: number
  readonly size: number
}

/** The next rune that is valid; where there is none, the one before. */
function nextValid(text: string, at: number, before: number): Next {
  let size = 0
  while (at + size < text.length) {
    const { rune, width } = runeAt(text, at + size)
    size += width
    if (rune !== RUNE_ERROR) return { rune, size }
  }
  return { rune: before, size }
}

function nextWord(text: string): Word {
  if (text === '') return { kind: 'none', text: '', rest: '' }
  const first = nextValid(text, 0, RUNE_ERROR)
  if (first.rune === RUNE_ERROR)
    return { kind: 'none', text: text.slice(0, first.size), rest: text.slice(first.size) }
  const kind = kindOf(first.rune)
  const end =
    kind === 'upper'
      ? endOfUpper(text, first)
      : endWhere(text, first, (rune) => continues(kind, rune))
  return { kind, text: text.slice(0, end), rest: text.slice(end) }
}

function kindOf(rune: number): WordKind {
  if (isConnector(rune)) return 'connector'
  if (isPunctuation(rune)) return 'punctuation'
  if (isUpper(rune)) return 'upper'
  if (isAlphabet(rune)) return 'letters'
  return isNumber(rune) ? 'number' : 'other'
}

function continues(kind: WordKind, rune: number): boolean {
  const next = kindOf(rune)
  // A connector within punctuation is punctuation itself.
  if (kind === 'punctuation') return isPunctuation(rune)
  if (kind === 'letters') return isAlphabet(rune) && !isUpper(rune)
  return kind === 'other'
    ? next === 'other' || (next === 'upper' && !isAlphabet(rune))
    : next === kind
}

function endWhere(text: string, first: Next, isSame: (rune: number) => boolean): number {
  let end = first.size
  let rune = first.rune
  while (end < text.length) {
    const next = nextValid(text, end, rune)
    rune = next.rune
    if (!isSame(rune)) break
    end += next.size
  }
  return end
}

/** `HTTPStatus` is `HTTP` and `Status`: the last capital belongs to the next word. */
function endOfUpper(text: string, first: Next): number {
  const second = nextValid(text, first.size, first.rune)
  if (first.size >= text.length || (!isUpper(second.rune) && !isAlphabet(second.rune)))
    return first.size
  if (!isUpper(second.rune))
    return endWhere(
      text,
      { rune: second.rune, size: first.size + second.size },
      (rune) => isAlphabet(rune) && !isUpper(rune),
    )
  let end = first.size + second.size
  let last = second.size
  let rune = second.rune
  while (end < text.length) {
    const next = nextValid(text, end, rune)
    rune = next.rune
    if (!isUpper(rune)) return isAlphabet(rune) ? end - last : end
    last = next.size
    end += next.size
  }
  return end
}

function isPunctuation(rune: number): boolean {
  return /^\p{P}$/u.test(String.fromCodePoint(rune))
}

function isNumber(rune: number): boolean {
  return /^\p{N}$/u.test(String.fromCodePoint(rune))
}

/** Letters that have a case: xstrings leaves out those of scripts without one. */
function isAlphabet(rune: number): boolean {
  if (!/^\p{L}$/u.test(String.fromCodePoint(rune))) return false
  return !(
    (rune >= 0x3041 && rune <= 0x30ff) ||
    (rune >= 0x3400 && rune <= 0x4dbf) ||
    (rune >= 0x4e00 && rune <= 0x9fff) ||
    (rune >= 0xf900 && rune <= 0xfaff)
  )
}
