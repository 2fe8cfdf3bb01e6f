import type { Flavour } from '../flavour.ts'
import { DEPTH_MAX } from '../limits.ts'
import { YamlError } from '../yaml-error.ts'
import { printNumber } from './print-number.ts'
import { isPrintableList, OrderedMap, PlainScalar, type Printable } from './printable.ts'
import type { PrintStyle } from './print-style.ts'
import { commonStyleOf, styleOf } from './scalar-style.ts'
import { sortKeys } from './sort-keys.ts'
import { keyThroughJson, needsJson, throughJson } from './through-json.ts'
import { inQuotes, writeScalar } from './write-scalar.ts'
import { INDENT, Writer } from './writer.ts'

const WIDTH_OF_V2 = 80
const KEY_BYTES_MAX = 128 // Longer keys stand behind `? `, as in libyaml.

/** Keys come again and again, in all documents, and are always written the same way. */
const printedKeys: Readonly<Record<PrintStyle, Map<string, string>>> = {
  yaml2: new Map(),
  'yaml2-direct': new Map(),
  yaml3: new Map(),
}
const PRINTED_KEYS_MAX = 10_000 // A megabyte at most; all of Kubernetes has 3,000 field names.

type Parent = 'root' | 'sequence' | 'mapping'

/** One value to the text of one document, in block style. */
export class Printer {
  readonly #flavour: Flavour
  readonly #style: PrintStyle
  readonly #writer: Writer
  readonly #keys: Map<string, string>
  #depth = 0

  constructor(style: PrintStyle, lengthMax: number) {
    this.#style = style
    this.#flavour = style === 'yaml3' ? 'yaml3' : 'yaml2'
    const width = style === 'yaml3' ? Number.POSITIVE_INFINITY : WIDTH_OF_V2
    this.#writer = new Writer(width, lengthMax)
    this.#keys = printedKeys[style]
  }

  print(value: Printable): string {
    this.#value(value, -INDENT, 'root')
    this.#writer.newLine(0)
    return this.#writer.text
  }

  /** `indent` is the column of the block around it. */
  #value(value: Printable, indent: number, parent: Parent): void {
    if (typeof value === 'string') {
      this.#text(value, parent === 'root' ? INDENT : indent + INDENT)
    } else if (typeof value === 'number' || typeof value === 'bigint') {
      this.#writer.word(printNumber(value, this.#style))
    } else if (value === null || typeof value === 'boolean') {
      this.#writer.word(String(value))
    } else if (isPrintableList(value)) {
      this.#sequence(value, indent, parent)
    } else if (value instanceof PlainScalar) {
      this.#writer.word(value.text)
    } else {
      this.#mapping(value, indent + INDENT)
    }
  }

  #mapping(map: ReadonlyMap<string, Printable>, indent: number): void {
    const writer = this.#writer
    if (map.size === 0) return writer.word('{}')
    this.#open()
    const keys = map instanceof OrderedMap ? map.keys() : sortKeys(map.keys(), this.#flavour)
    for (const key of keys) {
      writer.newLine(indent)
      const printed = this.#key(key)
      if (printed === undefined) this.#longKey(key, indent)
      else writer.write(printed)
      this.#value(map.get(key) ?? null, indent, 'mapping')
    }
    this.#depth -= 1
  }

  /** v2 puts the entries of a key at its own column, unless the key stands behind `? `. */
  #sequence(items: readonly Printable[], parentIndent: number, parent: Parent): void {
    const writer = this.#writer
    if (items.length === 0) return writer.word('[]')
    this.#open()
    const isFlat = this.#flavour === 'yaml2' && parent === 'mapping' && !writer.isAtIndicator
    const indent = isFlat ? parentIndent : parentIndent + INDENT
    for (const item of items) {
      writer.newLine(indent)
      writer.indicator('-')
      this.#value(item, indent, 'sequence')
    }
    this.#depth -= 1
  }

  #open(): void {
    this.#depth += 1
    if (this.#depth <= DEPTH_MAX) return
    throw new YamlError('YAML_DEPTH', `nesting ${DEPTH_MAX} exceeded, or a value that holds itself`)
  }

  /** A key with its colon, or undefined if it may not stand on one line. */
  #key(key: string): string | undefined {
    const known = this.#keys.get(key)
    if (known !== undefined) return known
    const text = key.toWellFormed()
    const written = this.#style === 'yaml2' ? keyThroughJson(text) : text
    if (!isSimple(written)) return undefined
    const style = styleOf(written, this.#flavour, 'key')
    const isBare = style === 'plain' || style === 'literal'
    const printed = `${isBare ? written : inQuotes(written, style)}:`
    if (this.#keys.size >= PRINTED_KEYS_MAX) this.#keys.clear()
    this.#keys.set(key, printed)
    return printed
  }

  #longKey(key: string, indent: number): void {
    this.#writer.indicator('?')
    this.#text(key, indent + INDENT)
    this.#writer.newLine(indent)
    this.#writer.indicator(':')
  }

  #text(value: string, indent: number): void {
    const common = commonStyleOf(value, this.#flavour)
    if (common !== undefined) return writeScalar(this.#writer, value, { style: common, indent })
    const json = this.#style === 'yaml2' && needsJson(value)
    const text = json ? throughJson(value) : value.toWellFormed()
    writeScalar(this.#writer, text, { style: styleOf(text, this.#flavour, 'value'), indent })
  }
}

function isSimple(key: string): boolean {
  if (/[\n\r\u0085\u2028\u2029]/.test(key)) return false
  return key.length <= KEY_BYTES_MAX && Buffer.byteLength(key) <= KEY_BYTES_MAX
}
