import { fromRune, runeAt } from '../byte-string.ts'
import { FunctionError } from '../errors.ts'
import { quoteRune } from '../fmt/quote.ts'
import { ANY_SLICE, appendedCapacity, GoMap, GoSlice, type Value } from '../values.ts'

/** What Go decodes into: anything, or only an object or an array. */
export type JsonTarget = 'any' | 'object' | 'array'

const DEPTH_MAX = 10_000
/** Our own stack is shorter than Go's bound. */
const NESTING_MAX = 1_000
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}
const GO_NAMES = { object: 'map[string]interface {}', array: '[]interface {}' } as const

export interface DecodedJson {
  /** What was read; also where a number in it was out of range, as far as Go reads on. */
  readonly value: Value
  readonly problem: string | undefined
}

/** `json.Unmarshal` of Go 1.26 into a fresh value; throws `FunctionError` with Go's text. */
export function decodeJson(text: string, target: JsonTarget = 'any'): Value {
  const { value, problem } = decodePartly(text, target)
  if (problem !== undefined) throw new FunctionError(problem)
  return value
}

const UNEXPECTED_END = 'unexpected end of JSON input'

/** The same, but what Go leaves behind when a number has no float64 is given too. */
export function decodePartly(text: string, target: JsonTarget): DecodedJson {
  const { value, problem } = documentOf(text)
  if (target === 'any') return { value, problem }
  if (value === null) return { value: nilOf(target), problem }
  const kind = kindOf(value)
  if (kind === target) return { value, problem }
  throw new FunctionError(
    `json: cannot unmarshal ${kind} into Go value of type ${GO_NAMES[target]}`,
  )
}

/** Go asks at the end of a text whether a space could follow: what a number or a word says to that comes first. */
function documentOf(text: string): DecodedJson {
  try {
    return new Decoder(text).document()
  } catch (error) {
    if (!(error instanceof FunctionError) || error.message !== UNEXPECTED_END) throw error
    return new Decoder(`${text} `).document()
  }
}

/** The first value of a text and how many bytes it took, as `json.Decoder` reads from a stream. */
export function decodeJsonPrefix(text: string): { readonly value: Value; readonly length: number } {
  return new Decoder(text).prefix()
}

function nilOf(target: 'object' | 'array'): Value {
  return target === 'object'
    ? new GoMap(new Map(), undefined, true)
    : new GoSlice([], ANY_SLICE, { isNil: true })
}

function kindOf(value: Value): string {
  if (value instanceof GoMap) return 'object'
  if (value instanceof GoSlice) return 'array'
  return typeof value === 'boolean' ? 'bool' : typeof value
}

class Decoder {
  readonly #text: string
  #at = 0
  #depth = 0
  /** A number that float64 has not: Go says so after it has read all. */
  #badNumber: string | undefined

  constructor(text: string) {
    this.#text = text
  }

  document(): DecodedJson {
    const value = this.#value('looking for beginning of value')
    this.#space()
    if (this.#at < this.#text.length) this.#fail('after top-level value')
    const number = this.#badNumber
    const problem =
      number === undefined
        ? undefined
        : `json: cannot unmarshal number ${number} into Go value of type float64`
    return { value, problem }
  }

  prefix(): { value: Value; length: number } {
    const value = this.#value('looking for beginning of value')
    if (this.#badNumber !== undefined)
      throw new FunctionError(
        `json: cannot unmarshal number ${this.#badNumber} into Go value of type float64`,
      )
    return { value, length: this.#at }
  }

  #value(context: string): Value {
    this.#space()
    const char = this.#text.charAt(this.#at)
    switch (char) {
      case '{':
        return this.#nested(() => this.#object())
      case '[':
        return this.#nested(() => this.#array())
      case '"':
        return this.#string()
      case 't':
        return this.#literal('true', true)
      case 'f':
        return this.#literal('false', false)
      case 'n':
        return this.#literal('null', null)
      default:
        return /[-0-9]/.test(char) ? this.#number() : this.#fail(context)
    }
  }

  #nested(read: () => Value): Value {
    this.#depth += 1
    if (this.#depth > Math.min(DEPTH_MAX, NESTING_MAX))
      throw new FunctionError('exceeded max depth')
    const value = read()
    this.#depth -= 1
    return value
  }

  #object(): Value {
    const entries = new Map<string, Value>()
    this.#at += 1
    this.#space()
    if (this.#takes('}')) return new GoMap(entries)
    for (;;) {
      this.#space()
      if (this.#text.charAt(this.#at) !== '"')
        this.#fail('looking for beginning of object key string')
      const key = this.#string()
      this.#space()
      if (!this.#takes(':')) this.#fail('after object key')
      entries.set(key, this.#value('looking for beginning of value'))
      this.#space()
      if (this.#takes('}')) return new GoMap(entries)
      if (!this.#takes(',')) this.#fail('after object key:value pair')
    }
  }

  #array(): Value {
    const items: Value[] = []
    this.#at += 1
    this.#space()
    if (this.#takes(']')) return new GoSlice(items)
    for (;;) {
      items.push(this.#value('looking for beginning of value'))
      this.#space()
      if (this.#takes(']'))
        return new GoSlice(items, ANY_SLICE, { capacity: appendedCapacity(items.length) })
      if (!this.#takes(',')) this.#fail('after array element')
    }
  }

  #string(): string {
    this.#at += 1
    let value = ''
    for (;;) {
      const end = this.#plainEnd()
      value += this.#text.slice(this.#at, end)
      this.#at = end
      const code = this.#text.charCodeAt(end)
      if (code === 34) {
        this.#at += 1
        return value
      }
      if (code === 92) value += this.#escape()
      else if (code >= 0x80) value += this.#rune()
      else this.#fail('in string literal')
    }
  }

  #plainEnd(): number {
    let end = this.#at
    for (
      let code = this.#text.charCodeAt(end);
      code >= 0x20 && code < 0x80 && code !== 34 && code !== 92;
    )
      code = this.#text.charCodeAt(++end)
    return end
  }

  #rune(): string {
    const { rune, width } = runeAt(this.#text, this.#at)
    this.#at += width
    return fromRune(rune)
  }

  #escape(): string {
    this.#at += 1
    const letter = this.#text.charAt(this.#at)
    const simple = ESCAPES[letter]
    if (simple === undefined && letter !== 'u') this.#fail('in string escape code')
    this.#at += 1
    if (simple !== undefined) return simple
    const first = this.#hex()
    if (first < 0xd800 || first > 0xdfff) return fromRune(first)
    const isPair = first < 0xdc00 && this.#text.startsWith(String.raw`\u`, this.#at)
    if (!isPair) return fromRune(first)
    const before = this.#at
    this.#at += 2
    const second = this.#hex()
    if (second >= 0xdc00 && second <= 0xdfff)
      return fromRune(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00))
    this.#at = before
    return fromRune(first)
  }

  #hex(): number {
    for (let count = 0; count < 4; count++) {
      if (!/[0-9a-fA-F]/.test(this.#text.charAt(this.#at)))
        this.#fail(String.raw`in \u hexadecimal character escape`)
      this.#at += 1
    }
    return Number.parseInt(this.#text.slice(this.#at - 4, this.#at), 16)
  }

  #literal(word: string, value: boolean | null): Value {
    for (let count = 1; count < word.length; count++) {
      this.#at += 1
      if (this.#text.charAt(this.#at) !== word.charAt(count))
        this.#fail(`in literal ${word} (expecting ${quoteRune(word.charCodeAt(count))})`)
    }
    this.#at += 1
    return value
  }

  #number(): Value {
    const start = this.#at
    if (this.#takes('-') && !/\d/.test(this.#text.charAt(this.#at)))
      this.#fail('in numeric literal')
    if (!this.#takes('0')) this.#digits()
    if (this.#takes('.')) {
      if (!/\d/.test(this.#text.charAt(this.#at)))
        this.#fail('after decimal point in numeric literal')
      this.#digits()
    }
    if (this.#takes('e') || this.#takes('E')) {
      if (!this.#takes('+')) this.#takes('-')
      if (!/\d/.test(this.#text.charAt(this.#at))) this.#fail('in exponent of numeric literal')
      this.#digits()
    }
    const text = this.#text.slice(start, this.#at)
    const value = Number(text)
    if (Number.isFinite(value)) return value
    this.#badNumber ??= text
    return null
  }

  #digits(): void {
    while (/\d/.test(this.#text.charAt(this.#at))) this.#at += 1
  }

  #takes(char: string): boolean {
    const isThere = this.#text.charAt(this.#at) === char
    if (isThere) this.#at += 1
    return isThere
  }

  #space(): void {
    while (/[ \t\r\n]/.test(this.#text.charAt(this.#at))) this.#at += 1
  }

  #fail(context: string): never {
    if (this.#at >= this.#text.length) throw new FunctionError(UNEXPECTED_END)
    const byte = this.#text.charCodeAt(this.#at)
    const shown = byte === 39 ? String.raw`'\''` : byte === 34 ? `'"'` : quoteRune(byte)
    throw new FunctionError(`invalid character ${shown} ${context}`)
  }
}
