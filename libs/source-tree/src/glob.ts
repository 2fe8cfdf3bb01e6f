/** Tells whether one segment of a path matches. */
export type Glob = (name: string) => boolean

type Token =
  | { readonly kind: 'any' }
  | { readonly kind: 'star' }
  | { readonly kind: 'char'; readonly char: string }
  | { readonly kind: 'class'; readonly negated: boolean; readonly ranges: readonly Range[] }
type Range = readonly [low: number, high: number]

/**
 * Compiles a pattern of Go's filepath.Match (Unix) for one segment: `*`, `?`, `[a-z]`, `[^a-z]`, `\` to
 * escape. A malformed pattern matches nothing. Time is at most pattern times name; there is no backtracking
 * over more than the last star.
 */
export function compileGlob(pattern: string): Glob {
  const tokens = parse(Array.from(pattern))
  if (tokens === undefined) return () => false
  return (name) => matches(tokens, Array.from(name))
}

function parse(chars: readonly string[]): readonly Token[] | undefined {
  const tokens: Token[] = []
  let at = 0
  while (at < chars.length) {
    const char = chars[at] ?? ''
    at += 1
    if (char === '*') {
      if (tokens.at(-1)?.kind !== 'star') tokens.push({ kind: 'star' })
    } else if (char === '?') tokens.push({ kind: 'any' })
    else if (char === '[') {
      const parsed = parseClass(chars, at)
      if (parsed === undefined) return undefined
      tokens.push(parsed.token)
      at = parsed.next
    } else if (char === '\\') {
      const escaped = chars[at]
      if (escaped === undefined) return undefined
      tokens.push({ kind: 'char', char: escaped })
      at += 1
    } else tokens.push({ kind: 'char', char })
  }
  return tokens
}

function parseClass(
  chars: readonly string[],
  from: number,
): { token: Token; next: number } | undefined {
  let at = from
  const negated = chars[at] === '^'
  if (negated) at += 1
  const ranges: Range[] = []
  while (chars[at] !== ']' || ranges.length === 0) {
    const low = bound(chars, at)
    if (low === undefined) return undefined
    at = low.next
    const high = chars[at] === '-' ? bound(chars, at + 1) : low
    if (high === undefined) return undefined
    at = high.next
    ranges.push([low.point, high.point])
  }
  return { token: { kind: 'class', negated, ranges }, next: at + 1 }
}

function bound(chars: readonly string[], at: number): { point: number; next: number } | undefined {
  const char = chars[at]
  if (char === undefined || char === '-' || char === ']') return undefined
  const escaped = char === '\\' ? chars[at + 1] : char
  const point = escaped?.codePointAt(0)
  return point === undefined ? undefined : { point, next: at + (char === '\\' ? 2 : 1) }
}

function matches(tokens: readonly Token[], name: readonly string[]): boolean {
  let token = 0
  let char = 0
  let star: { token: number; char: number } | undefined
  while (char < name.length) {
    const current = tokens[token]
    if (current?.kind === 'star') {
      star = { token: token + 1, char }
      token += 1
    } else if (current !== undefined && fits(current, name[char] ?? '')) {
      token += 1
      char += 1
    } else if (star === undefined) return false
    else {
      star = { token: star.token, char: star.char + 1 }
      token = star.token
      char = star.char
    }
  }
  return tokens.slice(token).every(({ kind }) => kind === 'star')
}

function fits(token: Token, char: string): boolean {
  if (token.kind === 'any') return true
  if (token.kind === 'char') return token.char === char
  if (token.kind === 'star') return false
  const point = char.codePointAt(0) ?? 0
  return token.negated !== token.ranges.some(([low, high]) => low <= point && point <= high)
}
