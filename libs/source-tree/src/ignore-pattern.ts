import { compileGlob, type Glob } from './glob.ts'

/** One line of an ignore file. */
export interface IgnorePattern {
  /** `undefined` where the pattern does not speak of this path. */
  match(path: readonly string[], kind: 'file' | 'folder'): 'exclude' | 'include' | undefined
}

/**
 * Compiles one gitignore pattern as source-controller does (fluxcd/pkg/sourceignore v0.22, a copy of go-git's
 * gitignore), which differs from Git: a name pattern matches any segment of a path, a trailing `**` matches
 * nothing by itself, and a pattern holds only below `domain`, the folder of the file that it stands in.
 */
export function compileIgnorePattern(line: string, domain: readonly string[]): IgnorePattern {
  let text = line
  const answer = text.startsWith('!') ? 'include' : 'exclude'
  if (answer === 'include') text = text.slice(1)
  if (!text.endsWith('\\ ')) text = text.replace(/ +$/, '')
  const foldersOnly = text.endsWith('/')
  if (foldersOnly) text = text.slice(0, -1)
  const globs = text.split('/').map((segment) => ({ text: segment, glob: compileGlob(segment) }))
  const [first] = globs
  return {
    match(path, kind) {
      if (path.length <= domain.length || domain.some((name, at) => path[at] !== name))
        return undefined
      const below = path.slice(domain.length)
      const isFolder = kind === 'folder'
      const hit =
        globs.length > 1 || first === undefined
          ? matchesPath(globs, below, foldersOnly && !isFolder)
          : matchesName(first.glob, below, foldersOnly && !isFolder)
      return hit ? answer : undefined
    },
  }
}

interface Segment {
  readonly text: string
  readonly glob: Glob
}

function matchesName(glob: Glob, path: readonly string[], lastIsNoFolder: boolean): boolean {
  const at = path.findIndex((name) => glob(name))
  return at >= 0 && !(lastIsNoFolder && at === path.length - 1)
}

function matchesPath(
  pattern: readonly Segment[],
  path: readonly string[],
  lastIsNoFolder: boolean,
): boolean {
  let at = 0
  let matched = false
  let anyDepth = false
  const last = pattern.length - 1
  for (const [index, { text, glob }] of pattern.entries()) {
    if (text === '**' && index === last) break
    if (text === '' || text === '**') {
      anyDepth = text === '**'
      continue
    }
    if (text.includes('**')) return false
    // A `**` that finds nothing ends the match, even where a later try could succeed: the original's quirk.
    const found = anyDepth ? nextMatch(glob, path, at) : at
    if (!matchesAt(glob, path, found)) return false
    matched = true
    at = found + 1
    anyDepth = false
  }
  return matched && !(lastIsNoFolder && at >= path.length)
}

function matchesAt(glob: Glob, path: readonly string[], at: number): boolean {
  const name = path[at]
  return name !== undefined && glob(name)
}

function nextMatch(glob: Glob, path: readonly string[], from: number): number {
  const found = path.slice(from).findIndex((name) => glob(name))
  return found < 0 ? path.length : from + found
}
