import { isAlpha, isBlankOrEnd } from '../characters.ts'
import type { Cursor } from './cursor.ts'
import type { Token } from './token.ts'

/** What may stand behind the name of an anchor: blanks, breaks, the end, and these. */
const AFTER_ANCHOR = '?:,]}%@`'

/** `&name` or `*name`. */
export function scanAnchor(cursor: Cursor, kind: 'alias' | 'anchor'): Token {
  cursor.begin()
  cursor.offset += 1
  const from = cursor.offset
  while (isAlpha(cursor.peek())) cursor.offset += 1
  const value = cursor.text.slice(from, cursor.offset)
  const after = cursor.peek()
  if (value === '' || !(isBlankOrEnd(after) || AFTER_ANCHOR.includes(String.fromCharCode(after)))) {
    throw cursor.error('did not find expected alphabetic or numeric character')
  }
  return cursor.token(kind, value)
}
