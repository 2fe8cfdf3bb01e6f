import {
  FunctionError,
  decodeJsonPrefix,
  fromRune,
  GoMap,
  goInt64,
  GoSlice,
  quote,
  runeAt,
  sprintf,
  typeName,
  type Value,
} from '@tidemark/go-template'
import { HelmError } from '../helm-error.ts'

/** Helm's own bounds. */
const INDEX_MAX = 65_536
const NESTING_MAX = 30
const ATOI = /^[-+]?\d+$/

/** What a value means: typed, always text, JSON, a text that names a file, or a text as it is. */
export type SetStyle = 'typed' | 'string' | 'json' | 'file' | 'literal'

export interface SetOptions {
  readonly style: SetStyle
  /** Gives the text of a file for `file`. */
  readonly readFile?: (name: string) => string
}

/**
 * Sets values from a line like `a.b=1,c[0]=x`, as `--set` of Helm 3.22 and its variants; `target` is
 * changed. Lines are Go bytes. Throws `HelmError` with upstream's text.
 */
export function setValues(line: string, target: GoMap, options: SetOptions): void {
  const parser = new SetParser(line, options)
  try {
    parser.run(target)
  } catch (error) {
    if (error instanceof FunctionError)
      throw new HelmError('VALUES', error.message, { cause: error })
    throw error
  }
}

/** The line ended where something was still allowed to come. */
const END: unique symbol = Symbol('end of the line')
type End = typeof END | undefined

class SetParser {
  readonly #line: string
  readonly #options: SetOptions
  #at = 0

  constructor(line: string, options: SetOptions) {
    this.#line = line
    this.#options = options
  }

  run(target: GoMap): void {
    while (this.#key(target, 0) !== END);
  }

  #fail(message: string): never {
    throw new FunctionError(message)
  }

  /** One key and its value; `END` where the line ended before a key. */
  #key(data: GoMap, level: number): End {
    const { text, stop } = this.#until(this.#options.style === 'literal' ? '=[.' : '=[,.')
    if (stop === undefined) {
      if (text === '') return END
      return this.#fail(`key ${quote(text)} has no value`)
    }
    switch (stop) {
      case '[':
        return this.#listKey(data, text, level)
      case '=':
        return this.#assign(data, text)
      case ',':
        set(data, text, '')
        return this.#fail(`key ${quote(text)} has no value (cannot end with ,)`)
      default:
        return this.#inner(data, text, level + 1)
    }
  }

  #listKey(data: GoMap, key: string, level: number): End {
    const index = this.#index()
    const known = data.entries.has(key) ? asList(data.entries.get(key)) : []
    const { list, end } = this.#item(known, index, level)
    set(data, key, new GoSlice(list))
    return end
  }

  #inner(data: GoMap, key: string, level: number): End {
    if (level > NESTING_MAX)
      this.#fail(
        `value name nested level is greater than maximum supported nested level of ${NESTING_MAX}`,
      )
    const inner = data.entries.has(key) ? asMap(data.entries.get(key)) : new GoMap()
    const end = this.#key(inner, level)
    if (end !== END && inner.entries.size === 0) this.#fail(`key map ${quote(key)} has no value`)
    if (inner.entries.size > 0) set(data, key, inner)
    return end
  }

  #assign(data: GoMap, key: string): End {
    const { value, end } = this.#value()
    set(data, key, value)
    return end
  }

  /** What stands after `=`. */
  #value(): { value: Value; end: End } {
    switch (this.#options.style) {
      case 'json':
        return { value: this.#json(), end: undefined }
      case 'literal': {
        const value = this.#line.slice(this.#at)
        this.#at = this.#line.length
        return { value, end: undefined }
      }
      default:
        if (this.#at >= this.#line.length) return { value: '', end: END }
        if (this.#line.charAt(this.#at) === '{') return { value: this.#list(), end: undefined }
        return { value: this.#convert(this.#until(',').text), end: undefined }
    }
  }

  #json(): Value {
    if (this.#skipBlank()) return null
    const { value, length } = decodeJsonPrefix(this.#line.slice(this.#at))
    this.#at += length
    this.#skipBlank()
    return value
  }

  /** Takes spaces, and the comma behind them; true where a comma or the end stood there. */
  #skipBlank(): boolean {
    for (;;) {
      if (this.#at >= this.#line.length) return true
      const { rune, width } = runeAt(this.#line, this.#at)
      if (rune === 44) {
        this.#at += 1
        return true
      }
      if (!/^\s$/u.test(String.fromCodePoint(rune))) return false
      this.#at += width
    }
  }

  /** `{a,b}`; a comma behind it belongs to it. */
  #list(): GoSlice {
    const items: Value[] = []
    this.#at += 1
    for (;;) {
      const { text, stop } = this.#until(',}')
      if (stop === undefined) this.#fail("list must terminate with '}'")
      items.push(this.#convert(text))
      if (stop === ',') continue
      if (this.#line.charAt(this.#at) === ',') this.#at += 1
      return new GoSlice(items)
    }
  }

  #item(list: Value[], index: number, level: number): { list: Value[]; end: End } {
    if (index < 0) this.#fail(`negative ${index} index not allowed`)
    const { text, stop } = this.#until('[.=')
    if (text !== '') this.#fail(`unexpected data at end of array index: ${shownRunes(text)}`)
    if (stop === undefined) return { list, end: END }
    switch (stop) {
      case '=':
        return { list: setIndex(list, index, this.#value().value), end: undefined }
      case '[': {
        const next = this.#index()
        const known = list[index]
        const inner = known === undefined || known === null ? [] : asList(known)
        const { list: filled, end } = this.#item(inner, next, level)
        return end === END
          ? { list, end }
          : { list: setIndex(list, index, new GoSlice(filled)), end: undefined }
      }
      default: {
        const known = list[index]
        const inner = known instanceof GoMap ? known : new GoMap()
        if (index < list.length) list[index] = inner
        const end = this.#key(inner, level)
        return end === END ? { list, end } : { list: setIndex(list, index, inner), end: undefined }
      }
    }
  }

  #index(): number {
    const { text, stop } = this.#until(']')
    if (stop === undefined) this.#fail('error parsing index: EOF')
    if (!ATOI.test(text))
      this.#fail(`error parsing index: strconv.Atoi: parsing ${quote(text)}: invalid syntax`)
    const index = Number(text)
    if (!Number.isSafeInteger(index))
      this.#fail(`error parsing index: strconv.Atoi: parsing ${quote(text)}: value out of range`)
    return index
  }

  /** Text up to one of the stops, which is taken; a backslash takes the next character as it is. */
  #until(stops: string): { text: string; stop: string | undefined } {
    let text = ''
    while (this.#at < this.#line.length) {
      const { rune, width } = runeAt(this.#line, this.#at)
      const character = this.#line.charAt(this.#at)
      this.#at += width
      if (width === 1 && stops.includes(character)) return { text, stop: character }
      if (character !== '\\' || this.#options.style === 'literal') {
        text += fromRune(rune)
        continue
      }
      if (this.#at >= this.#line.length) return { text, stop: undefined }
      const next = runeAt(this.#line, this.#at)
      this.#at += next.width
      text += fromRune(next.rune)
    }
    return { text, stop: undefined }
  }

  #convert(text: string): Value {
    switch (this.#options.style) {
      case 'typed':
        return typed(text)
      case 'file':
        return this.#options.readFile?.(text) ?? ''
      default:
        return text
    }
  }
}

function typed(text: string): Value {
  const lower = text.toLowerCase()
  if (lower === 'true') return true
  if (lower === 'false') return false
  if (lower === 'null') return null
  if (text === '0') return goInt64(0)
  if (!/^[-+1-9]\d*$/.test(text) || !/\d/.test(text)) return text
  const number = BigInt(text.replace(/^\+/, ''))
  return BigInt.asIntN(64, number) === number ? goInt64(number) : text
}

function set(data: GoMap, key: string, value: Value): void {
  if (key !== '') data.entries.set(key, value)
}

function setIndex(list: Value[], index: number, value: Value): Value[] {
  if (index > INDEX_MAX)
    throw new FunctionError(
      `index of ${index} is greater than maximum supported index of ${INDEX_MAX}`,
    )
  // A list that is long enough is changed where it lies, also where others hold it, as upstream.
  const filled = index < list.length ? list : [...list]
  while (filled.length <= index) filled.push(null)
  filled[index] = value
  return filled
}

function asList(value: Value): Value[] {
  if (value instanceof GoSlice) return value.items
  throw conversion(value, '[]interface {}')
}

function asMap(value: Value): GoMap {
  if (value instanceof GoMap) return value
  throw conversion(value, 'map[string]interface {}')
}

function conversion(value: Value, wanted: string): FunctionError {
  const found = value === null || value === undefined ? 'nil' : typeName(value)
  return new FunctionError(
    `unable to parse key: interface conversion: interface {} is ${found}, not ${wanted}`,
  )
}

/** `%q` of a list of runes. */
function shownRunes(text: string): string {
  const shown: string[] = []
  for (let at = 0; at < text.length;) {
    const { rune, width } = runeAt(text, at)
    shown.push(sprintf('%q', [goInt64(rune)]))
    at += width
  }
  return `[${shown.join(' ')}]`
}
