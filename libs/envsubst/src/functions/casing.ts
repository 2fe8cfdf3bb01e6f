/** Go maps each character to one; where JavaScript makes several, or none of one, these decide. */
const IOTA_SUBSCRIPT = /[\u1F80-\u1F87\u1F90-\u1F97\u1FA0-\u1FA7]/
const IOTA_SUBSCRIPT_ALONE = /[\u1FB3\u1FC3\u1FF3]/

/** As Go's `strings.ToUpper`. Characters that came with Unicode 16 and later stay what they are in Go only. */
export function toUpper(text: string): string {
  return Array.from(text, upperOf).join('')
}

/** As Go's `strings.ToLower`. */
export function toLower(text: string): string {
  return Array.from(text, lowerOf).join('')
}

export function toUpperFirst(text: string): string {
  return mapFirst(text, upperOf)
}

export function toLowerFirst(text: string): string {
  return mapFirst(text, lowerOf)
}

function mapFirst(text: string, map: (character: string) => string): string {
  const code = text.codePointAt(0)
  if (code === undefined) return text
  const first = String.fromCodePoint(code)
  return map(first) + text.slice(first.length)
}

function upperOf(character: string): string {
  const upper = character.toUpperCase()
  if (upper.length <= character.length) return upper
  const code = character.charCodeAt(0)
  if (IOTA_SUBSCRIPT.test(character)) return String.fromCharCode(code + 8)
  return IOTA_SUBSCRIPT_ALONE.test(character) ? String.fromCharCode(code + 9) : character
}

function lowerOf(character: string): string {
  return character === '\u0130' ? 'i' : character.toLowerCase()
}
