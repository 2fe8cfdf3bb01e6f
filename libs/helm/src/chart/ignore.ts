import { HelmError } from '../helm-error.ts'
import { matchPath } from './path-match.ts'

/** What stays out of every chart. */
const DEFAULT_RULE = 'templates/.?*'

interface Rule {
  readonly isNegated: boolean
  readonly isForFolders: boolean
  readonly matches: (path: string) => boolean
}

export type EntryKind = 'file' | 'folder'

/** Whether `.helmignore` (or nothing) leaves a path out; as Helm 3.22, folders are asked first. */
export function ignoreRules(text: string | undefined): (path: string, kind: EntryKind) => boolean {
  const lines = [...(text ?? '').split('\n'), DEFAULT_RULE]
  const rules = lines.flatMap((line) => parseRule(line.replace(/^\u00ef\u00bb\u00bf/, '').trim()))
  return (path, kind) => isIgnored(rules, path, kind)
}

function isIgnored(rules: readonly Rule[], path: string, kind: EntryKind): boolean {
  for (const rule of rules) {
    const isWrongKind = rule.isForFolders && kind !== 'folder'
    if (rule.isNegated) {
      if (isWrongKind || !rule.matches(path)) return true
      continue
    }
    if (!isWrongKind && rule.matches(path)) return true
  }
  return false
}

function parseRule(line: string): Rule[] {
  if (line === '' || line.startsWith('#')) return []
  if (line.includes('**'))
    throw new HelmError('CHART_IGNORE', 'double-star (**) syntax is not supported')
  if (matchPath(line, 'abc') === undefined)
    throw new HelmError('CHART_IGNORE', 'syntax error in pattern')
  const isNegated = line.startsWith('!')
  const withoutMark = isNegated ? line.slice(1) : line
  const isForFolders = withoutMark.endsWith('/')
  const pattern = isForFolders ? withoutMark.slice(0, -1) : withoutMark
  return [{ isNegated, isForFolders, matches: matcherOf(pattern) }]
}

function matcherOf(pattern: string): (path: string) => boolean {
  if (pattern.startsWith('/')) return (path) => matchPath(pattern.slice(1), path) === true
  if (pattern.includes('/')) return (path) => matchPath(pattern, path) === true
  return (path) => matchPath(pattern, path.slice(path.lastIndexOf('/') + 1)) === true
}
