import { widthAt } from './bytes.ts'
import { BadPattern, matchGlob } from './match-glob.ts'
import type { Work } from './work.ts'

/** Takes the shortest or longest prefix away that matches, if one does. Both are byte strings. */
export function trimPrefix(
  value: string,
  pattern: string,
  { extent, work }: { readonly extent: 'shortest' | 'longest'; readonly work: Work },
): string {
  if (!/[*?[\\]/.test(pattern))
    return value.startsWith(pattern) ? value.slice(pattern.length) : value
  let found = 0
  for (let length = value.length; length > 0; length -= 1) {
    const matches = tryMatch(pattern, value.slice(0, length), work)
    if (matches === undefined) return value
    if (!matches) continue
    found = length
    if (extent === 'longest') break
  }
  return value.slice(found)
}

/** A pattern that is none matches nothing and changes nothing. */
function tryMatch(pattern: string, name: string, work: Work): boolean | undefined {
  work.step(name.length) // The copy.
  try {
    return matchGlob(pattern, name, work)
  } catch (error) {
    if (error instanceof BadPattern) return undefined
    throw error
  }
}

/** The same at the end. Upstream turns value and pattern around for that, so that classes and escapes match nothing there. */
export function trimSuffix(
  value: string,
  pattern: string,
  options: { readonly extent: 'shortest' | 'longest'; readonly work: Work },
): string {
  return reverse(trimPrefix(reverse(value), reverse(pattern), options))
}

const REPLACEMENT = '\u00EF\u00BF\u00BD' // U+FFFD as bytes.

/** By characters; a byte that belongs to none becomes U+FFFD, as in Go. */
function reverse(bytes: string): string {
  const characters: string[] = []
  for (let offset = 0; offset < bytes.length;) {
    const width = widthAt(bytes, offset)
    characters.push(width === 0 ? REPLACEMENT : bytes.slice(offset, offset + width))
    offset += Math.max(1, width)
  }
  return characters.toReversed().join('')
}
