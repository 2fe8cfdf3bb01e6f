import { FunctionError } from '../errors.ts'
import { formatFloat } from '../fmt/format-float.ts'
import { formatTime } from '../time/format-time.ts'
import { isTime } from '../time/go-time.ts'
import {
  type Field,
  GoBytes,
  GoInteger,
  GoMap,
  type GoObject,
  GoSlice,
  isObject,
  STRUCT_MAP,
  type Value,
  typeName,
} from '../values.ts'
import { tomlLayout } from './toml-value.ts'

const NIL_ELEMENT = 'toml: cannot encode array with nil element'
const NO_KEY = 'toml: top-level values must be Go maps or structs'
const ESCAPES: Readonly<Record<string, string>> = {
  '"': String.raw`\"`,
  '\\': String.raw`\\`,
  '\b': String.raw`\b`,
  '\t': String.raw`\t`,
  '\n': String.raw`\n`,
  '\f': String.raw`\f`,
  '\r': String.raw`\r`,
}

/** `toml.Encoder` of BurntSushi/toml v1.6.0. Throws `FunctionError` with its text. */
export function encodeToml(value: Value): string {
  return new Encoder().run(value)
}

class Encoder {
  #output = ''

  run(value: Value): string {
    if (value === null || value === undefined)
      throw new FunctionError('reflect: call of reflect.Value.Type on zero Value')
    this.#encode([], value)
    return this.#output
  }

  #encode(key: readonly string[], value: Value): void {
    const table = tableOf(value)
    if (value instanceof GoSlice && isTableArray(value)) this.#tables(key, value)
    else if (table !== undefined) this.#table(key, table)
    else if (!isNil(value)) this.#keyValue(key, value)
  }

  #keyValue(key: readonly string[], value: Value): void {
    const last = key.at(-1)
    if (last === undefined) {
      this.#output += element(value)
      return
    }
    this.#output += `${indent(key)}${quotedKey(last)} = ${element(value)}\n`
  }

  #tables(key: readonly string[], list: GoSlice): void {
    if (key.length === 0) throw new FunctionError(NO_KEY)
    for (const item of list.items) {
      const table = tableOf(item)
      if (table === undefined) continue
      this.#newline()
      this.#output += `${indent(key)}[[${key.map(quotedKey).join('.')}]]\n`
      this.#entries(key, table)
    }
  }

  #table(key: readonly string[], map: GoMap): void {
    if (key.length === 1) this.#newline()
    if (key.length > 0) this.#output += `${indent(key)}[${key.map(quotedKey).join('.')}]\n`
    this.#entries(key, map)
  }

  #entries(key: readonly string[], map: GoMap): void {
    for (const name of orderedKeys(map)) {
      const value = map.entries.get(name)
      if (!isNil(value)) this.#encode([...key, name], value)
    }
  }

  #newline(): void {
    if (this.#output !== '') this.#output += '\n'
  }
}

/** A map, or a struct that does not write itself, as a map of its fields. */
function tableOf(value: Value): GoMap | undefined {
  if (value instanceof GoMap) return value.isNil ? undefined : value
  if (!isObject(value) || isText(value) || value.integer !== undefined) return undefined
  return new GoMap(new Map(fieldsOf(value).map((field) => [field.name, field.value])), STRUCT_MAP)
}

/** `encoding.TextMarshaler`. */
function isText(value: GoObject): boolean {
  return value.asText !== undefined && value.integer === undefined
}

/** Fields of embedded structs are as if they were its own. */
function fieldsOf({ fields, promoted }: GoObject): readonly Field[] {
  if (promoted === undefined) return fields
  return [...promoted, ...fields.filter(({ value }) => tableOf(value) === undefined)]
}

/** Plain values first, then tables; each in the order of the keys. */
function orderedKeys(map: GoMap): string[] {
  const keys = map.sortedKeys()
  const isTable = (key: string): boolean => {
    const value = map.entries.get(key)
    return value instanceof GoSlice ? isTableArray(value) : tableOf(value) !== undefined
  }
  const tables = new Set(keys.filter(isTable))
  return [...keys.filter((key) => !tables.has(key)), ...tables]
}

function element(value: Value): string {
  if (typeof value === 'string') return `"${escaped(value)}"`
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return float(value)
  if (value instanceof GoInteger) return value.value.toString()
  if (value instanceof GoSlice) return `[${value.items.map(element).join(', ')}]`
  if (value instanceof GoBytes)
    return `[${Array.from(value.data, (byte) => byte.charCodeAt(0)).join(', ')}]`
  if (isTime(value)) return formatTime(value.instant, tomlLayout(value.instant.zone))
  if (isObject(value)) return objectElement(value)
  const table = tableOf(value)
  if (table !== undefined) return inlineTable(table, table.entries.size - 1)
  throw new FunctionError(`unexpected type: ${typeName(value)}`)
}

/** Of integers with a name, durations alone are texts. */
function objectElement(value: GoObject): string {
  if (value.integer !== undefined && value.goKind === 'int') return value.integer.toString()
  if (value.asText !== undefined) return `"${escaped(value.asText())}"`
  const table = tableOf(value) ?? new GoMap()
  // Upstream counts fields of an embedded struct as the first, so that none is the last.
  return inlineTable(table, value.promoted === undefined ? table.entries.size - 1 : -1)
}

function inlineTable(map: GoMap, last: number): string {
  const keys = orderedKeys(map)
  // Upstream leaves out what is nil, but not the comma before it.
  const parts = keys.map((key, index) => {
    const value = map.entries.get(key)
    const comma = index === last ? '' : ', '
    return isNil(value) ? '' : `${quotedKey(key)} = ${element(value)}${comma}`
  })
  return `{${parts.join('')}}`
}

function float(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf'
  const text = formatFloat(value, 'g', -1)
  return /[e.]/.test(text) ? text : `${text}.0`
}

/** A list of tables only; nil in a list cannot be written at all. */
function isTableArray(list: GoSlice): boolean {
  let areTables = list.items.length > 0
  for (const item of list.items) {
    if (isNil(item)) throw new FunctionError(NIL_ELEMENT)
    if (item instanceof GoSlice) isTableArray(item)
    if (tableOf(item) === undefined) areTables = false
  }
  return areTables
}

function isNil(value: Value): boolean {
  if (value === null || value === undefined) return true
  return (value instanceof GoMap || value instanceof GoSlice) && value.isNil
}

function indent(key: readonly string[]): string {
  return '  '.repeat(Math.max(key.length - 1, 0))
}

function quotedKey(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : `"${escaped(key)}"`
}

function escaped(text: string): string {
  return text.replaceAll(
    // oxlint-disable-next-line no-control-regex -- Control characters are what is escaped.
    /["\\\u0000-\u001f\u007f]/g,
    (char) => ESCAPES[char] ?? String.raw`\u` + char.charCodeAt(0).toString(16).padStart(4, '0'),
  )
}
