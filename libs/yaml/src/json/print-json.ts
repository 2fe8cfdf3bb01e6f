import { DEPTH_MAX } from '../limits.ts'
import { formatJsonNumber, nameOfNonFinite } from '../numbers/format-json-number.ts'
import { isYamlList, type YamlList, type YamlMap, type YamlValue } from '../value.ts'
import { YamlError } from '../yaml-error.ts'
import { sortByUtf8 } from './compare-utf8.ts'

export interface PrintJsonOptions {
  /** `escaped` (Go's default) writes `<`, `>` and `&` as `\u003c`, `\u003e` and `\u0026`. */
  readonly html?: 'escaped' | 'plain'
  /** Go's `MarshalIndent` with this indentation and no prefix. On one line without blanks by default. */
  readonly indent?: string
  /** Characters of output after which printing gives up with YAML_OUTPUT. No bound by default. */
  readonly lengthMax?: number
}

/**
 * JSON as Go's encoding/json (1.26) writes it: keys sorted by their UTF-8 bytes, integers exact, lone surrogates as
 * U+FFFD, no line break at the end. Throws YamlError for NaN and infinities, values nested too deep, and output beyond the
 * bound.
 */
export function printJson(value: YamlValue, options: PrintJsonOptions = {}): string {
  return new JsonPrinter(options).print(value)
}

/** The one JSON text of a value: what digests are made of. Nothing in it depends on the machine or on the order of keys. */
export function canonicalJson(value: YamlValue): string {
  return printJson(value, { html: 'plain' })
}

class JsonPrinter {
  readonly #html: boolean
  readonly #indent: string | undefined
  readonly #lengthMax: number
  readonly #colon: string
  #out = ''
  #depth = 0

  constructor({ html = 'escaped', indent, lengthMax }: PrintJsonOptions) {
    this.#html = html === 'escaped'
    this.#indent = indent
    this.#colon = indent === undefined ? ':' : ': '
    this.#lengthMax = lengthMax ?? Number.POSITIVE_INFINITY
  }

  print(value: YamlValue): string {
    this.#value(value)
    this.#check()
    return this.#out
  }

  #value(value: YamlValue): void {
    if (typeof value === 'string') this.#out += quote(value, this.#html)
    else if (typeof value === 'number') this.#out += printFinite(value)
    else if (value === null || typeof value !== 'object') this.#out += String(value)
    else if (value instanceof Map) this.#object(value)
    else if (isYamlList(value)) this.#array(value)
  }

  #object(map: YamlMap): void {
    if (map.size === 0) {
      this.#out += '{}'
      return
    }
    this.#open('{')
    let isFirst = true
    for (const key of sortByUtf8(map.keys())) {
      this.#separate(isFirst)
      this.#out += quote(key, this.#html) + this.#colon
      this.#value(map.get(key) ?? null)
      isFirst = false
    }
    this.#close('}')
  }

  #array(items: YamlList): void {
    if (items.length === 0) {
      this.#out += '[]'
      return
    }
    this.#open('[')
    let isFirst = true
    for (const item of items) {
      this.#separate(isFirst)
      this.#value(item)
      isFirst = false
    }
    this.#close(']')
  }

  #open(bracket: string): void {
    this.#out += bracket
    this.#depth += 1
    this.#check()
    if (this.#depth <= DEPTH_MAX) return
    throw new YamlError('YAML_DEPTH', `nesting ${DEPTH_MAX} exceeded, or a value that holds itself`)
  }

  #separate(isFirst: boolean): void {
    if (!isFirst) this.#out += ','
    this.#line()
    this.#check()
  }

  #close(bracket: string): void {
    this.#depth -= 1
    this.#line()
    this.#out += bracket
  }

  #line(): void {
    if (this.#indent !== undefined) this.#out += `\n${this.#indent.repeat(this.#depth)}`
  }

  #check(): void {
    if (this.#out.length <= this.#lengthMax) return
    throw new YamlError('YAML_OUTPUT', `more than ${this.#lengthMax} characters of output`)
  }
}

function printFinite(value: number): string {
  const text = formatJsonNumber(value)
  if (text !== undefined) return text
  const name = nameOfNonFinite(value)
  throw new YamlError('YAML_NUMBER', `${name} is no JSON number`, {
    upstream: `json: unsupported value: ${name}`,
  })
}

/** What `JSON.stringify` leaves as it is and Go does not. */
const DIFFERS = /[\u2028\u2029\uD800-\uDFFF]/
const DIFFERS_IN_HTML = /[<>&\u2028\u2029\uD800-\uDFFF]/
const LONE_SURROGATE = /[\uD800-\uDFFF]/u
const ESCAPED = /[\u2028\u2029]/g
const ESCAPED_IN_HTML = /[<>&\u2028\u2029]/g

function quote(text: string, html: boolean): string {
  if (!(html ? DIFFERS_IN_HTML : DIFFERS).test(text)) return JSON.stringify(text)
  const pattern = html ? ESCAPED_IN_HTML : ESCAPED
  const parts = text.split(LONE_SURROGATE).map((part) => {
    return JSON.stringify(part).slice(1, -1).replaceAll(pattern, escapeCharacter)
  })
  return `"${parts.join('\\ufffd')}"`
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
