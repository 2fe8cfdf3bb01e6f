import { isAlpha, isBlank, isBlankOrEnd, isBreakOrEnd, isDigit } from '../characters.ts'
import type { Cursor } from './cursor.ts'
import { scanTagHandle, scanTagUri } from './scan-tag.ts'
import type { Token } from './token.ts'

const VERSION_DIGITS_MAX = 2 // As libyaml.

/** `%YAML 1.1` or `%TAG ! prefix`, with the rest of its line. Anything else is refused. */
export function scanDirective(cursor: Cursor): Token {
  cursor.begin()
  cursor.offset += 1
  const name = scanName(cursor)
  let value: string
  let suffix = ''
  if (name === 'YAML') {
    value = scanVersion(cursor)
  } else if (name === 'TAG') {
    cursor.skipBlanks()
    value = scanTagHandle(cursor, 'directive')
    suffix = scanTagPrefix(cursor)
  } else {
    throw cursor.error('found unknown directive name')
  }
  cursor.skipBlanks()
  cursor.skipComment()
  if (!isBreakOrEnd(cursor.peek())) {
    throw cursor.error('did not find expected comment or line break')
  }
  if (cursor.peek() !== 0) cursor.readBreak()
  return cursor.token(name === 'YAML' ? 'version-directive' : 'tag-directive', value, suffix)
}

function scanName(cursor: Cursor): string {
  const from = cursor.offset
  while (isAlpha(cursor.peek())) cursor.offset += 1
  if (cursor.offset === from) throw cursor.error('could not find expected directive name')
  if (!isBlankOrEnd(cursor.peek())) {
    throw cursor.error('found unexpected non-alphabetical character')
  }
  return cursor.text.slice(from, cursor.offset)
}

function scanVersion(cursor: Cursor): string {
  cursor.skipBlanks()
  const major = scanVersionNumber(cursor)
  if (cursor.peek() !== 0x2e) throw cursor.error("did not find expected digit or '.' character")
  cursor.offset += 1
  return `${major}.${scanVersionNumber(cursor)}`
}

function scanVersionNumber(cursor: Cursor): number {
  const from = cursor.offset
  while (isDigit(cursor.peek())) {
    if (cursor.offset - from === VERSION_DIGITS_MAX) {
      throw cursor.error('found extremely long version number')
    }
    cursor.offset += 1
  }
  if (cursor.offset === from) throw cursor.error('did not find expected version number')
  return Number(cursor.text.slice(from, cursor.offset))
}

function scanTagPrefix(cursor: Cursor): string {
  if (!isBlank(cursor.peek())) throw cursor.error('did not find expected whitespace')
  cursor.skipBlanks()
  const prefix = scanTagUri(cursor, '')
  if (!isBlankOrEnd(cursor.peek())) {
    throw cursor.error('did not find expected whitespace or line break')
  }
  return prefix
}
