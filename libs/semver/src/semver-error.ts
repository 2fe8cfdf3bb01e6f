/** A text that is no version or no constraint, in the words of Masterminds/semver v3.5.0. */
export class SemverError extends Error {
  override readonly name: string = 'SemverError'
}

/** Bytes of a text, by which Go measures length. */
export function byteLength(text: string): number {
  return Buffer.byteLength(text)
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\u0007', '\\a'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
  ['"', '\\"'],
  ['\\', '\\\\'],
])

/** A text in double quotes for a message, as Go's `%q`. */
export function quote(text: string): string {
  return `"${Array.from(text, quoteCharacter).join('')}"`
}

function quoteCharacter(character: string): string {
  const escape = ESCAPES.get(character)
  if (escape !== undefined) return escape
  if (character === ' ' || /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(character)) return character
  const code = character.codePointAt(0) ?? 0
  const hex = code.toString(16)
  if (code < 0x80) return `\\x${hex.padStart(2, '0')}`
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}
