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
import { FetchRefused } from './fetch-refused.ts'

/** Something with a version, as it was written. */
export interface Candidate {
  readonly version: string
  /** When it was made; of equal versions the newest is taken. */
  readonly createdMs?: number
}

/**
 * The highest version in a range, as Flux chooses: what is no version (`v` before it is allowed) is passed over, and
 * prereleases count only where the range names one.
 */
export function highestIn<Item extends Candidate>(
  candidates: readonly Item[],
  range: string,
): Item | undefined {
  const constraint = parseRange(range)
  let best: { readonly item: Item; readonly version: Version } | undefined
  for (const item of candidates) {
    const version = versionOf(item.version)
    if (version === undefined || !satisfies(version, constraint)) continue
    const order = best === undefined ? 1 : compareVersions(version, best.version)
    const isNewer = (item.createdMs ?? 0) > (best?.item.createdMs ?? 0)
    if (order > 0 || (order === 0 && isNewer)) best = { item, version }
  }
  return best?.item
}

/**
 * The version of a chart: exactly that which is written where there is one, else the highest in the range. `*` and
 * nothing are the highest release.
 */
export function chooseVersion<Item extends Candidate>(
  candidates: readonly Item[],
  wanted: string,
): Item | undefined {
  const exact = wanted === '' ? undefined : candidates.find(({ version }) => version === wanted)
  return exact ?? highestIn(candidates, wanted === '' ? '*' : wanted)
}

function parseRange(range: string): Constraint {
  try {
    return parseConstraint(range)
  } catch (error) {
    if (!(error instanceof SemverError)) throw error
    throw new FetchRefused(
      'SOURCE_REF',
      `${JSON.stringify(range)} is no range of versions: ${error.message}; write it as >=1.0.0 <2.0.0`,
      { cause: error },
    )
  }
}

function versionOf(text: string): Version | undefined {
  try {
    parseStrictVersion(text.replace(/^v/u, ''))
    return parseVersion(text)
  } catch (error) {
    if (error instanceof SemverError) return undefined
    throw error
  }
}
