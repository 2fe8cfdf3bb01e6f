import { RE2JS } from 're2js'
import { type CallContext } from '../call-context.ts'
import { isAscii, RUNE_ERROR, runeAt } from '../byte-string.ts'
import { FunctionError } from '../errors.ts'
import { canBackquote, quote } from '../fmt/quote.ts'
import { fixed, type GoFunction } from '../function.ts'
import { appendedCapacity, GoSlice, STRING_SLICE, type Value } from '../values.ts'
import { integerOf, textOf } from './arguments.ts'
import { textSlice } from './strings.ts'

const META = /[\\.+*?()|[\]{}^$]/g
/** Compiled expressions of all renders: charts use the same few. */
const COMPILED_MAX = 500
/** A longer expression is refused: compiling it takes room for each of its parts. */
const PATTERN_BYTES_MAX = 20_000
/** Matching visits each byte for each part of the expression; so many visits are one step. */
const VISITS_PER_STEP = 96

/** What an expression costs before it is matched. */
const COMPILE_STEPS = 500
const COMPILE_STEPS_PER_BYTE = 10
/** One match and the object that tells of it. */
const STEPS_PER_MATCH = 12

/** Regular expressions of sprig v3.3.0: RE2, in linear time, on the bytes of a text. */
export const regexFunctions: Readonly<Record<string, GoFunction>> = {
  regexMatch: fixed(['string', 'string'], ([pattern, text], context) => {
    payForPattern(pattern, context)
    const regex = compile(textOf(pattern))
    return typeof regex === 'string' ? false : regex.isIn(textOf(text), context)
  }),
  mustRegexMatch: fixed(['string', 'string'], ([pattern, text], context) => {
    payForPattern(pattern, context)
    return compiled(pattern, 'must').isIn(textOf(text), context)
  }),
  ...both('regexFind', ['string', 'string'], (regex, [text], context) => {
    const found = regex.matches(textOf(text), { context, most: 1 })[0]?.groups[0]
    return found === undefined ? '' : textOf(text).slice(found[0], found[1])
  }),
  ...both('regexFindAll', ['string', 'string', 'int'], (regex, [text, most], context) => {
    const found = regex.matches(textOf(text), { context, most: integerOf(most) })
    const texts = found.map(({ groups: [whole] }) => textOf(text).slice(whole[0], whole[1]))
    if (texts.length === 0) return new GoSlice([], STRING_SLICE, { isNil: true })
    return textSlice(texts, Math.max(10, appendedCapacity(texts.length)))
  }),
  ...both('regexReplaceAll', ['string', 'string', 'string'], (regex, [text, by], context) =>
    replaceAll(regex, textOf(text), { by: textOf(by), isLiteral: false, context }),
  ),
  ...both('regexReplaceAllLiteral', ['string', 'string', 'string'], (regex, [text, by], context) =>
    replaceAll(regex, textOf(text), { by: textOf(by), isLiteral: true, context }),
  ),
  ...both('regexSplit', ['string', 'string', 'int'], (regex, [text, most], context) =>
    split(regex, textOf(text), { most: integerOf(most), context }),
  ),
  regexQuoteMeta: fixed(['string'], ([text]) => textOf(text).replaceAll(META, String.raw`\$&`)),
}

type Span = readonly [from: number, to: number]

interface Match {
  /** The whole match first; a group that took no part is missing. */
  readonly groups: readonly [Span, ...(Span | undefined)[]]
}

type Use = (regex: Regex, args: readonly Value[], context: CallContext) => Value

function both(name: string, parameters: readonly string[], use: Use): Record<string, GoFunction> {
  const make = (manner: 'must' | 'panic'): GoFunction =>
    fixed(parameters, ([pattern, ...args], context) => {
      payForPattern(pattern, context)
      return use(compiled(pattern, manner), args, context)
    })
  return {
    [name]: make('panic'),
    [`must${name.charAt(0).toUpperCase()}${name.slice(1)}`]: make('must'),
  }
}

/** Once in a render, whether another render has compiled it or not: the price is always the same. */
function payForPattern(pattern: Value, { budget }: CallContext): void {
  const text = textOf(pattern)
  if (budget.isFirst(text)) budget.step(COMPILE_STEPS + COMPILE_STEPS_PER_BYTE * text.length)
}

function compiled(pattern: Value, manner: 'must' | 'panic'): Regex {
  const regex = compile(textOf(pattern))
  if (typeof regex !== 'string') return regex
  const shown = canBackquote(textOf(pattern)) ? `\`${textOf(pattern)}\`` : quote(textOf(pattern))
  throw new FunctionError(manner === 'must' ? regex : `regexp: Compile(${shown}): ${regex}`)
}

const cache = new Map<string, Regex | string>()

/** The expression, or Go's reason why it is none. */
export function compile(pattern: string): Regex | string {
  const known = cache.get(pattern)
  if (known !== undefined) return known
  if (cache.size >= COMPILED_MAX) cache.clear()
  const made = compileNew(pattern)
  cache.set(pattern, made)
  return made
}

function compileNew(pattern: string): Regex | string {
  if (pattern.length > PATTERN_BYTES_MAX)
    return `error parsing regexp: expression longer than ${PATTERN_BYTES_MAX} bytes`
  const invalid = invalidUtf8At(pattern)
  if (invalid !== undefined)
    return `error parsing regexp: invalid UTF-8: \`${pattern.slice(invalid)}\``
  try {
    return new Regex(decoded(pattern).text)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    if (error.message.endsWith('trailing backslash at end of expression'))
      return `${error.message}: \`\``
    return error.message
  }
}

/** Where the first byte is that is not UTF-8: Go reads from the left, and quotes from there. */
function invalidUtf8At(bytes: string): number | undefined {
  for (let at = 0; at < bytes.length;) {
    const { rune, width } = runeAt(bytes, at)
    if (rune === RUNE_ERROR && width === 1) return at
    at += width
  }
  return undefined
}

interface Decoded {
  readonly text: string
  /** The byte at which each unit of the text starts, and the end; absent where they are the same. */
  readonly bytes?: readonly number[]
}

/** Go bytes as text, with the way back; a byte that is not UTF-8 is U+FFFD, as for Go. */
function decoded(bytes: string): Decoded {
  if (isAscii(bytes)) return { text: bytes }
  let text = ''
  const starts: number[] = []
  for (let at = 0; at < bytes.length;) {
    const { rune, width } = runeAt(bytes, at)
    const character = String.fromCodePoint(rune >= 0xd800 && rune <= 0xdfff ? RUNE_ERROR : rune)
    for (let unit = 0; unit < character.length; unit++) starts.push(at)
    text += character
    at += width
  }
  return { text, bytes: [...starts, bytes.length] }
}

/** An expression of RE2; positions are bytes. */
export class Regex {
  readonly #re: RE2JS
  readonly #size: number

  constructor(pattern: string) {
    this.#re = RE2JS.compile(pattern)
    this.#size = Math.max(pattern.length, 1)
  }

  get groupNames(): Readonly<Record<string, number>> {
    return this.#re.namedGroups()
  }

  isIn(bytes: string, context?: CallContext): boolean {
    this.#pay(bytes, context)
    return this.#re.test(decoded(bytes).text)
  }

  /** At most `most` matches (all where negative), as Go finds them: no empty one right after another. */
  matches(bytes: string, { context, most }: { context: CallContext; most: number }): Match[] {
    this.#pay(bytes, context)
    const { text, bytes: starts } = decoded(bytes)
    const at = (unit: number): number => starts?.[unit] ?? unit
    const matcher = this.#re.matcher(text)
    const found: Match[] = []
    let end = -1
    const enough = most < 0 ? Infinity : most
    while (found.length < enough) {
      if (!matcher.find()) break
      context.budget.step(STEPS_PER_MATCH)
      const isEmpty = matcher.start() === matcher.end()
      if (isEmpty && matcher.start() === end) continue
      end = matcher.end()
      found.push({ groups: groupsOf(matcher, at) })
    }
    context.budget.list(found.length)
    return found
  }

  #pay(bytes: string, context: CallContext | undefined): void {
    context?.budget.step(Math.ceil((bytes.length * Math.min(this.#size, 64)) / VISITS_PER_STEP))
  }
}

type Matcher = ReturnType<RE2JS['matcher']>

function groupsOf(matcher: Matcher, at: (unit: number) => number): Match['groups'] {
  const whole: Span = [at(matcher.start()), at(matcher.end())]
  const groups: (Span | undefined)[] = []
  for (let group = 1; group <= matcher.groupCount(); group++) {
    const from = matcher.start(group)
    groups.push(from < 0 ? undefined : [at(from), at(matcher.end(group))])
  }
  return [whole, ...groups]
}

interface Replacement {
  readonly by: string
  readonly isLiteral: boolean
  readonly context: CallContext
}

function replaceAll(regex: Regex, text: string, { by, isLiteral, context }: Replacement): string {
  const parts: string[] = []
  let at = 0
  for (const match of regex.matches(text, { context, most: -1 })) {
    const [from, to] = match.groups[0]
    const piece = isLiteral ? by : expand(by, { text, match, names: regex.groupNames })
    context.budget.text(piece.length)
    parts.push(text.slice(at, from), piece)
    at = to
  }
  parts.push(text.slice(at))
  return parts.join('')
}

/** `$1`, `$name` and `${name}` of Go: a name is as long as it can be, and `$$` is a dollar. */
function expand(
  template: string,
  { text, match, names }: { text: string; match: Match; names: Readonly<Record<string, number>> },
): string {
  return template.replaceAll(
    /\$(?:\$|\{(\w+)\}|(\w+))?/g,
    (found, braced?: string, bare?: string) => {
      if (found === '$$') return '$'
      const name = braced ?? bare
      if (name === undefined) return found
      const group = /^\d+$/.test(name)
        ? Number(name)
        : Object.hasOwn(names, name)
          ? names[name]
          : undefined
      const span = group === undefined ? undefined : match.groups[group]
      return span === undefined ? '' : text.slice(span[0], span[1])
    },
  )
}

/** `Regexp.Split`. */
function split(
  regex: Regex,
  text: string,
  { most, context }: { most: number; context: CallContext },
): GoSlice {
  if (most === 0) return new GoSlice([], STRING_SLICE, { isNil: true })
  if (text === '') return textSlice([''])
  const parts: string[] = []
  let from = 0
  let end = 0
  for (const { groups } of regex.matches(text, { context, most })) {
    if (most > 0 && parts.length >= most - 1) break
    const [start, next] = groups[0]
    end = start
    if (next !== 0) parts.push(text.slice(from, start))
    from = next
  }
  if (end !== text.length) parts.push(text.slice(from))
  return textSlice(parts, appendedCapacity(parts.length))
}
