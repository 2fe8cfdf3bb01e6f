import { compileGlob } from '@tidemark/source-tree'

/** Whether a pattern is of a whole path: `*`, `?` and `[a-z]` within a segment, `**` for any number of segments. */
export function matchesPath(pattern: string, path: string): boolean {
  const names = path.split('/')
  // Which of the first names the part of the pattern so far may have taken.
  let ends = new Set([0])
  for (const segment of pattern.split('/')) {
    const matches = compileGlob(segment)
    const [first = names.length + 1] = [...ends].toSorted((left, right) => left - right)
    ends =
      segment === '**'
        ? new Set(Array.from({ length: names.length + 1 - first }, (_, index) => first + index))
        : new Set(
            [...ends]
              .filter((end) => end < names.length && matches(names[end] ?? ''))
              .map((end) => end + 1),
          )
  }
  return ends.has(names.length)
}
