import { isBlank, isBlankOrEnd, isBreak, isFlowIndicator } from '../characters.ts'
import type { Cursor } from './cursor.ts'
import type { Token } from './token.ts'

/** Where a plain scalar stands decides where it ends. */
export interface PlainContext {
  /** Column of the block around it, -1 at the top. */
  readonly parentIndent: number
  readonly inFlow: boolean
}

/**
 * Text without quotes, over as many lines as are indented below the block around it. Line breaks inside it fold
 * as in quoted scalars.
 */
export function scanPlainScalar(cursor: Cursor, { parentIndent, inFlow }: PlainContext): Token {
  const { text } = cursor
  cursor.begin()
  let value = ''
  let from = cursor.offset
  let end = from
  let folded = ''
  for (;;) {
    if (cursor.column === 0 && isDocumentIndicator(cursor)) break
    if (cursor.peek() === 0x23) break
    const word = cursor.offset
    skipWord(cursor, inFlow)
    if (cursor.offset > word) {
      if (folded !== '') {
        value += text.slice(from, end) + folded
        from = word
        folded = ''
      }
      end = cursor.offset
    }
    if (!isBlankOrEnd(cursor.peek()) || cursor.peek() === 0) break
    cursor.skipBlanks()
    if (isBreak(cursor.peek())) folded = scanBreaks(cursor, parentIndent + 1)
    if (!inFlow && cursor.column <= parentIndent) break
  }
  cursor.endedByBreak = folded !== ''
  return cursor.scalar(
    value === '' ? text.slice(from, end) : value + text.slice(from, end),
    'plain',
  )
}

/** Up to a blank, a break, `: `, or inside brackets one of their indicators. */
function skipWord(cursor: Cursor, inFlow: boolean): void {
  const { text } = cursor
  let { offset } = cursor
  for (;;) {
    const code = text.charCodeAt(offset)
    if (isBlankOrEnd(code)) break
    if (code === 0x3a && isBlankOrEnd(text.charCodeAt(offset + 1))) break
    if (inFlow && isFlowIndicator(code)) break
    offset += 1
  }
  cursor.offset = offset
}

/** Steps over line breaks and the indentation behind them; gives what they fold to. */
function scanBreaks(cursor: Cursor, indent: number): string {
  const leading = cursor.readBreak()
  let trailing = ''
  for (;;) {
    const code = cursor.peek()
    if (code === 0x09 && cursor.column < indent) {
      throw cursor.error('found a tab character that violates indentation')
    }
    if (isBlank(code)) cursor.offset += 1
    else if (isBreak(code)) trailing += cursor.readBreak()
    else break
  }
  return fold(leading, trailing)
}

/** One break is a space, more are one less; the wide breaks stay. */
export function fold(leading: string, trailing: string): string {
  if (leading !== '\n') return leading + trailing
  return trailing === '' ? ' ' : trailing
}

/** `---` or `...` and then nothing, at the start of a line. */
export function isDocumentIndicator(cursor: Cursor): boolean {
  const code = cursor.peek()
  if (code !== 0x2d && code !== 0x2e) return false
  return cursor.peek(1) === code && cursor.peek(2) === code && isBlankOrEnd(cursor.peek(3))
}
