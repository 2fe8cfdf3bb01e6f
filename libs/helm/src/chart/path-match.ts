/**
 * `filepath.Match` of Go on Unix: `*` and `?` stop at a slash, classes have ranges and `^`, a backslash
 * takes the next character as it is. `undefined` where the pattern is malformed. Linear in practice: one
 * star is never tried again once a later one has matched.
 */
export function matchPath(pattern: string, path: string): boolean | undefined {
  const tokens = parsePattern(pattern)
  return tokens === undefined ? undefined : matchTokens(tokens, Array.from(path))
}

type Token =
  | { readonly kind: 'star' }
  | { readonly kind: 'any' }
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'class'
      readonly isNegated: boolean
      readonly ranges: readonly (readonly [string, string])[]
    }

function parsePattern(pattern: string): Token[] | undefined {
  const characters = Array.from(pattern)
  const tokens: Token[] = []
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? ''
    if (character === '*') tokens.push({ kind: 'star' })
    else if (character === '?') tokens.push({ kind: 'any' })
    else if (character === '[') {
      const parsed = parseClass(characters, at + 1)
      if (parsed === undefined) return undefined
      tokens.push(parsed.token)
      at = parsed.end
    } else if (character === '\\') {
      at += 1
      const next = characters[at]
      if (next === undefined) return undefined
      tokens.push({ kind: 'text', text: next })
    } else tokens.push({ kind: 'text', text: character })
  }
  return tokens
}

function parseClass(
  characters: readonly string[],
  start: number,
): { token: Token; end: number } | undefined {
  const isNegated = characters[start] === '^'
  let at = isNegated ? start + 1 : start
  const ranges: [string, string][] = []
  const take = (): string | undefined => {
    if (characters[at] === '\\') at += 1
    else if (characters[at] === '-' || characters[at] === ']') return undefined
    const character = characters[at]
    at += 1
    return character
  }
  while (characters[at] !== ']' || ranges.length === 0) {
    const low = take()
    if (low === undefined) return undefined
    let high: string | undefined = low
    if (characters[at] === '-') {
      at += 1
      high = take()
      if (high === undefined) return undefined
    }
    ranges.push([low, high])
    if (at >= characters.length) return undefined
  }
  return { token: { kind: 'class', isNegated, ranges }, end: at }
}

function matchTokens(tokens: readonly Token[], text: readonly string[]): boolean {
  let token = 0
  let at = 0
  let star = -1
  let starAt = 0
  while (at < text.length) {
    const current = tokens[token]
    const character = text[at] ?? ''
    if (current?.kind === 'star') {
      star = token
      starAt = at
      token += 1
    } else if (current !== undefined && matchesOne(current, character)) {
      token += 1
      at += 1
    } else if (star !== -1 && text[starAt] !== '/') {
      starAt += 1
      at = starAt
      token = star + 1
    } else return false
  }
  while (tokens[token]?.kind === 'star') token += 1
  return token === tokens.length
}

function matchesOne(token: Token, character: string): boolean {
  switch (token.kind) {
    case 'text':
      return token.text === character
    case 'any':
      return character !== '/'
    case 'class':
      return (
        character !== '/' &&
        token.ranges.some(([low, high]) => low <= character && character <= high) !==
          token.isNegated
      )
    default:
      return false
  }
}
