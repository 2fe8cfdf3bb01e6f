import { isBlank, isBreak, isBreakOrEnd, isDigit } from '../characters.ts'
import type { Cursor } from './cursor.ts'
import type { Token } from './token.ts'

type Chomping = 'clip' | 'strip' | 'keep'

interface Header {
  readonly chomping: Chomping
  /** 0 when the text decides. */
  readonly increment: number
}

/** `|` or `>` with its lines; `indent` is the column of the block around it, -1 at the top. */
export function scanBlockScalar(
  cursor: Cursor,
  style: 'literal' | 'folded',
  parentIndent: number,
): Token {
  cursor.begin()
  cursor.offset += 1
  const { chomping, increment } = scanHeader(cursor)
  const lines = new Lines(cursor, parentIndent)
  if (increment > 0) lines.indent = Math.max(parentIndent, 0) + increment
  return cursor.scalar(scanLines(lines, style, chomping), style)
}

function scanHeader(cursor: Cursor): Header {
  let chomping = scanChomping(cursor)
  const increment = scanIncrement(cursor)
  if (chomping === 'clip' && increment > 0) chomping = scanChomping(cursor)
  cursor.skipBlanks()
  cursor.skipComment()
  if (!isBreakOrEnd(cursor.peek())) {
    throw cursor.error('did not find expected comment or line break')
  }
  if (cursor.peek() !== 0) cursor.readBreak()
  return { chomping, increment }
}

function scanChomping(cursor: Cursor): Chomping {
  const code = cursor.peek()
  if (code !== 0x2b && code !== 0x2d) return 'clip'
  cursor.offset += 1
  return code === 0x2b ? 'keep' : 'strip'
}

function scanIncrement(cursor: Cursor): number {
  const code = cursor.peek()
  if (!isDigit(code)) return 0
  if (code === 0x30) throw cursor.error('found an indentation indicator equal to 0')
  cursor.offset += 1
  return code - 0x30
}

function scanLines(lines: Lines, style: 'literal' | 'folded', chomping: Chomping): string {
  const { cursor } = lines
  const { text } = cursor
  let value = ''
  let leadingBreak = ''
  let leadingBlank = false
  let trailing = lines.scanBreaks()
  while (cursor.column === lines.indent && cursor.peek() !== 0) {
    const blank = isBlank(cursor.peek())
    const folds = style === 'folded' && !leadingBlank && !blank && leadingBreak === '\n'
    if (!folds) value += leadingBreak
    else if (trailing === '') value += ' '
    value += trailing
    leadingBlank = blank
    const from = cursor.offset
    while (!isBreakOrEnd(text.charCodeAt(cursor.offset))) cursor.offset += 1
    value += text.slice(from, cursor.offset)
    leadingBreak = isBreak(cursor.peek()) ? cursor.readBreak() : ''
    trailing = lines.scanBreaks()
  }
  if (chomping !== 'strip') value += leadingBreak
  if (chomping === 'keep') value += trailing
  return value
}

/** The indentation of a block scalar, which its first line with content decides. */
class Lines {
  readonly cursor: Cursor
  readonly #parentIndent: number
  /** 0 while unknown. */
  indent = 0

  constructor(cursor: Cursor, parentIndent: number) {
    this.cursor = cursor
    this.#parentIndent = parentIndent
  }

  /** Steps over indentation and empty lines, up to content or to the end; gives the breaks. */
  scanBreaks(): string {
    const { cursor } = this
    let breaks = ''
    let widest = 0
    for (;;) {
      while (this.#isIndentation() && cursor.peek() === 0x20) cursor.offset += 1
      widest = Math.max(widest, cursor.column)
      if (this.#isIndentation() && cursor.peek() === 0x09) {
        throw cursor.error('found a tab character where an indentation space is expected')
      }
      if (!isBreak(cursor.peek())) break
      breaks += cursor.readBreak()
    }
    if (this.indent === 0) this.indent = Math.max(widest, this.#parentIndent + 1, 1)
    return breaks
  }

  #isIndentation(): boolean {
    return this.indent === 0 || this.cursor.column < this.indent
  }
}
