import { type Budget } from '../budget.ts'
import { createHash } from 'node:crypto'
import { type CallContext } from '../call-context.ts'
import { isAscii, runesOf, runeAt, toBuffer, toBytes } from '../byte-string.ts'
import { FunctionError } from '../errors.ts'
import { printed } from '../fmt/print.ts'
import { quote } from '../fmt/quote.ts'
import { fixed, type GoFunction, variadic } from '../function.ts'
import { parseInteger } from '../numbers.ts'
import { goInt, GoMap, GoSlice, STRING_MAP, STRING_SLICE, type Value } from '../values.ts'
import { integerOf, textOf } from './arguments.ts'
import { toText } from './cast.ts'
import { isTextList, toTexts } from './list-of-texts.ts'
import { abbreviate, abbreviateBoth, wrap } from './wrap.ts'

type Functions = Readonly<Record<string, GoFunction>>

const SPACE = /^[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/u
const INTEGER_MAX = 2 ** 53
/** What a digest costs, in steps, and how many bytes of it cost one more. */
const DIGEST_STEPS = 12
const BYTES_PER_STEP = 64
/** Of a text that is indented. */
const LINES_PER_STEP = 4

/** Text functions of sprig v3.3.0 that do not change the case of letters. */
export const stringFunctions: Functions = {
  hello: fixed([], () => 'Hello!'),
  trim: fixed(['string'], ([text]) => trimSpace(textOf(text))),
  trimAll: fixed(['string', 'string'], ([cut, text]) => trimCharacters(textOf(text), textOf(cut))),
  trimall: fixed(['string', 'string'], ([cut, text]) => trimCharacters(textOf(text), textOf(cut))),
  trimSuffix: fixed(['string', 'string'], ([suffix, text]) =>
    trimSuffix(textOf(text), textOf(suffix)),
  ),
  trimPrefix: fixed(['string', 'string'], ([prefix, text]) =>
    trimPrefix(textOf(text), textOf(prefix)),
  ),
  abbrev: fixed(['int', 'string'], ([width, text]) => abbreviate(textOf(text), integerOf(width))),
  abbrevboth: fixed(['int', 'int', 'string'], ([left, right, text]) =>
    abbreviateBoth(textOf(text), { left: integerOf(left), right: integerOf(right) }),
  ),
  trunc: fixed(['int', 'string'], ([count, text]) => truncate(textOf(text), integerOf(count))),
  substr: fixed(['int', 'int', 'string'], ([from, to, text]) =>
    substring(textOf(text), integerOf(from), integerOf(to)),
  ),
  repeat: fixed(['int', 'string'], ([count, text], context) =>
    repeated(textOf(text), integerOf(count), context),
  ),
  nospace: fixed(['string'], ([text]) => withoutSpace(textOf(text))),
  wrap: fixed(['int', 'string'], ([width, text]) =>
    wrap(textOf(text), { width: integerOf(width), lineEnd: '', breaksWords: false }),
  ),
  wrapWith: fixed(['int', 'string', 'string'], ([width, lineEnd, text], { budget }) => {
    const size = textOf(text).length
    budget.text(size + Math.ceil(size / Math.max(integerOf(width), 1)) * textOf(lineEnd).length)
    return wrap(textOf(text), {
      width: integerOf(width),
      lineEnd: textOf(lineEnd),
      breaksWords: true,
    })
  }),
  contains: fixed(['string', 'string'], ([part, text]) => textOf(text).includes(textOf(part))),
  hasPrefix: fixed(['string', 'string'], ([part, text]) => textOf(text).startsWith(textOf(part))),
  hasSuffix: fixed(['string', 'string'], ([part, text]) => textOf(text).endsWith(textOf(part))),
  quote: variadic(['interface {}'], (args) =>
    args
      .filter((arg) => arg !== null && arg !== undefined)
      .map((arg) => quote(toText(arg)))
      .join(' '),
  ),
  squote: variadic(['interface {}'], (args) =>
    args
      .filter((arg) => arg !== null && arg !== undefined)
      .map((arg) => `'${printed(arg)}'`)
      .join(' '),
  ),
  cat: variadic(['interface {}'], (args) =>
    args
      .filter((arg) => arg !== null && arg !== undefined)
      .map(printed)
      .join(' '),
  ),
  indent: fixed(['int', 'string'], ([count, text], context) =>
    indented(textOf(text), integerOf(count), context),
  ),
  nindent: fixed(
    ['int', 'string'],
    ([count, text], context) => `\n${indented(textOf(text), integerOf(count), context)}`,
  ),
  replace: fixed(['string', 'string', 'string'], ([old, by, text], context) =>
    replaced(textOf(text), { old: textOf(old), by: textOf(by) }, context),
  ),
  plural: fixed(['string', 'string', 'int'], ([one, many, count]) =>
    integerOf(count) === 1 ? one : many,
  ),
  toString: fixed(['interface {}'], ([value]) => toText(value)),
  toStrings: fixed(['interface {}'], ([value], { budget }) => {
    if (value instanceof GoSlice && isTextList(value)) return value
    const texts = toTexts(value)
    budget.step(texts.length)
    return textSlice(texts)
  }),
  join: fixed(['string', 'interface {}'], ([separator, value], { budget }) => {
    const texts = toTexts(value)
    const bytes = texts.reduce((total, text) => total + text.length, 0)
    budget.text(bytes + texts.length * textOf(separator).length)
    budget.step(texts.length)
    return texts.join(textOf(separator))
  }),
  split: fixed(['string', 'string'], ([separator, text], context) =>
    numbered(splitText(textOf(text), textOf(separator), context)),
  ),
  splitn: fixed(['string', 'int', 'string'], ([separator, count, text], context) =>
    numbered(
      splitLimited(
        textOf(text),
        { separator: textOf(separator), count: integerOf(count) },
        context,
      ),
    ),
  ),
  splitList: fixed(['string', 'string'], ([separator, text], context) =>
    textSlice(splitText(textOf(text), textOf(separator), context)),
  ),
  atoi: fixed(['string'], ([text]) => {
    const parsed = parseInteger(textOf(text))
    return goInt(parsed.value)
  }),
  sha1sum: fixed(['string'], ([text], { budget }) => digest('sha1', textOf(text), budget)),
  sha256sum: fixed(['string'], ([text], { budget }) => digest('sha256', textOf(text), budget)),
  sha512sum: fixed(['string'], ([text], { budget }) => digest('sha512', textOf(text), budget)),
  adler32sum: fixed(['string'], ([text]) => adler32(textOf(text))),
}

/** `strings.Repeat`. */
function repeated(text: string, count: number, { budget }: CallContext): string {
  if (count < 0) throw new FunctionError('strings: negative Repeat count')
  budget.text(Math.min(count * text.length, INTEGER_MAX))
  return text.repeat(count)
}

function indented(text: string, count: number, { budget }: CallContext): string {
  if (count < 0) throw new FunctionError('strings: negative Repeat count')
  budget.text(count)
  let lines = 1
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines += 1
  budget.text(Math.min(lines * count, INTEGER_MAX) + text.length)
  budget.step(Math.floor(lines / LINES_PER_STEP))
  const pad = ' '.repeat(count)
  return pad + text.replaceAll('\n', `\n${pad}`)
}

/** `strings.ReplaceAll`; an empty text stands before each character and at the end. */
function replaced(
  text: string,
  { old, by }: { old: string; by: string },
  { budget }: CallContext,
): string {
  const places = old === '' ? text.length + 1 : Math.ceil(text.length / old.length)
  if (places * by.length > text.length * 4) {
    const found = old === '' ? places : text.split(old).length - 1
    budget.text(Math.min(found * by.length, INTEGER_MAX))
  }
  budget.text(text.length)
  if (old !== '') return text.replaceAll(old, () => by)
  return (
    by +
    characters(text)
      .map((character) => character + by)
      .join('')
  )
}

function characters(text: string): string[] {
  if (isAscii(text)) return text.split('')
  const found: string[] = []
  for (let at = 0; at < text.length;) {
    const { width } = runeAt(text, at)
    found.push(text.slice(at, at + width))
    at += width
  }
  return found
}

/** `strings.Split`; nothing as separator splits into characters. */
function splitText(text: string, separator: string, { budget }: CallContext): string[] {
  const parts = separator === '' ? characters(text) : text.split(separator)
  budget.list(parts.length)
  return parts
}

function splitLimited(
  text: string,
  { separator, count }: { separator: string; count: number },
  context: CallContext,
): string[] {
  if (count === 0) return []
  const parts = splitText(text, separator, context)
  if (count < 0 || parts.length <= count) return parts
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)]
}

export function textSlice(texts: string[], capacity: number = texts.length): GoSlice {
  return new GoSlice(texts, STRING_SLICE, { capacity })
}

function numbered(parts: readonly string[]): GoMap {
  return new GoMap(new Map<string, Value>(parts.map((part, at) => [`_${at}`, part])), STRING_MAP)
}

/** `strings.TrimSpace`. */
function trimSpace(text: string): string {
  if (!isAscii(text)) return trimWhere(text, isSpace)
  let from = 0
  let to = text.length
  while (from < to && isAsciiSpace(text.charCodeAt(from))) from += 1
  while (to > from && isAsciiSpace(text.charCodeAt(to - 1))) to -= 1
  return text.slice(from, to)
}

function isAsciiSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d)
}

/** `unicode.IsSpace`. */
export function isSpace(rune: number): boolean {
  return SPACE.test(String.fromCodePoint(rune))
}

function trimCharacters(text: string, cut: string): string {
  const runes = new Set(runesOf(cut))
  return trimWhere(text, (rune) => runes.has(rune))
}

function trimWhere(text: string, isCut: (rune: number) => boolean): string {
  const parts = characters(text)
  let from = 0
  let to = parts.length
  while (from < to && isCut(runeAt(parts[from] ?? '', 0).rune)) from += 1
  while (to > from && isCut(runeAt(parts[to - 1] ?? '', 0).rune)) to -= 1
  return parts.slice(from, to).join('')
}

function trimSuffix(text: string, suffix: string): string {
  return text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text
}

function trimPrefix(text: string, prefix: string): string {
  return text.startsWith(prefix) ? text.slice(prefix.length) : text
}

function truncate(text: string, count: number): string {
  if (count < 0 && text.length + count > 0) return text.slice(text.length + count)
  return count >= 0 && text.length > count ? text.slice(0, count) : text
}

function substring(text: string, from: number, to: number): string {
  if (from < 0) return bounded(text, 0, to)
  if (to < 0 || to > text.length) return bounded(text, from, text.length)
  return bounded(text, from, to)
}

/** A slice expression of Go, with the words of its panic. */
function bounded(text: string, from: number, to: number): string {
  const problem = 'runtime error: slice bounds out of range'
  if (to < 0 || to > text.length)
    throw new FunctionError(`${problem} [:${to}]${to < 0 ? '' : ` with length ${text.length}`}`)
  if (from > to)
    throw new FunctionError(
      to === text.length ? `${problem} [${from}:${to}]` : `${problem} [${from}:${to}]`,
    )
  return text.slice(from, to)
}

/** `goutils.DeleteWhiteSpace` looks at bytes, and writes what is left as characters of Latin 1. */
function withoutSpace(bytes: string): string {
  const kept = bytes.replaceAll(/[\t\n\v\f\r \u0085\u00a0]/g, '')
  return kept === bytes ? bytes : toBytes(kept)
}

function digest(algorithm: 'sha1' | 'sha256' | 'sha512', bytes: string, budget: Budget): string {
  budget.step(DIGEST_STEPS + Math.ceil(bytes.length / BYTES_PER_STEP))
  return createHash(algorithm).update(toBuffer(bytes)).digest('hex')
}

function adler32(bytes: string): string {
  let low = 1
  let high = 0
  for (let at = 0; at < bytes.length; at++) {
    low = (low + bytes.charCodeAt(at)) % 65_521
    high = (high + low) % 65_521
  }
  return String(high * 65_536 + low)
}
