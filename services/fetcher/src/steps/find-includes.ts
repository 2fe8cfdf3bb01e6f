import type { Included } from '../ports.ts'
import type { KnownSource, KnownSources } from './known-sources.ts'
import type { Prepared } from './prepare-look.ts'

const DEPTH_MAX = 8 // What includes what includes it, as deep as applications are nested.
const INCLUDES_MAX = 100 // Each is an artifact to read.

type Found =
  | { readonly kind: 'found'; readonly includes: readonly Included[] }
  | Exclude<Prepared, { kind: 'ready' }>

/**
 * The artifacts that a source includes. Where one is on its way it is waited for, as its revision wakes us; one that is not
 * declared, or fails, is told.
 */
export function findIncludes(
  sources: KnownSources,
  known: KnownSource,
  pending: 'wait' | 'tell',
): Found {
  const circle = circleFrom(sources, known, { before: [], seen: new Set() })
  if (circle !== undefined)
    return refused(
      `what is included goes in a circle: ${circle.join(' -> ')}; take one of them out`,
    )
  const included = sources.includedIn(known)
  if (included.length > INCLUDES_MAX)
    return refused(`${included.length} sources are to be included; at most ${INCLUDES_MAX} can be`)
  const includes: Included[] = []
  for (const { include, name, known: other } of included) {
    if (other?.declared === undefined)
      return refused(`${name} is to be included, and is not declared: add it, or mend its name`)
    const { sequence, revision, artifactDigest, artifactBlob, failing } = other.state
    if (sequence === 0n) {
      if (failing === undefined && pending === 'wait') return { kind: 'waiting' }
      const why = failing?.message ?? 'nothing of it has been fetched yet'
      return refused(`${name} is to be included: ${why}`)
    }
    const artifact = { sourceId: other.id, revision, artifactDigest }
    includes.push({ include, artifact, artifactBlob })
  }
  return { kind: 'found', includes }
}

interface Walk {
  readonly before: readonly KnownSource[]
  /** What was gone through already and is in no circle: each source is gone through once. */
  readonly seen: Set<string>
}

/** The names of a circle, or of a chain that is too long; `undefined` where there is none. */
function circleFrom(
  sources: KnownSources,
  known: KnownSource,
  { before, seen }: Walk,
): readonly string[] | undefined {
  const path = [...before, known]
  const isCircle = before.some(({ id }) => id === known.id)
  if (isCircle || path.length > DEPTH_MAX)
    return path.map(({ declared }) => declared?.object?.name ?? '')
  if (seen.has(known.id)) return undefined
  for (const { known: next } of sources.includedIn(known)) {
    const circle =
      next === undefined ? undefined : circleFrom(sources, next, { before: path, seen })
    if (circle !== undefined) return circle
  }
  seen.add(known.id)
  return undefined
}

function refused(message: string): Prepared & { readonly kind: 'refused' } {
  return { kind: 'refused', code: 'INCLUDE_UNAVAILABLE', message }
}
