import { isBreak } from '../characters.ts'
import type { PrintedStyle } from './scalar-style.ts'
import { isPrintable } from './scalar-style.ts'
import { INDENT, type Writer } from './writer.ts'

/** Writes a text in a style that its analysis allows. Lines after the first are indented by `indent`. */
export function writeScalar(
  writer: Writer,
  text: string,
  { style, indent }: { readonly style: PrintedStyle; readonly indent: number },
): void {
  switch (style) {
    case 'plain':
      return writePlain(writer, text, indent)
    case 'single-quoted':
      return writeSingleQuoted(writer, text, indent)
    case 'double-quoted':
      return writeDoubleQuoted(writer, text, indent)
    default:
      return writeLiteral(writer, text, indent)
  }
}

/** A text in quotes on one line, as a key. */
export function inQuotes(text: string, style: 'single-quoted' | 'double-quoted'): string {
  if (style === 'single-quoted') return `'${text.replaceAll("'", "''")}'`
  const escapesAll = text.startsWith(BOM)
  let quoted = ''
  for (const character of text) quoted += escaped(character, escapesAll)
  return `"${quoted}"`
}

const BOM = '\uFEFF'

/** Folds at single spaces beyond the width. */
function writePlain(writer: Writer, text: string, indent: number): void {
  writer.word('')
  writeFolded(writer, text, indent)
}

function writeFolded(writer: Writer, text: string, indent: number): void {
  if (writer.column + text.length <= writer.width) return writer.write(text)
  let from = 0
  for (let space = text.indexOf(' '); space >= 0; space = text.indexOf(' ', space + 1)) {
    if (writer.column + space - from <= writer.width) continue
    if (text.charCodeAt(space - 1) === 0x20 || text.charCodeAt(space + 1) === 0x20) continue
    writer.write(text.slice(from, space))
    writer.newLine(indent)
    from = space + 1
  }
  writer.write(text.slice(from))
}

function writeSingleQuoted(writer: Writer, text: string, indent: number): void {
  writer.word("'")
  const { length } = text
  let [wasSpace, wasBreak] = [false, false]
  for (let index = 0; index < length; index += 1) {
    const code = text.charCodeAt(index)
    const space = code === 0x20
    if (isBreak(code)) {
      writer.wideBreak(text.charAt(index))
      wasBreak = true
      continue
    }
    if (wasBreak) writer.newLine(indent)
    const folds = space && !wasSpace && writer.column > writer.width && index > 0
    if (folds && index < length - 1 && text.charCodeAt(index + 1) !== 0x20) writer.newLine(indent)
    else writer.write(code === 0x27 ? "''" : text.charAt(index))
    wasSpace = space
    wasBreak = false
  }
  writer.write("'")
}

function writeDoubleQuoted(writer: Writer, text: string, indent: number): void {
  writer.word('"')
  const escapesAll = text.startsWith(BOM)
  let wasSpace = false
  let index = 0
  for (const character of text) {
    const space = character === ' ' && !escapesAll
    const isInside = index > 0 && index < text.length - 1
    if (space && isInside && !wasSpace && writer.column > writer.width) {
      writer.newLine(indent)
      if (text.charCodeAt(index + 1) === 0x20) writer.write('\\')
    } else {
      writer.write(escaped(character, escapesAll))
    }
    wasSpace = space
    index += character.length
  }
  writer.write('"')
}

const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\0', '\\0'],
  ['\u0007', '\\a'],
  ['\b', '\\b'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\v', '\\v'],
  ['\f', '\\f'],
  ['\r', '\\r'],
  ['\u001B', '\\e'],
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\u0085', '\\N'],
  ['\u00A0', '\\_'],
  ['\u2028', '\\L'],
  ['\u2029', '\\P'],
])

/** libyaml takes every character for a byte order mark when the text starts with one. */
function escaped(character: string, always: boolean): string {
  const code = character.codePointAt(0) ?? 0
  const needsEscape = code > 0xffff || !isPrintable(code) || isBreak(code)
  if (!needsEscape && !always && character !== '"' && character !== '\\') return character
  const short = SHORT_ESCAPES.get(character)
  if (short !== undefined) return short
  const hex = code.toString(16).toUpperCase()
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}

function writeLiteral(writer: Writer, text: string, indent: number): void {
  writer.word(`|${indentationHint(text)}${chompingHint(text)}`)
  writer.endLine()
  let from = 0
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (!isBreak(code)) continue
    if (index > from) writer.line(text.slice(from, index), indent)
    if (code === 0x0a) writer.endLine()
    else writer.wideBreak(text.charAt(index))
    from = index + 1
  }
  if (from < text.length) writer.line(text.slice(from), indent)
}

/** The digit behind `|`: a reader cannot see the indentation of a first line that starts blank. */
export function indentationHint(text: string): string {
  const first = text.charCodeAt(0)
  return first === 0x20 || isBreak(first) ? `${INDENT}` : ''
}

/** The sign behind `|`: what becomes of the line breaks at the end. */
export function chompingHint(text: string): string {
  if (!isBreak(text.charCodeAt(text.length - 1))) return '-'
  return text.length === 1 || isBreak(text.charCodeAt(text.length - 2)) ? '+' : ''
}
