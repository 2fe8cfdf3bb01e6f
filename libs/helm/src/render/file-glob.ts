import { compileRegex, type Regex } from '@tidemark/go-template'

/**
 * Patterns of `.Files.Glob` (gobwas/glob with `/` as separator): `*` and `?` stop at a slash, `**` does
 * not, `[a-z]`, `[!a]` and `{a,b}`. A pattern that cannot be read matches everything, as in Helm.
 */
export function compileGlob(pattern: string): (path: string) => boolean {
  const regex = toRegex(pattern)
  if (regex === undefined) return () => true
  return (path) => regex.isIn(path)
}

function toRegex(pattern: string): Regex | undefined {
  const expression = translate(pattern)
  if (expression === undefined) return undefined
  const regex = compileRegex(`(?s)^(?:${expression})$`)
  return typeof regex === 'string' ? undefined : regex
}

function translate(pattern: string): string | undefined {
  let output = ''
  let depth = 0
  for (let at = 0; at < pattern.length;) {
    const piece = nextPiece(pattern, at, depth)
    if (piece === undefined) return undefined
    output += piece.expression
    depth += piece.opens
    at += piece.width
  }
  return depth === 0 ? output : undefined
}

interface Piece {
  readonly expression: string
  readonly width: number
  /** 1 for an opening brace, -1 for a closing one. */
  readonly opens: number
}

function nextPiece(pattern: string, at: number, depth: number): Piece | undefined {
  const character = pattern.charAt(at)
  switch (character) {
    case '*':
      return pattern.charAt(at + 1) === '*'
        ? { expression: '.*', width: 2, opens: 0 }
        : { expression: '[^/]*', width: 1, opens: 0 }
    case '?':
      return { expression: '[^/]', width: 1, opens: 0 }
    case '[': {
      const end = pattern.indexOf(']', at + 2)
      const expression = end === -1 ? undefined : translateClass(pattern.slice(at + 1, end))
      return expression === undefined ? undefined : { expression, width: end + 1 - at, opens: 0 }
    }
    case '{':
      return { expression: '(?:', width: 1, opens: 1 }
    case '\\':
      return at + 1 < pattern.length
        ? { expression: escaped(pattern.charAt(at + 1)), width: 2, opens: 0 }
        : undefined
    default:
      if (depth > 0 && character === '}') return { expression: ')', width: 1, opens: -1 }
      if (depth > 0 && character === ',') return { expression: '|', width: 1, opens: 0 }
      return { expression: escaped(character), width: 1, opens: 0 }
  }
}

/** `a-z` is a range; anything else is a list of characters. */
function translateClass(content: string): string | undefined {
  const isNegated = content.startsWith('!')
  const body = isNegated ? content.slice(1) : content
  if (body === '') return undefined
  const range = /^(.)-(.)$/s.exec(body)
  const inner =
    range === null
      ? Array.from(body, escaped).join('')
      : `${escaped(range[1] ?? '')}-${escaped(range[2] ?? '')}`
  return `[${isNegated ? '^' : ''}${inner}]`
}

function escaped(character: string): string {
  return character.replaceAll(/[-\\.+*?()|[\]{}^$]/g, String.raw`\$&`)
}
