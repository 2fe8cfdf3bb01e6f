import { GitRefused, type Files } from '@tidemark/git'
import { posix } from 'node:path'
import { matchesPath } from './match-path.ts'
import { cleanPath, isIn } from './sparse-files.ts'

type Entry = Files['tree'][number]

/** One step of an ArtifactGenerator. */
export interface CopyStep {
  /** `@alias/path`, perhaps with `*`. */
  readonly from: string
  /** `@artifact/path`. */
  readonly to: string
  readonly exclude: readonly string[]
  readonly strategy: string
}

/** A file of the artifact: one of a source, or several whose YAML is merged, in order. */
export interface Composed {
  readonly path: string
  readonly parts: readonly Entry[]
}

const GLOB = /[*?[\]]/u

/**
 * Copies files of sources as source-watcher does, which copies like cp: a folder goes into the target under its own name,
 * a file takes the name of the target unless that is a folder, `dir/**` is what is in dir, and other patterns keep their
 * whole path. @throws GitRefused SOURCE_PATH for a step that finds nothing
 */
export function composeFiles(
  sources: ReadonlyMap<string, readonly Entry[]>,
  steps: readonly CopyStep[],
): readonly Composed[] {
  const staged = new Map<string, readonly Entry[]>()
  for (const step of steps) {
    const [alias = '', ...rest] = step.from.slice(1).split('/')
    const tree = sources.get(alias) ?? []
    const copied = select(tree, rest.join('/'), step, staged)
    if (copied.length === 0)
      throw new GitRefused('SOURCE_PATH', `nothing is copied from ${step.from}: correct the path`)
    for (const { path, entry } of copied) {
      const before = step.strategy === 'Merge' ? (staged.get(path) ?? []) : []
      staged.set(path, [...before, entry])
    }
  }
  for (const path of staged.keys())
    for (let folder = posix.dirname(path); folder !== '.'; folder = posix.dirname(folder))
      if (staged.has(folder))
        throw new GitRefused('SOURCE_PATH', `${path} cannot be written: ${folder} is a file`)
  return [...staged].map(([path, parts]) => ({ path, parts }))
}

interface Copied {
  readonly path: string
  readonly entry: Entry
}

function select(
  tree: readonly Entry[],
  pattern: string,
  { to, exclude }: CopyStep,
  staged: ReadonlyMap<string, unknown>,
): readonly Copied[] {
  const target = cleanPath(to.slice('@artifact/'.length))
  const base = GLOB.test(pattern) ? rootOf(pattern) : cleanPath(pattern)
  const isExcluded = (path: string): boolean =>
    exclude.some(
      (one) => excludes(one, path) || (isIn(base, path) && excludes(one, below(base, path))),
    )
  const kept = tree.filter(({ path, mode }) => mode !== '160000' && !isExcluded(path))
  if (GLOB.test(pattern)) return globbed(kept, pattern, target)
  const file = kept.find(({ path }) => path === base)
  if (file !== undefined) {
    const isFolder =
      to.endsWith('/') || [...staged.keys()].some((path) => path !== target && isIn(target, path))
    const path = isFolder ? posix.join(target, posix.basename(base)) : target
    return [{ path, entry: file }]
  }
  const folder = posix.join(target, posix.basename(base))
  return kept
    .filter(({ path }) => isIn(base, path))
    .map((entry) => ({ path: cleanPath(posix.join(folder, below(base, entry.path))), entry }))
}

/** What a pattern matches, segment by segment; a folder that it matches comes as a whole. */
function globbed(tree: readonly Entry[], pattern: string, target: string): readonly Copied[] {
  const depth = pattern.split('/').length
  const within = pattern.endsWith('/**') ? `${pattern.slice(0, -3)}/` : undefined
  return tree.flatMap((entry) => {
    const matched = entry.path.split('/').slice(0, depth).join('/')
    if (!matchesPath(pattern.replaceAll('**', '*'), matched)) return []
    const isBelow = within !== undefined && entry.path.startsWith(within)
    const path = isBelow ? entry.path.slice(within.length) : entry.path
    return [{ path: cleanPath(posix.join(target, path)), entry }]
  })
}

/** The folders before the first pattern. */
function rootOf(pattern: string): string {
  const segments = pattern.split('/')
  return segments
    .slice(
      0,
      segments.findIndex((segment) => GLOB.test(segment)),
    )
    .join('/')
}

function below(base: string, path: string): string {
  return base === '' ? path : path.slice(base.length + 1)
}

/** Whether a pattern is of a path or of a folder that it is in; one without a slash also of a name anywhere. */
function excludes(pattern: string, path: string): boolean {
  const segments = path.split('/')
  return segments.some((name, index) => {
    if (!pattern.includes('/') && matchesPath(pattern, name)) return true
    return matchesPath(pattern, segments.slice(0, index + 1).join('/'))
  })
}
