import { fromRune } from '../byte-string.ts'
import { FunctionError } from '../errors.ts'
import { quote } from '../fmt/quote.ts'
import { parseFloat64, parseInteger } from '../numbers.ts'
import { goTime } from '../time/go-time.ts'
import { parseTime } from '../time/parse-time.ts'
import { fixedZone, type Zone } from '../time/zone.ts'
import { goInt64, type Value } from '../values.ts'
import { type TomlItem, TomlProblem } from './toml-reader.ts'

const DATE_TIME = fixedZone('datetime-local', 0)
const DATE = fixedZone('date-local', 0)
const TIME = fixedZone('time-local', 0)
/** Layouts with the zone of what has none. */
const LAYOUTS: readonly (readonly [string, Zone | undefined])[] = [
  ['2006-01-02T15:04:05.999999999Z07:00', undefined],
  ['2006-01-02T15:04:05.999999999', DATE_TIME],
  ['2006-01-02', DATE],
  ['15:04:05.999999999', TIME],
  ['2006-01-02T15:04Z07:00', undefined],
  ['2006-01-02T15:04', DATE_TIME],
  ['15:04', TIME],
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

/** How a time of a zone is written: those that had none get none. */
export function tomlLayout(zone: Zone): string {
  const local = LAYOUTS.find(([, known]) => known === zone) ?? LAYOUTS[0]
  return local?.[0] ?? ''
}

/** The value of a text of any kind; nothing for what is no text. */
export function tomlText(item: TomlItem): string | undefined {
  switch (item.kind) {
    case 'text':
    case 'string':
    case 'raw':
      return item.text
    case 'escaped':
      return unescaped(item, item.text)
    case 'long-string':
      return unescaped(item, withoutEscapedBreaks(withoutFirstBreak(item.text)))
    case 'long-raw':
      return withoutFirstBreak(item.text)
    default:
      return undefined
  }
}

/** A number, a time or a truth. */
export function tomlScalar(item: TomlItem): Value {
  switch (item.kind) {
    case 'integer':
      return integer(item)
    case 'float':
      return float(item)
    case 'time':
      return time(item)
    default:
      return item.text === 'true'
  }
}

/** `Key.String`. */
export function tomlKey(names: readonly string[]): string {
  return names.map(quotedName).join('.')
}

function quotedName(name: string): string {
  if (/^[A-Za-z0-9_-]+$/.test(name)) return name
  return `"${name.replaceAll(/["\\]/g, String.raw`\$&`)}"`
}

function integer(item: TomlItem): Value {
  const shown = `Invalid integer ${quote(item.text)}`
  if (!areUnderscoresFine(item.text))
    throw new TomlProblem(`${shown}: underscores must be surrounded by digits`, item.line)
  if (hasLeadingZero(item.text))
    throw new TomlProblem(`${shown}: cannot have leading zeroes`, item.line)
  const { value, problem } = parseInteger(item.text, 0)
  if (problem !== undefined)
    throw new TomlProblem(`${item.text} is out of range for int64`, item.line)
  return goInt64(value)
}

function float(item: TomlItem): Value {
  const { text, line } = item
  const shown = `Invalid float ${quote(text)}`
  const parts = text.split(/[.eE]/).filter((part) => part !== '')
  if (!parts.every(areUnderscoresFine))
    throw new TomlProblem(`${shown}: underscores must be surrounded by digits`, line)
  if (hasLeadingZero(parts[0] ?? ''))
    throw new TomlProblem(`${shown}: cannot have leading zeroes`, line)
  if (/\.(?!\d)/.test(text))
    throw new TomlProblem(`${shown}: '.' must be followed by one or more digits`, line)
  const plain = text.replaceAll('_', '')
  if (/^[-+]?nan$/.test(plain)) return Number.NaN
  const { value, problem } = parseFloat64(plain)
  if (problem === 'invalid syntax')
    throw new TomlProblem(`Invalid float value: ${quote(text)}`, line)
  if (problem !== undefined) throw new TomlProblem(`${text} is out of range for float64`, line)
  return value
}

function areUnderscoresFine(text: string): boolean {
  if (/^[-+]?(?:nan|inf)$/.test(text)) return true
  return !/(?:^|[^0-9a-fA-F])_/.test(text) && /[0-9a-fA-F]$/.test(text)
}

function hasLeadingZero(text: string): boolean {
  return /^(?:0[^box]|[-+]0.)/.test(text)
}

function time({ text, line }: TomlItem): Value {
  const plain = text
    .replaceAll(/^[ \t]+|[ \t]+$/g, '')
    .replaceAll('z', 'Z')
    .replaceAll('t', 'T')
    .replaceAll(' ', 'T')
  for (const [layout, zone] of LAYOUTS) {
    try {
      const instant = parseTime(layout, plain)
      if (lacksZero(plain, layout)) break
      return goTime(zone === undefined ? instant : { ...instant, zone })
    } catch (error) {
      if (!(error instanceof FunctionError)) throw error
    }
  }
  throw new TomlProblem(`invalid datetime: ${quote(plain)}`, line)
}

/** Go reads numbers of one digit, which TOML has not: then marks are not where they belong. */
function lacksZero(text: string, layout: string): boolean {
  for (const [index, mark] of Array.from(layout).entries()) {
    if (mark === '.' || mark === 'Z') return false
    if (!/\d/.test(mark) && text.charAt(index) !== mark) return true
  }
  return false
}

function withoutFirstBreak(text: string): string {
  return text.replace(/^\r?\n/, '')
}

/** A backslash before a line end takes all space that follows. */
function withoutEscapedBreaks(text: string): string {
  return text.replaceAll(/\\(?:\\|[ \t\r]*\n[ \t\r\n]*)/g, (match) =>
    match === '\\\\' ? match : '',
  )
}

function unescaped(item: TomlItem, text: string): string {
  return text.replaceAll(/\\(?:x..|u.{4}|U.{8}|.)/gs, (match) => {
    const [, letter = '', digits] = Array.from(/^\\(.)(.*)$/s.exec(match) ?? [])
    if (digits !== undefined && digits !== '') return unicode(item, digits)
    const simple = ESCAPES[letter]
    if (simple === undefined) throw new TomlProblem(`invalid escape: '${match}'`, item.line)
    return simple
  })
}

function unicode(item: TomlItem, digits: string): string {
  const rune = Number.parseInt(digits, 16)
  if (rune <= 0x10ffff && (rune < 0xd800 || rune > 0xdfff)) return fromRune(rune)
  throw new TomlProblem(`Escaped character '\\u${digits}' is not valid UTF-8.`, item.line)
}
