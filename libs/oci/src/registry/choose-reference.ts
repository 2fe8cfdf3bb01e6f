import { highestIn } from '../choose-version.ts'
import { FetchRefused } from '../fetch-refused.ts'
import type { Registry } from './registry.ts'

/** What an OCIRepository follows: the first that is set of digest, semver and tag. */
export interface OciQuery {
  readonly digest: string
  readonly semver: string
  /** Whether a tag counts for `semver`. */
  readonly filter: (tag: string) => boolean
  readonly tag: string
  /** Tags of charts have `_` where versions have `+`. */
  readonly tagsAreCharts: boolean
}

/** A digest, and the tag that names it; empty where it was given by digest. */
export interface OciReference {
  readonly tag: string
  readonly digest: string
}

/** The digest that is followed now. */
export async function resolveReference(
  registry: Registry,
  query: OciQuery,
  signal: AbortSignal,
): Promise<OciReference> {
  if (query.digest !== '') return { tag: '', digest: query.digest }
  const tag =
    query.semver === '' ? query.tag || 'latest' : await tagInRange(registry, query, signal)
  const digest =
    (await registry.digestOfTag(tag, signal)) ?? (await registry.manifest(tag, signal))?.digest
  if (digest === undefined)
    throw new FetchRefused(
      'SOURCE_REF_MISSING',
      `${registry.name} has no tag ${tag}, or these credentials do not see it; correct spec.ref, or push it`,
    )
  return { tag, digest }
}

async function tagInRange(
  registry: Registry,
  { semver, filter, tagsAreCharts }: OciQuery,
  signal: AbortSignal,
): Promise<string> {
  const tags = (await registry.tags(signal)).filter(filter)
  const candidates = tags.map((tag) => ({
    tag,
    version: tagsAreCharts ? tag.replaceAll('_', '+') : tag,
  }))
  const best = highestIn(candidates, semver)
  if (best !== undefined) return best.tag
  throw new FetchRefused(
    'SOURCE_REF_MISSING',
    `none of the ${tags.length} tags of ${registry.name} that count is in ${semver}; correct spec.ref.semver or semverFilter (a prerelease counts only where the range names one, as >=1.0.0-0)`,
  )
}
