import {
  isYamlList,
  isYamlMap,
  OrderedMap,
  parseYaml,
  PlainScalar,
  type Printable,
  printYaml,
  YamlError,
  type YamlValue,
} from '@tidemark/yaml'
import { type CallContext } from '../call-context.ts'
import { fromBytes, toBuffer, toBytes } from '../byte-string.ts'
import { FunctionError } from '../errors.ts'
import { fixed, type GoFunction } from '../function.ts'
import { measure } from '../measure.ts'
import {
  ANY_MAP,
  ANY_SLICE,
  appendedCapacity,
  GoBytes,
  GoInteger,
  GoMap,
  type GoObject,
  GoSlice,
  isObject,
  STRUCT_MAP,
  typeName,
  type Value,
} from '../values.ts'
import { isTime } from '../time/go-time.ts'
import { rfc3339 } from '../time/marshal-time.ts'
import { textOf } from './arguments.ts'

/** Values nest at most so deep. */
const DEPTH_MAX = 1_000

/** YAML functions of Helm 3.22. */
export const yamlFunctions: Readonly<Record<string, GoFunction>> = {
  toYaml: fixed(['interface {}'], ([value], context) => printed(value, 'yaml2', context)),
  toYamlPretty: fixed(['interface {}'], ([value], context) => printed(value, 'yaml3', context)),
  fromYaml: fixed(['string'], ([text], context) => {
    const read = parsed(textOf(text), context)
    if (typeof read === 'string') return withError(read)
    if (read.value === null) return new GoMap()
    return read.value instanceof GoMap ? read.value : withError(mismatch(read.value, ANY_MAP.name))
  }),
  fromYamlArray: fixed(['string'], ([text], context) => {
    const read = parsed(textOf(text), context)
    if (typeof read === 'string') return new GoSlice([read])
    if (read.value === null) return new GoSlice([])
    return read.value instanceof GoSlice
      ? read.value
      : new GoSlice([mismatch(read.value, ANY_SLICE.name)])
  }),
}

function withError(problem: string): GoMap {
  return new GoMap(new Map([['Error', problem]]))
}

/** Go bytes for the YAML library, which says what is wrong with bytes that are no text. */
export function yamlText(text: string): string | Uint8Array {
  const decoded = fromBytes(text)
  return decoded.includes('\uFFFD') ? toBuffer(text) : decoded
}

/** A value of the YAML library as Go's `encoding/json` would hold it: numbers are float64, text is bytes. */
export function fromYamlValue(value: YamlValue): Value {
  if (typeof value === 'string') return toBytes(value)
  if (typeof value === 'bigint') return Number(value)
  if (isYamlMap(value)) {
    const entries = new Map<string, Value>()
    for (const [key, item] of value) entries.set(toBytes(key), fromYamlValue(item))
    return new GoMap(entries)
  }
  if (isYamlList(value)) {
    const items = value.map(fromYamlValue)
    return new GoSlice(items, ANY_SLICE, { capacity: appendedCapacity(items.length) })
  }
  return value
}

/** A Go value for the YAML library; `style` says whether integers stay apart from floats. */
export function toYamlValue(value: Value, style: 'yaml2' | 'yaml3'): Printable {
  return convert(value, style, 0)
}

function convert(value: Value, style: 'yaml2' | 'yaml3', depth: number): Printable {
  if (depth > DEPTH_MAX) throw new FunctionError(`values nest deeper than ${DEPTH_MAX}`)
  switch (typeof value) {
    case 'string':
      return fromBytes(value)
    case 'number':
      if (style === 'yaml2' && !Number.isFinite(value)) throw new FunctionError('unsupported value')
      return value
    case 'boolean':
      return value
    default:
      return convertComposite(value, style, depth)
  }
}

function convertComposite(
  value: Exclude<Value, string | number | boolean>,
  style: 'yaml2' | 'yaml3',
  depth: number,
): Printable {
  if (value === null || value === undefined) return null
  if (value instanceof GoInteger) return value.value
  if (value instanceof GoMap) {
    if (value.isNil && style === 'yaml2') return null
    const isStruct = style === 'yaml3' && value.type === STRUCT_MAP
    const entries = isStruct ? new OrderedMap() : new Map<string, Printable>()
    for (const [key, item] of value.entries)
      entries.set(fromBytes(key), convert(item, style, depth + 1))
    return entries
  }
  if (value instanceof GoSlice) {
    if (value.isNil && style === 'yaml2') return null
    return value.items.map((item) => convert(item, style, depth + 1))
  }
  if (value instanceof GoBytes) return Buffer.from(value.data, 'latin1').toString('base64')
  if (isObject(value)) return convertObject(value, style, depth)
  throw new FunctionError(`cannot marshal type: ${typeName(value)}`)
}

/** The first printer goes by JSON; the second has no tags for most structs and writes their names small. */
function convertObject(value: GoObject, style: 'yaml2' | 'yaml3', depth: number): Printable {
  if (style === 'yaml3' && isTime(value)) return new PlainScalar(rfc3339(value.instant))
  if (style === 'yaml3' && value.asText !== undefined && value.asJson !== undefined)
    return value.goKind === 'int' ? (value.integer ?? 0n) : fromBytes(value.asText())
  if (value.asJson !== undefined && (style === 'yaml2' || value.hasYamlTags === true))
    return convert(value.asJson(), style, depth + 1)
  const entries = style === 'yaml3' ? new OrderedMap() : new Map<string, Printable>()
  for (const field of value.fields) {
    const name = style === 'yaml3' ? field.name.toLowerCase() : field.name
    entries.set(name, convert(field.value, style, depth + 1))
  }
  return entries
}

/** The text, without its last line feed; nothing where the value has no YAML. */
function printed(value: Value, style: 'yaml2' | 'yaml3', { budget }: CallContext): string {
  measure(value, budget)
  try {
    const text = toBytes(printYaml(toYamlValue(value, style), style))
    budget.text(text.length)
    return text.endsWith('\n') ? text.slice(0, -1) : text
  } catch (error) {
    // What the second printer has no form for makes it panic.
    if (error instanceof YamlError || (error instanceof FunctionError && style === 'yaml2'))
      return ''
    throw error
  }
}

/** The value, or Go's reason why the text is none. */
function parsed(text: string, { budget }: CallContext): { readonly value: Value } | string {
  budget.text(text.length)
  try {
    const value: Value = fromYamlValue(
      parseYaml(yamlText(text), {
        flavour: 'yaml2',
        duplicateKeys: 'last-wins',
        numbers: 'float64',
      }),
    )
    return { value }
  } catch (error) {
    if (error instanceof YamlError)
      return `error converting YAML to JSON: ${toBytes(error.upstream ?? error.message)}`
    throw error
  }
}

function mismatch(value: Value, target: string): string {
  return `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonKind(value)} into Go value of type ${target}`
}

function jsonKind(value: Value): string {
  if (value instanceof GoMap) return 'object'
  if (value instanceof GoSlice) return 'array'
  return typeof value === 'boolean' ? 'bool' : typeof value
}
