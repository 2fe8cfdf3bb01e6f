import { fromRune, runeAt } from '../byte-string.ts'
import { sprint } from '../fmt/print.ts'
import { isPrint } from '../fmt/quote.ts'
import { type GoFunction, variadic } from '../function.ts'
import { indirect, isObject, type Value } from '../values.ts'

const HTML: Readonly<Record<string, string>> = {
  '\0': fromRune(0xfffd),
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
}
const JAVASCRIPT: Readonly<Record<string, string>> = {
  '\\': String.raw`\\`,
  "'": String.raw`\'`,
  '"': String.raw`\"`,
  '<': String.raw`\u003C`,
  '>': String.raw`\u003E`,
  '&': String.raw`\u0026`,
  '=': String.raw`\u003D`,
}

/** `html`, `js` and `urlquery` of text/template. */
export const escapeFunctions: Readonly<Record<string, GoFunction>> = {
  html: variadic(['interface {}'], (args) => escapeHtml(joined(args))),
  js: variadic(['interface {}'], (args) => escapeJavaScript(joined(args))),
  urlquery: variadic(['interface {}'], (args) => escapeQuery(joined(args))),
}

/** `url.QueryEscape`: what may not stand in a query, and a plus for each space. */
function escapeQuery(bytes: string): string {
  return bytes.replaceAll(/[^A-Za-z0-9\-_.~]/g, (byte) =>
    byte === ' ' ? '+' : `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}

function joined(args: readonly Value[]): string {
  return sprint(args.map(shown))
}

/** What a pointer points to, as an action would print it. */
function shown(arg: Value): Value {
  if (arg === null || arg === undefined) return '<no value>'
  return isObject(arg) && arg.asText === undefined ? indirect(arg) : arg
}

function escapeHtml(bytes: string): string {
  // oxlint-disable-next-line no-control-regex -- NUL is one of them.
  return bytes.replaceAll(/[\0"'&<>]/g, (byte) => HTML[byte] ?? byte)
}

function escapeJavaScript(bytes: string): string {
  let escaped = ''
  for (let at = 0; at < bytes.length;) {
    const byte = bytes.charAt(at)
    const { rune, width } = runeAt(bytes, at)
    if (rune < 0x20) escaped += String.raw`\u00` + hex(rune, 2)
    else if (rune < 0x80) escaped += JAVASCRIPT[byte] ?? byte
    else escaped += isPrint(rune) ? bytes.slice(at, at + width) : String.raw`\u` + hex(rune, 4)
    at += width
  }
  return escaped
}

function hex(rune: number, length: number): string {
  return rune.toString(16).toUpperCase().padStart(length, '0')
}
