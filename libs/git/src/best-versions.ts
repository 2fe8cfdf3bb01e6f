import {
  compareVersions,
  type Constraint,
  parseConstraint,
  parseStrictVersion,
  parseVersion,
  satisfies,
  SemverError,
  type Version,
} from '@tidemark/semver'
import { GitRefused } from './git-refused.ts'

/**
 * The tags that are highest in a range: more than one where they differ only by build metadata, in the order
 * given. As in source-controller 1.9, a tag is a version when it is one by the letter after its `v`; others are
 * passed over. Throws `GitRefused` (SOURCE_REF) for a range that is none.
 */
export function bestVersions(range: string, tags: readonly string[]): readonly string[] {
  const constraint = readRange(range)
  let best: readonly Version[] = []
  for (const tag of tags) {
    const version = readTag(tag)
    if (version === undefined || !satisfies(version, constraint)) continue
    const [highest] = best
    const order = highest === undefined ? 1 : compareVersions(version, highest)
    if (order > 0) best = [version]
    else if (order === 0) best = [...best, version]
  }
  return best.map(({ original }) => original)
}

function readRange(range: string): Constraint {
  try {
    return parseConstraint(range)
  } catch (error) {
    if (!(error instanceof SemverError)) throw error
    const shown = JSON.stringify(range.slice(0, 200))
    throw new GitRefused('SOURCE_REF', `ref.semver ${shown} is not a range: ${error.message}`)
  }
}

function readTag(tag: string): Version | undefined {
  try {
    parseStrictVersion(tag.replace(/^v/, ''))
    return parseVersion(tag)
  } catch (error) {
    if (error instanceof SemverError) return undefined
    throw error
  }
}
