import { runeAt } from '../byte-string.ts'
import {
  GoBytes,
  GoComplex,
  GoFunctionValue,
  GoInteger,
  GoMap,
  GoSlice,
  isObject,
  typeName,
  type GoObject,
  type Value,
} from '../values.ts'
import { type FloatVerb, SHORTEST } from './format-float.ts'
import { Formatter, type IntegerStyle } from './formatter.ts'

const METHOD_VERBS = 'vsxXq'
/** Addresses differ from run to run in Go; ours are all the same, so that output does not. */
const ADDRESS = 0xc000000000n
const FLOAT_PRECISION = 6
/** Values nest at most so deep; what is deeper cannot be printed. */
const DEPTH_MAX = 1_000

const INTEGER_STYLES: Readonly<Record<string, IntegerStyle>> = {
  v: { base: 10, verb: 'v' },
  d: { base: 10, verb: 'd' },
  b: { base: 2, verb: 'b' },
  o: { base: 8, verb: 'o' },
  O: { base: 8, verb: 'O' },
  x: { base: 16, verb: 'x' },
  X: { base: 16, verb: 'X', isUpper: true },
}
const FLOAT_STYLES: Readonly<Record<string, readonly [FloatVerb, number]>> = {
  v: ['g', SHORTEST],
  b: ['b', SHORTEST],
  g: ['g', SHORTEST],
  G: ['G', SHORTEST],
  x: ['x', SHORTEST],
  X: ['X', SHORTEST],
  f: ['f', FLOAT_PRECISION],
  F: ['f', FLOAT_PRECISION],
  e: ['e', FLOAT_PRECISION],
  E: ['E', FLOAT_PRECISION],
}

/** Go's `fmt.pp`: prints values under a verb. What it writes is in `format.output`. */
export class Printer {
  readonly format: Formatter = new Formatter()
  #isReportingBadVerb = false

  /** Prints an argument of `Print` or `Printf`. */
  argument(value: Value, verb: string): void {
    if (value === null || value === undefined) {
      if (verb === 'T' || verb === 'v') this.format.pad('<nil>')
      else this.#badVerb(value, verb)
      return
    }
    if (verb === 'T') this.format.string(typeName(value))
    else if (verb === 'p') this.#pointer(value, 'p')
    else this.#value(value, verb, 0)
  }

  #value(value: Value, verb: string, depth: number): void {
    switch (typeof value) {
      case 'string':
        this.#string(value, verb)
        return
      case 'number':
        this.#float(value, verb)
        return
      case 'boolean':
        if (verb === 't' || verb === 'v') this.format.pad(value ? 'true' : 'false')
        else this.#badVerb(value, verb)
        return
      default:
        this.#composite(value, verb, depth)
    }
  }

  #composite(value: Exclude<Value, string | number | boolean>, verb: string, depth: number): void {
    if (depth > DEPTH_MAX) {
      this.format.output += '...'
      return
    }
    if (value === null || value === undefined)
      this.format.output += this.format.sharpV ? 'interface {}(nil)' : '<nil>'
    else if (value instanceof GoInteger) this.#integer(value, verb)
    else if (verb === 'w' && isWhole(value)) this.#badVerb(value, verb)
    else if (value instanceof GoMap) this.#map(value, verb, depth)
    else if (value instanceof GoSlice) this.#slice(value, verb, depth)
    else if (value instanceof GoBytes) this.#bytes(value, verb)
    else if (value instanceof GoComplex) this.#complex(value, verb)
    else if (value instanceof GoFunctionValue) this.#pointer(value, verb)
    else this.#object(value, verb, depth)
  }

  #string(text: string, verb: string): void {
    switch (verb) {
      case 'v':
        if (this.format.sharpV) this.format.quoted(text)
        else this.format.string(text)
        return
      case 's':
        this.format.string(text)
        return
      case 'x':
      case 'X':
        this.format.hexString(text, verb === 'X')
        return
      case 'q':
        this.format.quoted(text)
        return
      default:
        this.#badVerb(text, verb)
    }
  }

  #integer(value: GoInteger, verb: string): void {
    const style = INTEGER_STYLES[verb]
    const isUnsigned = value.type.startsWith('uint')
    if (verb === 'v' && this.format.sharpV && isUnsigned) this.#hexadecimal(value.value, true)
    else if (style !== undefined) this.format.integer(value.value, style)
    else if (verb === 'c') this.format.character(value.value)
    else if (verb === 'q') this.format.quotedCharacter(value.value)
    else if (verb === 'U') this.format.unicode(value.value)
    else this.#badVerb(value, verb)
  }

  #hexadecimal(value: bigint, hasPrefix: boolean): void {
    const sharp = this.format.sharp
    this.format.sharp = hasPrefix
    this.format.integer(value, { base: 16, verb: 'v' })
    this.format.sharp = sharp
  }

  #float(value: number, verb: string): void {
    const style = FLOAT_STYLES[verb]
    if (style === undefined) this.#badVerb(value, verb)
    else this.format.float(value, style[0], style[1])
  }

  #complex(value: GoComplex, verb: string): void {
    if (FLOAT_STYLES[verb] === undefined) {
      this.#badVerb(value, verb)
      return
    }
    const plus = this.format.plus
    this.format.output += '('
    this.#float(value.real, verb)
    this.format.plus = true
    this.#float(value.imaginary, verb)
    this.format.output += 'i)'
    this.format.plus = plus
  }

  #map(map: GoMap, verb: string, depth: number): void {
    const { sharpV } = this.format
    if (sharpV && map.isNil) {
      this.format.output += `${map.type.name}(nil)`
      return
    }
    this.format.output += sharpV ? `${map.type.name}{` : 'map['
    for (const [index, key] of map.sortedKeys().entries()) {
      if (index > 0) this.format.output += sharpV ? ', ' : ' '
      this.#string(key, verb)
      this.format.output += ':'
      this.#value(map.entries.get(key), verb, depth + 1)
    }
    this.format.output += sharpV ? '}' : ']'
  }

  #slice(slice: GoSlice, verb: string, depth: number): void {
    const { sharpV } = this.format
    if (sharpV && slice.isNil) {
      this.format.output += `${slice.type.name}(nil)`
      return
    }
    this.format.output += sharpV ? `${slice.type.name}{` : '['
    for (const [index, item] of slice.items.entries()) {
      if (index > 0) this.format.output += sharpV ? ', ' : ' '
      this.#value(item, verb, depth + 1)
    }
    this.format.output += sharpV ? '}' : ']'
  }

  #bytes({ data }: GoBytes, verb: string): void {
    if (verb === 's') this.format.string(data)
    else if (verb === 'x' || verb === 'X') this.format.hexString(data, verb === 'X')
    else if (verb === 'q') this.format.quoted(data)
    else {
      const { sharpV } = this.format
      this.format.output += sharpV ? '[]byte{' : '['
      for (let at = 0; at < data.length; at++) {
        if (at > 0) this.format.output += sharpV ? ', ' : ' '
        const byte = new GoInteger('uint8', BigInt(data.charCodeAt(at)))
        if (sharpV) this.#hexadecimal(byte.value, true)
        else this.#integer(byte, verb)
      }
      this.format.output += sharpV ? '}' : ']'
    }
  }

  #object(value: GoObject, verb: string, depth: number): void {
    const isText = value.asText !== undefined && METHOD_VERBS.includes(verb)
    if (isText && value.isNil !== true && !this.format.sharpV && !this.#isReportingBadVerb) {
      this.#string(value.asText?.() ?? '', verb)
      return
    }
    if (this.format.sharpV && value.asGoText !== undefined && !this.#isReportingBadVerb) {
      this.format.string(value.asGoText())
      return
    }
    if (value.goKind === 'ptr' && (depth > 0 || value.isNil === true)) this.#pointer(value, verb)
    else if (value.integer === undefined) this.#struct(value, verb, depth)
    else this.#named(value, value.integer, verb)
  }

  /** A type of its own below which is an integer. */
  #named(value: GoObject, integer: bigint, verb: string): void {
    if (INTEGER_STYLES[verb] === undefined && !'cqU'.includes(verb)) this.#badVerb(value, verb)
    else this.#integer(new GoInteger('int64', integer), verb)
  }

  #struct(value: GoObject, verb: string, depth: number): void {
    const { sharpV, plusV } = this.format
    if (value.goKind === 'ptr') this.format.output += '&'
    if (sharpV) this.format.output += value.goType.replace(/^\*/, '')
    this.format.output += '{'
    for (const [index, field] of [...value.fields, ...(value.hidden?.() ?? [])].entries()) {
      if (index > 0) this.format.output += sharpV ? ', ' : ' '
      if (plusV || sharpV) this.format.output += `${field.name}:`
      this.#value(field.value, verb, depth + 1)
    }
    this.format.output += '}'
  }

  #pointer(value: Value, verb: string): void {
    const isAddress =
      value instanceof GoMap ||
      value instanceof GoSlice ||
      value instanceof GoBytes ||
      value instanceof GoFunctionValue ||
      (isObject(value) && value.goKind === 'ptr')
    const address = isObject(value) && value.isNil === true ? 0n : ADDRESS
    if (!isAddress) this.#badVerb(value, verb)
    else if (verb === 'v' && address === 0n) this.format.pad('<nil>')
    else if (verb === 'p' || verb === 'v') this.#hexadecimal(address, !this.format.sharp)
    else if ('bodxX'.includes(verb)) this.#integer(new GoInteger('uint64', address), verb)
    else this.#badVerb(value, verb)
  }

  #badVerb(value: Value, verb: string): void {
    this.#isReportingBadVerb = true
    this.format.output += `%!${verb}(`
    if (value === null || value === undefined) this.format.output += '<nil>'
    else {
      this.format.output += `${typeName(value)}=`
      this.argument(value, 'v')
    }
    this.format.output += ')'
    this.#isReportingBadVerb = false
  }
}

/** What might be an error to be wrapped: its parts are not looked at. */
function isWhole(value: Value): boolean {
  return value instanceof GoMap || value instanceof GoSlice || isObject(value)
}

/** The verb that starts at `at`: one rune, as Go bytes. */
export function verbAt(format: string, at: number): string {
  return format.slice(at, at + runeAt(format, at).width)
}
