import type { Flavour } from '../flavour.ts'

const LETTER = /\p{L}/u
const DIGIT = /\p{Nd}/u
const EXACT_DIGITS_MAX = 15 // 10^15 < 2^53

/**
 * Keys in the order in which go-yaml prints them: runs of digits by their number, other characters before letters. v3
 * differs from v2 behind equal digits, where letters come first.
 */
export function sortKeys(keys: Iterable<string>, flavour: Flavour): readonly string[] {
  const list = Array.from(keys)
  return isSorted(list, flavour) ? list : list.toSorted((a, b) => compareKeys(a, b, flavour))
}

/** Most are: what was printed before is printed again. */
function isSorted(keys: readonly string[], flavour: Flavour): boolean {
  let previous = keys[0] ?? ''
  for (const key of keys) {
    if (compareKeys(previous, key, flavour) > 0) return false
    previous = key
  }
  return true
}

function compareKeys(a: string, b: string, flavour: Flavour): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index += 1) {
    const left = a.charCodeAt(index)
    const right = b.charCodeAt(index)
    if (left === right) continue
    if (isAsciiLetter(left) && isAsciiLetter(right)) return left - right
    return isLess(charactersOf(a), charactersOf(b), flavour) ? -1 : 1
  }
  return a.length - b.length
}

function isAsciiLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a)
}

type Characters = ArrayLike<string>

/** Most keys are ASCII, and a character of theirs is what stands at an index. */
function charactersOf(key: string): Characters {
  return ASCII.test(key) ? key : Array.from(key)
}

// oxlint-disable-next-line no-control-regex -- Controls are ASCII, too.
const ASCII = /^[\0-\x7f]*$/

/** Two keys of which neither starts with the other. */
function isLess(a: Characters, b: Characters, flavour: Flavour): boolean {
  let index = 0
  while (a[index] === b[index]) index += 1
  const [left = '', right = ''] = [a[index], b[index]]
  const [leftLetter, rightLetter] = [LETTER.test(left), LETTER.test(right)]
  if (leftLetter && rightLetter) return codeOf(left) < codeOf(right)
  if (leftLetter || rightLetter) {
    const behindDigits = flavour === 'yaml3' && index > 0 && DIGIT.test(a[index - 1] ?? '')
    return behindDigits ? leftLetter : rightLetter
  }
  return isLessByNumber(a, b, index)
}

function isLessByNumber(a: Characters, b: Characters, index: number): boolean {
  const [left = '', right = ''] = [a[index], b[index]]
  // A zero says nothing about the number that it is part of, unless a digit stands before it.
  const seed = (left === '0' || right === '0') && endsWithNumber(a, index) ? 1 : 0
  const [leftRun, rightRun] = [digitsFrom(a, index), digitsFrom(b, index)]
  const order = compareNumbers(seed, leftRun, rightRun)
  if (order !== 0) return order < 0
  if (leftRun.length !== rightRun.length) return leftRun.length < rightRun.length
  return codeOf(left) < codeOf(right)
}

function endsWithNumber(characters: Characters, end: number): boolean {
  for (let index = end - 1; index >= 0; index -= 1) {
    const character = characters[index] ?? ''
    if (!DIGIT.test(character)) return false
    if (character !== '0') return true
  }
  return false
}

function digitsFrom(characters: Characters, start: number): readonly string[] {
  const digits: string[] = []
  for (let index = start; index < characters.length; index += 1) {
    const character = characters[index] ?? ''
    if (!DIGIT.test(character)) break
    digits.push(character)
  }
  return digits
}

function compareNumbers(seed: 0 | 1, a: readonly string[], b: readonly string[]): number {
  if (Math.max(a.length, b.length) < EXACT_DIGITS_MAX) return numberOf(seed, a) - numberOf(seed, b)
  const [left, right] = [wrappedNumberOf(seed, a), wrappedNumberOf(seed, b)]
  if (left === right) return 0
  return left < right ? -1 : 1
}

function numberOf(seed: number, digits: readonly string[]): number {
  return digits.reduce((sum, digit) => sum * 10 + codeOf(digit) - 0x30, seed)
}

/** Go counts in 64 bits: what is longer wraps around. */
function wrappedNumberOf(seed: number, digits: readonly string[]): bigint {
  return digits.reduce(
    (sum, digit) => BigInt.asIntN(64, sum * 10n + BigInt(codeOf(digit) - 0x30)),
    BigInt(seed),
  )
}

function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0
}
