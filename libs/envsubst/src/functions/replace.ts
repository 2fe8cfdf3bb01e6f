import { widthAt } from './bytes.ts'
import type { Work } from './work.ts'

/** Replaces a literal in a byte string, as Go's `strings.Replace`: an empty one stands between all characters. */
export function replaceLiteral(
  value: string,
  [search, replacement]: readonly [search: string, replacement: string],
  { count, work }: { readonly count: 'first' | 'all'; readonly work: Work },
): string {
  const parts = search === '' ? splitCharacters(value, count) : splitAt(value, search, count)
  work.build(value.length + (parts.length - 1) * replacement.length)
  return parts.join(replacement)
}

function splitAt(value: string, search: string, count: 'first' | 'all'): readonly string[] {
  if (count === 'all') return value.split(search)
  const at = value.indexOf(search)
  return at < 0 ? [value] : [value.slice(0, at), value.slice(at + search.length)]
}

function splitCharacters(value: string, count: 'first' | 'all'): readonly string[] {
  if (count === 'first') return ['', value]
  const parts = ['']
  for (let offset = 0; offset < value.length;) {
    const width = Math.max(1, widthAt(value, offset))
    parts.push(value.slice(offset, offset + width))
    offset += width
  }
  parts.push('')
  return parts
}
