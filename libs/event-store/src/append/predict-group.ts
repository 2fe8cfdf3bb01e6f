import { decideGroup, type GroupDecision, type Lookup } from './decide-group.ts'
import type { CheckedAppend } from './check-append.ts'
import type { LogHead } from '../ledger-store.ts'

/** A stream that a group adds to, and the version that its first append there has read. */
export interface ClaimedVersion {
  readonly stream: string
  readonly version: bigint
}

/** A group that was decided before the store was asked, on what its appends claim. */
export interface PredictedGroup {
  /** The end of the log that it was decided on. */
  readonly base: LogHead
  readonly decision: GroupDecision
  readonly claims: readonly ClaimedVersion[]
}

const NOTHING: Lookup<never> = { get: () => undefined }

/**
 * Decides a group on the end of the log as this process knows it, believing what its appends say: that each
 * stream is at the version that was read, that no command and no event id was used before. The statement that
 * writes it must hold all of that against the tables. `undefined` where the appends do not say enough (a stream
 * without an expected version, a cursor, an epoch), or where one would be refused.
 */
export function predictGroup(
  appends: readonly CheckedAppend[],
  base: LogHead,
  atUs: bigint,
): PredictedGroup | undefined {
  const claims = claimsOf(appends)
  if (claims === undefined) return undefined
  const decision = decideGroup(appends, {
    head: base,
    atUs,
    commands: NOTHING,
    versions: claims,
    cursors: NOTHING,
    epochs: NOTHING,
    hasEvent: () => false,
  })
  if (decision.events.length === 0 || decision.outcomes.some(({ kind }) => kind === 'refused'))
    return undefined
  const claimed = [...claims].map(([stream, version]) => ({ stream, version }))
  return { base, decision, claims: claimed }
}

/** The version that is claimed of each stream; `undefined` where one is written to without a claim, or only read. */
function claimsOf(appends: readonly CheckedAppend[]): ReadonlyMap<string, bigint> | undefined {
  const claims = new Map<string, bigint>()
  const written = new Set<string>()
  for (const { request } of appends) {
    if (request.epoch !== undefined || request.cursor !== undefined) return undefined
    for (const { stream, version } of request.expected)
      if (!claims.has(stream)) claims.set(stream, version)
    for (const { stream } of request.events) {
      if (!claims.has(stream)) return undefined
      written.add(stream)
    }
  }
  return written.size === claims.size ? claims : undefined
}
