import { decideGroup, type GroupDecision, type Lookup } from './decide-group.ts'
import type { CheckedAppend } from './check-append.ts'
import type { LogHead } from '../ledger-store.ts'

/** A stream that a group adds to or decides on, and the version that its first append there has read. */
export interface ClaimedVersion {
  readonly stream: string
  readonly version: bigint
}

/** A group that was decided before the store was asked, on what its appends claim. */
export interface PredictedGroup {
  /** The end of the log that it was decided on. */
  readonly base: LogHead
  readonly decision: GroupDecision
  readonly claims: Claims
}

/** What a group was decided on. Whoever stores it MUST hold all of that against the tables. */
export interface Claims {
  readonly versions: readonly ClaimedVersion[]
  /** Where each cursor is, by its name. */
  readonly cursors: ReadonlyMap<string, bigint>
  /** The epoch that each lease is in, by its name. */
  readonly epochs: ReadonlyMap<string, bigint>
}

const NOTHING: Lookup<never> = { get: () => undefined }

/**
 * Decides a group on the end of the log as this process knows it, believing what its appends say: that each
 * stream is at the version that was read, each cursor where it is moved from, each lease in the epoch that is named,
 * and that no command and no event id was used before. `undefined` where the appends do not say enough (a stream
 * without an expected version), or where one would be refused.
 */
export function predictGroup(
  appends: readonly CheckedAppend[],
  base: LogHead,
  atUs: bigint,
): PredictedGroup | undefined {
  const versions = new Map<string, bigint>()
  const cursors = new Map<string, bigint>()
  const epochs = new Map<string, bigint>()
  for (const { request } of appends) {
    const { expected, events, cursor, epoch } = request
    for (const { stream, version } of expected) claim(versions, stream, version)
    if (events.some(({ stream }) => !versions.has(stream))) return undefined
    if (cursor !== undefined) claim(cursors, cursor.name, cursor.from)
    if (epoch !== undefined) claim(epochs, epoch.resource, epoch.epoch)
  }
  const known = { commands: NOTHING, versions, cursors, epochs, hasEvent: () => false }
  const decision = decideGroup(appends, { head: base, atUs, ...known })
  const isNothing = decision.events.length === 0 && decision.cursors.size === 0
  if (isNothing || decision.outcomes.some(({ kind }) => kind === 'refused')) return undefined
  const claimed = [...versions].map(([stream, version]) => ({ stream, version }))
  return { base, decision, claims: { versions: claimed, cursors, epochs } }
}

/** The first to name something says how it was before the group. */
function claim(claims: Map<string, bigint>, name: string, value: bigint): void {
  if (!claims.has(name)) claims.set(name, value)
}
