import { hash } from 'node:crypto'
import {
  ActorKind,
  derivedId,
  encodeBody,
  event,
  EVENT_SCHEMA,
  Metadata,
  SCOPE_ALL,
  streams,
  token,
  type AppendRequest,
  type LeaseGrant,
} from '@tidemark/contracts'
import type { CheckedAppend } from '../append/check-append.ts'
import { InvalidAppend, NotAllowed } from '../errors.ts'
import type { LeaseWish } from '../event-store.ts'
import { owns, type LedgerIdentity } from '../identity.ts'

const TTL_MS_MIN = 100 // Shorter, and one slow commit ends the lease that it renews.
const TTL_MS_MAX = 300_000 // Longer, and a cluster waits minutes for the successor of a dead holder.
const HOLDER_BYTES_MAX = 256

/** A lease as it is stored. `epoch` never goes down; `holder` is empty where it was released. */
export interface LeaseState {
  readonly holder: string
  readonly epoch: bigint
  readonly untilMs: bigint
}

export type LeaseDecision =
  | { readonly kind: 'held'; readonly state: LeaseState }
  | { readonly kind: 'renewed'; readonly state: LeaseState }
  | { readonly kind: 'taken'; readonly state: LeaseState }

/** A lease that nobody has ever had. */
export const NO_LEASE: LeaseState = { holder: '', epoch: 0n, untilMs: 0n }

/**
 * Whose lease it is now. The holder that had it last renews it even late: in between it was nobody else's.
 * Any other holder gets the next epoch, once the time of the last one is over.
 */
export function decideLease(now: LeaseState, wish: LeaseWish, nowMs: bigint): LeaseDecision {
  const untilMs = nowMs + BigInt(wish.ttlMs)
  if (now.holder === wish.holder) return { kind: 'renewed', state: { ...now, untilMs } }
  if (now.holder !== '' && now.untilMs > nowMs) return { kind: 'held', state: now }
  return { kind: 'taken', state: { holder: wish.holder, epoch: now.epoch + 1n, untilMs } }
}

/** The answer to a wish: epoch 0 where somebody else holds the lease. */
export function grantOf({ kind, state }: LeaseDecision, nowMs: bigint): LeaseGrant {
  return {
    epoch: kind === 'held' ? 0n : state.epoch,
    holder: state.holder,
    remainingMs: state.untilMs - nowMs,
  }
}

/** Throws {@link NotAllowed} where the lease is not this writer's, {@link InvalidAppend} for a malformed wish. */
export function checkLease(
  { writer, scope }: LedgerIdentity,
  { resource, holder }: Pick<LeaseWish, 'resource' | 'holder'>,
): void {
  if (!owns(writer, resource))
    throw new NotAllowed(`cannot take lease ${resource}: it is not ${writer}'s`)
  if (scope !== SCOPE_ALL && token(resource.slice(writer.length + 1)) !== scope)
    throw new NotAllowed(`cannot take lease ${resource}: ${writer} is confined to cluster ${scope}`)
  if (holder === '' || Buffer.byteLength(holder) > HOLDER_BYTES_MAX)
    throw new InvalidAppend(
      `cannot take lease ${resource}: a holder has 1 to ${HOLDER_BYTES_MAX} bytes`,
    )
}

/** Throws {@link InvalidAppend} where a lease would last too long, or hardly at all. */
export function checkTtl({ resource, ttlMs }: LeaseWish): void {
  if (!Number.isSafeInteger(ttlMs) || ttlMs < TTL_MS_MIN || ttlMs > TTL_MS_MAX)
    throw new InvalidAppend(
      `cannot take lease ${resource} for ${ttlMs} ms: between ${TTL_MS_MIN} and ${TTL_MS_MAX} ms is possible`,
    )
}

/** The event that a takeover appends, in the transaction that changes the lease. */
export function leaseTaken(resource: string, { holder, epoch }: LeaseState): CheckedAppend {
  const id = derivedId('LeaseTaken', resource, epoch)
  const body = encodeBody(event('LeaseTaken', { resource, holder, epoch }))
  const actor = { kind: ActorKind.ACTOR_KIND_SERVICE, name: 'ledger', issuer: '' }
  const meta = Metadata.encode(Metadata.fromPartial({ actor, correlationId: id })).finish()
  const stream = streams.lease(resource)
  const request: AppendRequest = {
    commandId: id,
    expected: [],
    events: [{ id, stream, type: 'LeaseTaken', schema: EVENT_SCHEMA, body, meta }],
    epoch: undefined,
    cursor: undefined,
  }
  const digest = hash('sha256', body, 'buffer')
  return { writer: 'ledger', request, digest, size: body.length + meta.length }
}
