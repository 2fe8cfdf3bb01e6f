import { FunctionError } from '../errors.ts'
import { fromRune, runeAt } from '../byte-string.ts'
import { quote } from '../fmt/quote.ts'
import { parseFloat64, parseInteger } from '../numbers.ts'
import { goTime } from '../time/go-time.ts'
import { parseTime } from '../time/parse-time.ts'
import { goInt64, GoSlice, type Value } from '../values.ts'

/** The text that is being decoded, and where in it the decoder stands. */
export interface TomlSource {
  readonly text: string
  at: number
  peek(): string
  spaces(): void
  blank(): void
  shown(): string
  nested<T>(read: () => T): T
  fail(problem: string): never
}

const TIMES: readonly string[] = [
  '2006-01-02T15:04:05.999999999Z07:00',
  '2006-01-02T15:04:05.999999999',
  '2006-01-02',
  '15:04:05.999999999',
  '2006-01-02T15:04Z07:00',
  '2006-01-02T15:04',
  '15:04',
]
const ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  t: '\t',
  n: '\n',
  f: '\f',
  r: '\r',
  e: '\u001b',
  '"': '"',
  '\\': '\\',
}
const HEX: Readonly<Record<string, readonly [number, string]>> = {
  x: [2, 'two'],
  u: [4, 'four'],
  U: [8, 'eight'],
}

/** One value; `inlineTable` reads what stands in braces. */
export function parseTomlValue(source: TomlSource, inlineTable: () => Value): Value {
  source.spaces()
  const first = source.peek()
  switch (first) {
    case '[':
      return source.nested(() => array(source, inlineTable))
    case '{':
      return source.nested(inlineTable)
    case '"':
    case "'":
      return text(source, first)
    case '.':
      return source.fail("floats must start with a digit, not '.'")
    case '':
      return source.fail('unexpected EOF; expected value')
    default:
      return /[-+\d]/.test(first) ? numberOrTime(source) : word(source)
  }
}

function array(source: TomlSource, inlineTable: () => Value): Value {
  const items: Value[] = []
  source.at += 1
  for (;;) {
    source.blank()
    if (source.peek() === ',') source.fail('unexpected comma')
    if (source.peek() === ']') break
    items.push(parseTomlValue(source, inlineTable))
    source.blank()
    if (source.peek() === ',') source.at += 1
    else if (source.peek() !== ']') {
      const shown = source.peek() === '' ? 'end of file' : `'${source.peek()}'`
      source.fail(`expected a comma (',') or array terminator (']'), but got ${shown}`)
    }
  }
  source.at += 1
  return new GoSlice(items)
}

function text(source: TomlSource, mark: '"' | "'"): string {
  const triple = mark.repeat(3)
  if (source.text.startsWith(triple, source.at)) return longText(source, triple)
  let value = ''
  for (source.at += 1; ;) {
    const char = source.peek()
    if (char === '') source.fail(`unexpected EOF; expected ${mark === '"' ? `'"'` : `"'"`}`)
    if (char === '\n' || char === '\r') source.fail('strings cannot contain newlines')
    source.at += 1
    if (char === mark) return value
    value += char === '\\' && mark === '"' ? escape(source) : char
  }
}

function longText(source: TomlSource, triple: string): string {
  source.at += 3
  if (source.text.startsWith('\r\n', source.at)) source.at += 2
  else if (source.peek() === '\n') source.at += 1
  let value = ''
  for (;;) {
    const char = source.peek()
    if (char === '')
      source.fail(`unexpected EOF; expected ${triple.startsWith('"') ? `'"""'` : `"'''"`}`)
    if (source.text.startsWith(triple, source.at)) {
      // Up to two more marks belong to the text.
      let extra = 0
      while (extra < 2 && source.text.charAt(source.at + 3 + extra) === char) extra += 1
      source.at += 3 + extra
      return value + char.repeat(extra)
    }
    source.at += 1
    if (char !== '\\' || !triple.startsWith('"')) value += char
    else value += lineContinuation(source) ? '' : escape(source)
  }
}

/** A backslash before a line end takes all space that follows. */
function lineContinuation(source: TomlSource): boolean {
  const space = /^[ \t]*\r?\n[ \t\r\n]*/.exec(source.text.slice(source.at))?.[0]
  if (space === undefined) return false
  source.at += space.length
  return true
}

function escape(source: TomlSource): string {
  const letter = source.peek()
  const simple = ESCAPES[letter]
  if (simple !== undefined) {
    source.at += 1
    return simple
  }
  const hex = HEX[letter]
  if (hex === undefined)
    source.fail(
      `invalid escape character ${source.shown()}; only the following escape characters are allowed: \\b, \\t, \\n, \\f, \\r, \\", \\\\, \\uXXXX, and \\UXXXXXXXX`,
    )
  const digits = source.text.slice(source.at + 1, source.at + 1 + hex[0])
  if (!new RegExp(`^[0-9a-fA-F]{${hex[0]}}$`).test(digits))
    source.fail(
      `expected ${hex[1]} hexadecimal digits after '\\${letter}', but got ${quote(digits)} instead`,
    )
  source.at += 1 + hex[0]
  const rune = Number.parseInt(digits, 16)
  if (rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff))
    source.fail(`Escaped character '\\u${digits}' is not valid UTF-8.`)
  return fromRune(rune)
}

function word(source: TomlSource): Value {
  const rest = source.text.slice(source.at, source.at + 64)
  const special = /^(?:inf|nan)/.exec(rest)?.[0]
  if (special !== undefined) {
    source.at += special.length
    return special === 'inf' ? Infinity : Number.NaN
  }
  const letters = /^[A-Za-z\u0080-\u00ff]+/.exec(rest)?.[0]
  if (letters === 'true' || letters === 'false') {
    source.at += letters.length
    return letters === 'true'
  }
  if (letters !== undefined)
    return source.fail(`expected value but found ${quote(letters)} instead`)
  const { rune } = runeAt(source.text, source.at)
  return source.fail(
    `expected value but found ${rune === 10 ? String.raw`'\n'` : source.shown()} instead`,
  )
}

function numberOrTime(source: TomlSource): Value {
  const rest = source.text.slice(source.at, source.at + 256)
  const time = /^\d+[-:][-\d:TtZz .+]*/.exec(rest)?.[0]
  if (time !== undefined) {
    source.at += time.length
    return timeOf(source, time.trim())
  }
  const special = /^[-+](?:inf|nan)/.exec(rest)?.[0]
  if (special !== undefined) {
    source.at += special.length
    if (special.endsWith('nan')) return Number.NaN
    return special.startsWith('-') ? -Infinity : Infinity
  }
  if (/^[-+]\./.test(rest)) source.fail("floats must start with a digit, not '.'")
  if (/^[-+]0[box]/.test(rest))
    source.fail(`cannot use sign with non-decimal numbers: '${rest.slice(0, 3)}'`)
  const number = /^(?:0x[0-9a-fA-F_]+|0o[0-7_]+|0b[01_]+|[-+]?\d[\d_]*(?:[.eE][\d_.eE+-]*)?)/.exec(
    rest,
  )?.[0]
  if (number === undefined) {
    source.at += 1
    return source.fail(`expected a digit but got ${source.shown()}`)
  }
  source.at += number.length
  return numberOf(source, number)
}

function numberOf(source: TomlSource, number: string): Value {
  const isFloat = !number.startsWith('0x') && /[.eE]/.test(number)
  const kind = isFloat ? 'float' : 'integer'
  const parts = isFloat ? number.split(/[.eE]/) : [number]
  if (parts.some((part) => /(?:^|[^0-9a-fA-F])_|_(?![0-9a-fA-F])/.test(part.replace(/^[-+]/, ''))))
    source.fail(`Invalid ${kind} ${quote(number)}: underscores must be surrounded by digits`)
  if (/^[-+]?0[\d_]/.test(parts[0] ?? ''))
    source.fail(`Invalid ${kind} ${quote(number)}: cannot have leading zeroes`)
  if (isFloat) {
    if (/\.(?!\d)/.test(number))
      source.fail(`Invalid float ${quote(number)}: '.' must be followed by one or more digits`)
    const float = parseFloat64(number.replaceAll('_', ''))
    if (float.problem === 'invalid syntax') source.fail(`Invalid float value: ${quote(number)}`)
    if (float.problem !== undefined) source.fail(`${quote(number)} is out of range for float64`)
    return float.value
  }
  const integer = parseInteger(number, 0)
  if (integer.problem !== undefined) source.fail(`${quote(number)} is out of range for int64`)
  return goInt64(integer.value)
}

function timeOf(source: TomlSource, time: string): Value {
  const plain = time.replaceAll('z', 'Z').replaceAll('t', 'T').replaceAll(' ', 'T')
  for (const layout of TIMES) {
    try {
      return goTime(parseTime(layout, plain))
    } catch (error) {
      if (!(error instanceof FunctionError)) throw error
    }
  }
  return source.fail(`invalid datetime: ${quote(time)}`)
}
