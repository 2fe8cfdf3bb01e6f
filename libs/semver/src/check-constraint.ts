import { comparePrereleases, compareVersions } from './compare-versions.ts'
import type { Comparison, Constraint } from './constraint.ts'
import { quote } from './semver-error.ts'
import { formatVersion, type Version } from './version.ts'

export interface CheckOptions {
  /**
   * `named` (the default): a prerelease satisfies only an alternative in which a prerelease is written. `included`: prereleases are
   * versions like any other.
   */
  readonly prereleases?: 'named' | 'included'
}

/** Whether a version satisfies a constraint, as Masterminds/semver v3.5.0 decides (`Constraints.Check`). */
export function satisfies(
  version: Version,
  constraint: Constraint,
  options: CheckOptions = {},
): boolean {
  return constraint.alternatives.some((all) => {
    if (isPrereleaseRefused(version, all, options)) return false
    return all.every((comparison) => refusal(version, comparison) === undefined)
  })
}

/**
 * Why a version does not satisfy a constraint, in Masterminds' words: one reason for each comparison of each alternative that
 * fails. Empty when the version satisfies it.
 */
export function reasonsAgainst(
  version: Version,
  constraint: Constraint,
  options: CheckOptions = {},
): readonly string[] {
  const reasons: string[] = []
  let isPrereleaseSaid = false
  for (const alternative of constraint.alternatives) {
    if (isPrereleaseRefused(version, alternative, options)) {
      if (!isPrereleaseSaid) reasons.push(`${quote(formatVersion(version))} ${ONLY_RELEASES}`)
      isPrereleaseSaid = true
      continue
    }
    const found = alternative.flatMap((comparison) => refusal(version, comparison) ?? [])
    if (found.length === 0) return []
    reasons.push(...found)
  }
  return reasons
}

const ONLY_RELEASES =
  'is a prerelease version and the constraint is only looking for release versions'

function isPrereleaseRefused(
  version: Version,
  alternative: readonly Comparison[],
  { prereleases = 'named' }: CheckOptions,
): boolean {
  if (version.prerelease === '' || prereleases === 'included') return false
  return alternative.every((comparison) => comparison.version.prerelease === '')
}

/** Why one comparison does not hold; undefined when it does. */
function refusal(version: Version, comparison: Comparison): string | undefined {
  const problem = problemOf(version, comparison)
  if (problem === undefined) return undefined
  const [before, after = ''] = problem.split('%')
  return `${quote(formatVersion(version))} ${before}${quote(comparison.original)}${after}`
}

/** What is wrong; `%` stands for the version of the comparison. */
function problemOf(version: Version, comparison: Comparison): string | undefined {
  switch (comparison.operator) {
    case '!=':
      return isNotEqual(version, comparison) ? undefined : 'is equal to %'
    case '>':
      return isGreater(version, comparison) ? undefined : 'is less than or equal to %'
    case '<':
      return isBelow(version, comparison) ? undefined : 'is greater than or equal to %'
    case '>=':
    case '=>':
      return isBelow(version, comparison) ? 'is less than %' : undefined
    case '<=':
    case '=<':
      return isAtMost(version, comparison) ? undefined : 'is greater than %'
    case '~':
    case '~>':
      return problemOfTilde(version, comparison)
    case '^':
      return problemOfCaret(version, comparison)
    default:
      return problemOfEqual(version, comparison)
  }
}

function isBelow(version: Version, comparison: Comparison): boolean {
  return compareVersions(version, comparison.version) < 0
}

function isEqual(version: Version, comparison: Comparison): boolean {
  return compareVersions(version, comparison.version) === 0
}

function isNotEqual(version: Version, comparison: Comparison): boolean {
  const { version: other, wildcard } = comparison
  if (wildcard === 'none') return !isEqual(version, comparison)
  if (version.major !== other.major) return true
  if (wildcard === 'minor') return false
  if (version.minor !== other.minor) return true
  if (wildcard === 'major') {
    return version.patch !== other.patch || !isEqual(version, comparison)
  }
  const hasPrerelease = version.prerelease !== '' || other.prerelease !== ''
  return hasPrerelease && comparePrereleases(version.prerelease, other.prerelease) !== 0
}

function isGreater(version: Version, comparison: Comparison): boolean {
  const { version: other, wildcard } = comparison
  if (wildcard !== 'none') {
    if (version.major !== other.major) return version.major > other.major
    if (wildcard === 'minor') return false
    if (wildcard === 'patch') return version.minor > other.minor
  }
  return compareVersions(version, other) > 0
}

function isAtMost(version: Version, comparison: Comparison): boolean {
  const { version: other, wildcard } = comparison
  if (wildcard === 'none') return compareVersions(version, other) <= 0
  if (version.major > other.major) return false
  return version.major < other.major || wildcard === 'minor' || version.minor <= other.minor
}

function problemOfEqual(version: Version, comparison: Comparison): string | undefined {
  if (comparison.wildcard !== 'none') return problemOfTilde(version, comparison)
  return isEqual(version, comparison) ? undefined : 'is not equal to %'
}

function problemOfTilde(version: Version, comparison: Comparison): string | undefined {
  const { version: other, wildcard } = comparison
  if (isBelow(version, comparison)) return 'is less than %'
  const isZero = other.major === 0n && other.minor === 0n && other.patch === 0n
  if (isZero && wildcard !== 'minor' && wildcard !== 'patch') return undefined // `*`, and `~0.0.0`.
  if (version.major !== other.major) return 'does not have same major version as %'
  if (version.minor !== other.minor && wildcard !== 'minor') {
    return 'does not have same major and minor version as %'
  }
  return undefined
}

function problemOfCaret(version: Version, comparison: Comparison): string | undefined {
  const { version: other, wildcard } = comparison
  if (isBelow(version, comparison)) return 'is less than %'
  if (version.major !== other.major) return 'does not have same major version as %'
  if (other.major > 0n || wildcard === 'minor') return undefined
  if (other.minor > 0n || wildcard === 'patch') {
    if (version.minor === other.minor) return undefined
    return 'does not have same minor version as %. Expected minor versions to match when constraint major version is 0'
  }
  if (version.minor > 0n) return 'does not have same minor version as %'
  if (version.patch === other.patch) return undefined
  return 'does not equal %. Expect version and constraint to equal when major and minor versions are 0'
}
