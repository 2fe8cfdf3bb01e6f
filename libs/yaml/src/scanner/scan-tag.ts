import { isAlpha, isBlankOrEnd, isHex, isUri } from '../characters.ts'
import type { Cursor } from './cursor.ts'
import type { Token } from './token.ts'

/** `!`, `!suffix`, `!!suffix`, `!handle!suffix` or `!<uri>`. */
export function scanTag(cursor: Cursor): Token {
  cursor.begin()
  let handle = ''
  let suffix: string
  if (cursor.peek(1) === 0x3c) {
    cursor.offset += 2
    suffix = scanTagUri(cursor, '')
    if (cursor.peek() !== 0x3e) throw cursor.error("did not find the expected '>'")
    cursor.offset += 1
  } else {
    handle = scanTagHandle(cursor, 'node')
    if (handle.length > 1 && handle.endsWith('!')) {
      suffix = scanTagUri(cursor, '')
    } else {
      suffix = scanTagUri(cursor, handle)
      handle = '!'
      if (suffix === '') [handle, suffix] = [suffix, handle] // The lone `!`: not specific.
    }
  }
  if (!isBlankOrEnd(cursor.peek())) {
    throw cursor.error('did not find expected whitespace or line break')
  }
  return cursor.token('tag', handle, suffix)
}

/** A directive's handle ends with `!`; before a node, `!name` is a handle with a suffix to split. */
export function scanTagHandle(cursor: Cursor, place: 'directive' | 'node'): string {
  if (cursor.peek() !== 0x21) throw cursor.error("did not find expected '!'")
  const from = cursor.offset
  cursor.offset += 1
  while (isAlpha(cursor.peek())) cursor.offset += 1
  if (cursor.peek() === 0x21) {
    cursor.offset += 1
  } else if (place === 'directive' && cursor.offset - from > 1) {
    throw cursor.error("did not find expected '!'")
  }
  return cursor.text.slice(from, cursor.offset)
}

/** The rest of a tag; `head` is a handle of which the text behind `!` belongs to it. */
export function scanTagUri(cursor: Cursor, head: string): string {
  let uri = head.slice(1)
  let found = head !== ''
  while (isUri(cursor.peek())) {
    found = true
    if (cursor.peek() === 0x25) {
      uri += scanUriEscapes(cursor)
    } else {
      uri += cursor.text.charAt(cursor.offset)
      cursor.offset += 1
    }
  }
  if (!found) throw cursor.error('did not find expected tag URI')
  return uri
}

/** One character as `%XX` octets of UTF-8. */
function scanUriEscapes(cursor: Cursor): string {
  const octets = [scanOctet(cursor)]
  const width = widthOf(octets[0] ?? 0)
  if (width === 0) throw cursor.error('found an incorrect leading UTF-8 octet')
  while (octets.length < width) {
    const octet = scanOctet(cursor)
    if ((octet & 0xc0) !== 0x80) throw cursor.error('found an incorrect trailing UTF-8 octet')
    octets.push(octet)
  }
  return new TextDecoder().decode(Uint8Array.from(octets))
}

function scanOctet(cursor: Cursor): number {
  if (cursor.peek() !== 0x25 || !isHex(cursor.peek(1)) || !isHex(cursor.peek(2))) {
    throw cursor.error('did not find URI escaped octet')
  }
  const octet = Number.parseInt(cursor.text.slice(cursor.offset + 1, cursor.offset + 3), 16)
  cursor.offset += 3
  return octet
}

function widthOf(octet: number): number {
  if ((octet & 0x80) === 0) return 1
  if ((octet & 0xe0) === 0xc0) return 2
  if ((octet & 0xf0) === 0xe0) return 3
  return (octet & 0xf8) === 0xf0 ? 4 : 0
}
