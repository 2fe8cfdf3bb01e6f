import { fromRune, RUNE_ERROR, runeAt, toBuffer } from '../byte-string.ts'
import { FunctionError } from '../errors.ts'
import {
  GoBytes,
  GoFunctionValue,
  GoInteger,
  GoMap,
  GoSlice,
  type GoObject,
  isObject,
  STRUCT_MAP,
  typeName,
  type Value,
} from '../values.ts'

export interface JsonStyle {
  /** Writes `<`, `>` and `&` as escapes, as `json.Marshal` does. */
  readonly escapesHtml: boolean
  /** Two spaces a level and a line for each item, as `MarshalIndent("", "  ")`. */
  readonly isIndented: boolean
}

const PLAIN = /^[ !#-%'-;=?-[\]-~]*$/
const SHORT: Readonly<Record<number, string>> = {
  8: String.raw`\b`,
  9: String.raw`\t`,
  10: String.raw`\n`,
  12: String.raw`\f`,
  13: String.raw`\r`,
  34: String.raw`\"`,
  92: String.raw`\\`,
}
const LINE_SEPARATOR = 0x2028
const PARAGRAPH_SEPARATOR = 0x2029
/** Go finds cycles from a thousand levels on; nothing real nests so deep. */
const DEPTH_MAX = 1_000

/** `encoding/json` of Go 1.26. Throws `FunctionError` for what JSON has not. */
export function encodeJson(value: Value, style: JsonStyle): string {
  return encode(value, style, 0)
}

function encode(value: Value, style: JsonStyle, depth: number): string {
  if (depth > DEPTH_MAX) throw new FunctionError('json: unsupported value: encountered a cycle')
  switch (typeof value) {
    case 'string':
      return encodeText(value, style)
    case 'number':
      return encodeNumber(value)
    case 'boolean':
      return String(value)
    default:
      return encodeComposite(value, style, depth)
  }
}

function encodeComposite(
  value: Exclude<Value, string | number | boolean>,
  style: JsonStyle,
  depth: number,
): string {
  if (value === null || value === undefined) return 'null'
  if (value instanceof GoInteger) return value.value.toString()
  if (value instanceof GoMap) return value.isNil ? 'null' : encodeMap(value, style, depth)
  if (value instanceof GoSlice) return value.isNil ? 'null' : encodeSlice(value, style, depth)
  if (value instanceof GoBytes) return `"${toBuffer(value.data).toString('base64')}"`
  if (isObject(value)) return encode(jsonOf(value), style, depth)
  const shown = value instanceof GoFunctionValue ? 'func()' : typeName(value)
  throw new FunctionError(`json: unsupported type: ${shown}`)
}

/** What an object says of itself, or why it cannot. */
function jsonOf(value: GoObject): Value {
  try {
    return value.asJson?.() ?? fieldsOf(value)
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error
    throw new FunctionError(
      `json: error calling MarshalJSON for type ${value.goType}: ${error.message}`,
      { cause: error },
    )
  }
}

/** A struct without rules of its own gives its fields in their order. */
function fieldsOf({ fields }: GoObject): GoMap {
  return new GoMap(new Map(fields.map(({ name, value }) => [name, value])), STRUCT_MAP)
}

function encodeMap(map: GoMap, style: JsonStyle, depth: number): string {
  const colon = style.isIndented ? '": ' : '":'
  const parts = map.sortedKeys().map((key) => {
    const value = encode(map.entries.get(key), style, depth + 1)
    return `${encodeText(key, style).slice(0, -1)}${colon}${value}`
  })
  return enclosed(parts, { style, depth, open: '{', close: '}' })
}

function encodeSlice(slice: GoSlice, style: JsonStyle, depth: number): string {
  const parts = slice.items.map((item) => encode(item, style, depth + 1))
  return enclosed(parts, { style, depth, open: '[', close: ']' })
}

function enclosed(
  parts: readonly string[],
  { style, depth, open, close }: { style: JsonStyle; depth: number; open: string; close: string },
): string {
  if (!style.isIndented || parts.length === 0) return open + parts.join(',') + close
  const pad = '  '.repeat(depth)
  return `${open}\n${pad}  ${parts.join(`,\n${pad}  `)}\n${pad}${close}`
}

/** Go prints numbers in JSON as JavaScript does, but for the sign of zero. */
function encodeNumber(value: number): string {
  if (!Number.isFinite(value)) {
    const shown = Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
    throw new FunctionError(`json: unsupported value: ${shown}`)
  }
  return Object.is(value, -0) ? '-0' : String(value)
}

function encodeText(bytes: string, { escapesHtml }: JsonStyle): string {
  if (PLAIN.test(bytes)) return `"${bytes}"`
  let encoded = ''
  for (let at = 0; at < bytes.length;) {
    const { rune, width } = runeAt(bytes, at)
    encoded += encodeRune(rune, { escapesHtml, isBroken: rune === RUNE_ERROR && width === 1 })
    at += width
  }
  return `"${encoded}"`
}

function encodeRune(
  rune: number,
  { escapesHtml, isBroken }: { escapesHtml: boolean; isBroken: boolean },
): string {
  const short = SHORT[rune]
  if (short !== undefined) return short
  const isHtml = rune === 60 || rune === 62 || rune === 38
  const isEscaped =
    rune < 0x20 ||
    isBroken ||
    rune === LINE_SEPARATOR ||
    rune === PARAGRAPH_SEPARATOR ||
    (escapesHtml && isHtml)
  return isEscaped ? String.raw`\u` + rune.toString(16).padStart(4, '0') : fromRune(rune)
}
