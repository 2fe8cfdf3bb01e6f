import { DEPTH_MAX } from '../limits.ts'
import type { YamlValue } from '../value.ts'
import { YamlError } from '../yaml-error.ts'
import { goQuote } from '../decode/go-syntax.ts'

export interface ParseJsonOptions {
  /** As for YAML: `float64` (Go's choice where the target has no type), or `exact` for integers of up to 64 bits. */
  readonly numbers?: 'exact' | 'float64'
}

/**
 * One JSON text as Go's encoding/json (1.26) reads it: the last of two equal keys wins, a lone surrogate is U+FFFD,
 * nothing may follow but blanks. Throws YamlError with Go's words in `upstream`.
 */
export function parseJson(text: string, options: ParseJsonOptions = {}): YamlValue {
  return new JsonReader(text, options.numbers ?? 'exact').read()
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y
const PLAIN_TEXT = /[^"\\\0-\u001F]*/y // oxlint-disable-line no-control-regex -- What JSON forbids in a text.

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

const INT64_MIN = -(2n ** 63n)
const UINT64_MAX = 2n ** 64n - 1n

class JsonReader {
  readonly #text: string
  readonly #numbers: 'exact' | 'float64'
  #offset = 0
  #depth = 0
  /** A number that float64 does not hold: Go finds it after the text was checked. */
  #late: YamlError | undefined

  constructor(text: string, numbers: 'exact' | 'float64') {
    this.#text = text
    this.#numbers = numbers
  }

  read(): YamlValue {
    const value = this.#value()
    this.#blanks()
    if (this.#offset < this.#text.length) throw this.#unexpected('after top-level value')
    if (this.#late !== undefined) throw this.#late
    return value
  }

  #value(): YamlValue {
    this.#blanks()
    switch (this.#text.charAt(this.#offset)) {
      case '{':
        return this.#object()
      case '[':
        return this.#array()
      case '"':
        return this.#string()
      case 't':
        return this.#word('true', true)
      case 'f':
        return this.#word('false', false)
      case 'n':
        return this.#word('null', null)
      default:
        return this.#number()
    }
  }

  #object(): YamlValue {
    const map = new Map<string, YamlValue>()
    this.#open()
    this.#blanks()
    if (this.#take('}')) return this.#close(map)
    for (;;) {
      this.#blanks()
      if (this.#text.charAt(this.#offset) !== '"') {
        throw this.#unexpected(`looking for beginning of object key string`)
      }
      const key = this.#string()
      this.#blanks()
      if (!this.#take(':')) throw this.#unexpected('after object key')
      map.set(key, this.#value())
      this.#blanks()
      if (this.#take('}')) return this.#close(map)
      if (!this.#take(',')) throw this.#unexpected('after object key:value pair')
    }
  }

  #array(): YamlValue {
    const items: YamlValue[] = []
    this.#open()
    this.#blanks()
    if (this.#take(']')) return this.#close(items)
    for (;;) {
      items.push(this.#value())
      this.#blanks()
      if (this.#take(']')) return this.#close(items)
      if (!this.#take(',')) throw this.#unexpected('after array element')
    }
  }

  #open(): void {
    this.#offset += 1
    this.#depth += 1
    if (this.#depth <= DEPTH_MAX) return
    throw new YamlError('YAML_DEPTH', `nesting ${DEPTH_MAX} exceeded at offset ${this.#offset}`, {
      upstream: 'exceeded max depth',
    })
  }

  #close(value: YamlValue): YamlValue {
    this.#depth -= 1
    return value
  }

  #take(character: string): boolean {
    if (this.#text.charAt(this.#offset) !== character) return false
    this.#offset += 1
    return true
  }

  #blanks(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#offset)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
      this.#offset += 1
    }
  }

  #word<T extends boolean | null>(word: string, value: T): T {
    for (let index = 0; index < word.length; index += 1) {
      if (this.#text.charAt(this.#offset) !== word.charAt(index)) {
        throw this.#unexpected(`in literal ${word} (expecting '${word.charAt(index)}')`)
      }
      this.#offset += 1
    }
    return value
  }

  #string(): string {
    this.#offset += 1
    let value = ''
    for (;;) {
      PLAIN_TEXT.lastIndex = this.#offset
      const plain = PLAIN_TEXT.exec(this.#text)?.[0] ?? ''
      this.#offset += plain.length
      value += plain
      if (this.#take('"')) return value.isWellFormed() ? value : value.toWellFormed()
      if (!this.#take('\\')) throw this.#unexpected('in string literal')
      value += this.#escape()
    }
  }

  #escape(): string {
    const letter = this.#text.charAt(this.#offset)
    const escape = ESCAPES[letter]
    if (escape !== undefined) {
      this.#offset += 1
      return escape
    }
    if (letter !== 'u') throw this.#unexpected('in string escape code')
    this.#offset += 1
    for (let index = 0; index < 4; index += 1) {
      if (!/^[0-9a-fA-F]$/.test(this.#text.charAt(this.#offset))) {
        throw this.#unexpected('in \\u hexadecimal character escape')
      }
      this.#offset += 1
    }
    return String.fromCharCode(
      Number.parseInt(this.#text.slice(this.#offset - 4, this.#offset), 16),
    )
  }

  #number(): number | bigint {
    NUMBER.lastIndex = this.#offset
    const text = NUMBER.exec(this.#text)?.[0]
    if (text === undefined) throw this.#badNumber()
    this.#offset += text.length
    this.#checkEnd(text)
    const value = Number(text)
    if (!Number.isFinite(value)) this.#late ??= outOfRange(text)
    if (this.#numbers === 'float64' || Number.isSafeInteger(value) || /[.eE]/.test(text))
      return value
    const exact = BigInt(text)
    return exact >= INT64_MIN && exact <= UINT64_MAX ? exact : value
  }

  /** A sign without digits is the one thing of a number that is not found by what follows it. */
  #badNumber(): YamlError {
    if (!this.#take('-')) return this.#unexpected('looking for beginning of value')
    return this.#unexpected('in numeric literal')
  }

  #checkEnd(text: string): void {
    const next = this.#text.charAt(this.#offset)
    if (next === '.' && !/[.eE]/.test(text)) {
      this.#offset += 1
      throw this.#unexpected('after decimal point in numeric literal')
    }
    if ((next !== 'e' && next !== 'E') || /[eE]/.test(text)) return
    this.#offset += /[-+]/.test(this.#text.charAt(this.#offset + 1)) ? 2 : 1
    throw this.#unexpected('in exponent of numeric literal')
  }

  #unexpected(context: string): YamlError {
    const code = this.#text.codePointAt(this.#offset)
    const position = this.#position()
    const place = `${position.line}:${position.column}`
    if (code === undefined && !IS_INSIDE.test(context)) {
      return new YamlError('YAML_SYNTAX', `JSON ends early at ${place}`, {
        position,
        upstream: 'unexpected end of JSON input',
      })
    }
    const problem = `invalid character ${quoteCharacter(code ?? 0x20)} ${context}`
    return new YamlError('YAML_SYNTAX', `${problem} at ${place}`, { position, upstream: problem })
  }

  #position(): { readonly line: number; readonly column: number } {
    const before = this.#text.slice(0, this.#offset)
    return {
      line: before.split('\n').length,
      column: this.#offset - before.lastIndexOf('\n'),
    }
  }
}

/** Where a blank may not stand: Go reads one behind the end. */
const IS_INSIDE = /numeric literal|in literal|escape/

function outOfRange(text: string): YamlError {
  return new YamlError('YAML_NUMBER', `${text} is no float64`, {
    upstream: `json: cannot unmarshal number ${text} into Go value of type float64`,
  })
}

/** As Go shows a byte: the first one of what is beyond ASCII. */
function quoteCharacter(code: number): string {
  const byte = new TextEncoder().encode(String.fromCodePoint(code))[0] ?? 0
  const character = String.fromCharCode(byte)
  if (character === "'") return String.raw`'\''`
  if (character === '"') return `'"'`
  return `'${goQuote(character).slice(1, -1)}'`
}
