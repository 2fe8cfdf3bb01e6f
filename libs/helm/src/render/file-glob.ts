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
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at)
    if (character === '*') {
      const isDeep = pattern.charAt(at + 1) === '*'
      output += isDeep ? '.*' : '[^/]*'
      if (isDeep) at += 1
    } else if (character === '[') {
      const end = pattern.indexOf(']', at + 2)
      const content = end === -1 ? undefined : translateClass(pattern.slice(at + 1, end))
      if (content === undefined) return undefined
      output += content
      at = end
    } else if (character === '{') {
      depth += 1
      output += '(?:'
    } else if (character === '}' && depth > 0) {
      depth -= 1
      output += ')'
    } else if (character === ',' && depth > 0) output += '|'
    else if (character === '?') output += '[^/]'
    else {
      if (character === '\\') at += 1
      if (at >= pattern.length) return undefined
      output += escaped(pattern.charAt(at))
    }
  }
  return depth === 0 ? output : undefined
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
  return character.replaceAll(/[\\.+*?()|[\]{}^$\-]/g, String.raw`\$&`)
}
