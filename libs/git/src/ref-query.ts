import { GitRefused } from './git-refused.ts'
import type { GitRef } from './git-source.ts'
import { isRefname } from './refname.ts'

/** What a ref asks of a server, after precedence and defaults. */
export type RefQuery =
  | { readonly kind: 'commit'; readonly commit: string; readonly branch?: string }
  | { readonly kind: 'ref'; readonly name: string; readonly label: string; readonly as: string }
  | { readonly kind: 'semver'; readonly range: string }

const DEFAULT_BRANCH = 'master' // Flux's, whatever the server's HEAD says.
const COMMIT = /^[0-9a-f]{40}$/
const PEELED = '^{}'

/**
 * Reads a ref as source-controller 1.9 does: commit over name over semver over tag over branch. `label` is
 * how the revision starts, `as` how a message names it.
 */
export function refQuery(ref: GitRef): RefQuery {
  if (isSet(ref.commit)) return commitQuery(ref.commit, ref.branch)
  if (isSet(ref.name)) return nameQuery(ref.name)
  if (isSet(ref.semver)) return { kind: 'semver', range: ref.semver }
  if (isSet(ref.tag)) return shortQuery('tag', 'refs/tags/', ref.tag)
  return shortQuery('branch', 'refs/heads/', isSet(ref.branch) ? ref.branch : DEFAULT_BRANCH)
}

/** An empty string is how a Flux object writes a field that is not there. */
function isSet(field: string | undefined): field is string {
  return field !== undefined && field !== ''
}

function commitQuery(commit: string, branch: string | undefined): RefQuery {
  if (!COMMIT.test(commit))
    throw refused('commit', commit, 'a commit is written as its 40 lower-case hexadecimal digits')
  if (!isSet(branch)) return { kind: 'commit', commit }
  shortQuery('branch', 'refs/heads/', branch)
  return { kind: 'commit', commit, branch }
}

function nameQuery(name: string): RefQuery {
  const bare = name.endsWith(PEELED) ? name.slice(0, -PEELED.length) : name
  if (!isRefname(bare) || !(bare.startsWith('refs/') || bare === 'HEAD'))
    throw refused('name', name, 'a full ref is meant, such as refs/heads/main or refs/pull/7/head')
  return { kind: 'ref', name: bare, label: name, as: `ref ${bare}` }
}

function shortQuery(kind: 'branch' | 'tag', prefix: string, short: string): RefQuery {
  const name = `${prefix}${short}`
  if (!isRefname(short) || !isRefname(name))
    throw refused(kind, short, 'git-check-ref-format would not take it')
  return { kind: 'ref', name, label: short, as: `${kind} ${short}` }
}

function refused(field: string, value: string, why: string): GitRefused {
  const shown = JSON.stringify(value.slice(0, 200))
  return new GitRefused('SOURCE_REF', `ref.${field} ${shown} is not a Git ref: ${why}`)
}
