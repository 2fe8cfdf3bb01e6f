import { codeAt, widthAt } from './bytes.ts'
import type { Work } from './work.ts'

/** A class of characters that is not closed, or an escape of nothing. */
export class BadPattern extends Error {
  override readonly name: string = 'BadPattern'
}

interface Chunk {
  readonly star: boolean
  readonly text: string
}

/**
 * Whether a pattern matches all of a name: `*`, `?`, `[a-z]`, `[^a-z]` and `\` as in Go's `path.Match`, but `*` goes over
 * slashes. Both are byte strings. Throws BadPattern, where the match gets that far.
 */
export function matchGlob(pattern: string, name: string, work: Work): boolean {
  let rest = pattern
  let offset = 0
  while (rest !== '') {
    const chunk = firstChunk(rest)
    rest = rest.slice(chunk.text.length + starsOf(rest))
    if (chunk.star && chunk.text === '') return true
    const end = findChunk(chunk, name, { offset, isLast: rest === '', work })
    if (end === undefined) return false
    offset = end
  }
  return offset === name.length
}

function starsOf(pattern: string): number {
  let count = 0
  while (pattern[count] === '*') count += 1
  return count
}

/** Up to the next star that is not in a class. */
function firstChunk(pattern: string): Chunk {
  const from = starsOf(pattern)
  let isInClass = false
  let index = from
  for (; index < pattern.length; index += 1) {
    const character = pattern[index]
    if (character === '\\' && index + 1 < pattern.length) index += 1
    else if (character === '[') isInClass = true
    else if (character === ']') isInClass = false
    else if (character === '*' && !isInClass) break
  }
  return { star: from > 0, text: pattern.slice(from, index) }
}

interface Place {
  readonly offset: number
  readonly isLast: boolean
  readonly work: Work
}

/** The end of the first place where a chunk matches; behind a star any place will do. */
function findChunk(
  chunk: Chunk,
  name: string,
  { offset, isLast, work }: Place,
): number | undefined {
  const last = chunk.star ? name.length : offset
  for (let start = offset; start <= last; start += 1) {
    const end = matchChunk(chunk.text, name, { start, work })
    if (end !== undefined && (!isLast || end === name.length)) return end
  }
  return undefined
}

/** The end of the chunk in the name, from `start` on. */
function matchChunk(
  chunk: string,
  name: string,
  { start, work }: { readonly start: number; readonly work: Work },
): number | undefined {
  let offset = start
  let index = 0
  while (index < chunk.length) {
    work.step(1)
    if (offset >= name.length) return undefined
    const character = chunk[index]
    if (character === '[') {
      const group = matchClass(chunk, index + 1, codeAt(name, offset))
      if (!group.matches) return undefined
      offset += Math.max(1, widthAt(name, offset))
      index = group.end
      continue
    }
    if (character === '?') {
      offset += Math.max(1, widthAt(name, offset))
      index += 1
      continue
    }
    if (character === '\\') index += 1
    if (index >= chunk.length) throw new BadPattern()
    if (chunk[index] !== name[offset]) return undefined
    offset += 1
    index += 1
  }
  return offset
}

interface ClassMatch {
  readonly matches: boolean
  readonly end: number
}

/** A class from behind its `[`: at least one range, then `]`. */
function matchClass(chunk: string, from: number, code: number): ClassMatch {
  const isNegated = chunk[from] === '^'
  let index = isNegated ? from + 1 : from
  let found = false
  for (let ranges = 0; chunk[index] !== ']' || ranges === 0; ranges += 1) {
    const low = readClassCharacter(chunk, index)
    index = low.end
    let high = low
    if (chunk[index] === '-') {
      high = readClassCharacter(chunk, index + 1)
      index = high.end
    }
    if (low.code <= code && code <= high.code) found = true
  }
  return { matches: found !== isNegated, end: index + 1 }
}

interface ClassCharacter {
  readonly code: number
  readonly end: number
}

function readClassCharacter(chunk: string, from: number): ClassCharacter {
  const isEscaped = chunk[from] === '\\'
  const index = isEscaped ? from + 1 : from
  const isReserved = !isEscaped && (chunk[index] === '-' || chunk[index] === ']')
  if (index >= chunk.length || isReserved) throw new BadPattern()
  const width = widthAt(chunk, index)
  if (width === 0 || index + width >= chunk.length) throw new BadPattern()
  return { code: codeAt(chunk, index), end: index + width }
}
