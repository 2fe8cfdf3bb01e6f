import { isBlank, isBlankOrEnd, isBreak } from '../characters.ts'
import { plainValue } from '../decode/resolve.ts'
import { isTimestamp } from '../decode/timestamp.ts'
import type { Flavour } from '../flavour.ts'

export type PrintedStyle = 'plain' | 'single-quoted' | 'double-quoted' | 'literal'

/** What libyaml prints as it is, but for line breaks; tabs are none of them. */
const PRINTED = String.raw`\u0020-\u007E\u00A0-\u2027\u202A-\uD7FF\uE000-\uFEFE\uFF00-\uFFFD`

/** The start, and the rest, of a line that may not be plain. What matches neither may, unless it is read as something else. */
const NOT_PLAIN_START = /^(?:[ #,[\]{}&*!|>'"%@`]|[-?:](?: |$)|---|\.\.\.)/
const NOT_PLAIN = new RegExp(`[^${PRINTED}]|:(?: |$)| #| $`)

/** Lines that may not be literal, or where that takes a closer look. */
const NOT_LITERAL = new RegExp(`[^\\n${PRINTED}]| \\n| $`)

const BASE_60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/

/** YAML 1.1 booleans that v3 reads as text, and quotes so that others do, too. */
const OLD_BOOLEAN = /^(?:[yYnN]|yes|Yes|YES|on|On|ON|no|No|NO|off|Off|OFF)$/

/** Characters that start something else at the start of a text. */
const INDICATORS: ReadonlySet<number> = new Set(
  Array.from('#,[]{}&*!|>\'"%@`', (character) => character.charCodeAt(0)),
)

/**
 * The style of most texts, without a look at each character; undefined for the others. None of these has anything in it that JSON
 * or YAML would change.
 */
export function commonStyleOf(text: string, flavour: Flavour): PrintedStyle | undefined {
  if (text.length < LONG_CHARACTERS) return looksCommon(text, flavour)
  if (text !== looked.text || flavour !== looked.flavour)
    looked = { text, flavour, style: looksCommon(text, flavour) }
  return looked.style
}

// A long text that is printed with many objects is looked at once. To tell it from others costs nothing: it is the same text.
const LONG_CHARACTERS = 64 * 1024
let looked: { text: string; flavour: Flavour; style: PrintedStyle | undefined } = {
  text: '',
  flavour: 'yaml2',
  style: undefined,
}

function looksCommon(text: string, flavour: Flavour): PrintedStyle | undefined {
  if (!NOT_PLAIN.test(text)) {
    if (NOT_PLAIN_START.test(text)) return undefined
    return canBePlain(text, flavour) ? 'plain' : 'double-quoted'
  }
  return text.includes('\n') && !NOT_LITERAL.test(text) ? 'literal' : undefined
}

/** How go-yaml writes a text in block context. A key that stands on one line is never literal. */
export function styleOf(text: string, flavour: Flavour, place: 'key' | 'value'): PrintedStyle {
  const allowed = analyze(text, flavour)
  if (text.includes('\n')) return allowed.literal && place === 'value' ? 'literal' : 'double-quoted'
  if (!canBePlain(text, flavour)) return 'double-quoted'
  if (allowed.plain) return 'plain'
  return allowed.singleQuoted ? 'single-quoted' : 'double-quoted'
}

/** Whether the text, written plain, is read as text again by everyone. */
function canBePlain(text: string, flavour: Flavour): boolean {
  if (typeof plainValue(text, flavour) !== 'string' || isTimestamp(text)) return false
  if (flavour === 'yaml3' && OLD_BOOLEAN.test(text)) return false
  return !(text.includes(':') && BASE_60.test(text))
}

/** Whether v3 writes a text in a block style when it was read from one. */
export function allowsLiteral(text: string): boolean {
  return analyze(text, 'yaml3').literal
}

interface Allowed {
  readonly plain: boolean
  readonly singleQuoted: boolean
  readonly literal: boolean
}

/** What libyaml finds in a text that forbids a style. */
// oxlint-disable-next-line complexity -- One pass over the text, with one line for each finding.
function analyze(text: string, flavour: Flavour): Allowed {
  const { length } = text
  if (length === 0) return { plain: true, singleQuoted: true, literal: false }
  let indicators = text.startsWith('---') || text.startsWith('...')
  let [breaks, specials, tabs, spaceBreak, breakSpace] = [false, false, false, false, false]
  let [previousSpace, previousBreak, precededByBlank] = [false, false, true]
  for (let index = 0; index < length; index += 1) {
    const code = text.charCodeAt(index)
    if (isIndicator(text, index, precededByBlank)) indicators = true
    if (code === 0x09 && flavour === 'yaml3') tabs = true
    else if (!isPrintable(code)) specials = true
    const space = code === 0x20
    const lineBreak = isBreak(code)
    if (space && previousBreak) breakSpace = true
    if (lineBreak && previousSpace) spaceBreak = true
    if (lineBreak) breaks = true
    previousSpace = space
    previousBreak = lineBreak
    precededByBlank = isBlankOrEnd(code)
  }
  const first = text.charCodeAt(0)
  const last = text.charCodeAt(length - 1)
  const edges = first === 0x20 || last === 0x20 || isBreak(first) || isBreak(last)
  return {
    plain: !(edges || breakSpace || spaceBreak || tabs || specials || breaks || indicators),
    singleQuoted: !(breakSpace || spaceBreak || tabs || specials),
    literal: !(last === 0x20 || spaceBreak || specials),
  }
}

function isIndicator(text: string, index: number, precededByBlank: boolean): boolean {
  const code = text.charCodeAt(index)
  switch (code) {
    case 0x3a: // :
      return isFollowedByBlank(text, index)
    case 0x3f: // ?
    case 0x2d: // -
      return index === 0 && isFollowedByBlank(text, index)
    case 0x23: // #
      return precededByBlank
    default:
      return index === 0 && INDICATORS.has(code)
  }
}

function isFollowedByBlank(text: string, index: number): boolean {
  return index + 1 >= text.length || isBlank(text.charCodeAt(index + 1))
}

/** libyaml escapes what is beyond 16 bits, controls, and the byte order mark. */
export function isPrintable(code: number): boolean {
  if (code < 0x7f) return code >= 0x20 || code === 0x0a
  if (code < 0xa0) return false
  if (code >= 0xd800 && code <= 0xdfff) return false
  return code < 0xfffe && code !== 0xfeff
}
