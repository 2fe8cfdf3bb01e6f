import { OperatingError, type Clock, type CrashPoints } from '@tidemark/kernel'
import type { Leases } from '@tidemark/event-store'
import type { Logger } from './logger.ts'

const TTL_MS = 15_000 // RELIABILITY 3.7: long enough for a pause, short enough for a takeover.
const RENEW_MS = 5_000
const STOP_MS = 10_000 // The holder stops by its own clock before anyone else may begin.
const RELEASE_MS = 2_000 // A ledger that does not answer holds up nobody's end.
const RETRY_MS_MIN = 500
const RETRY_MS_MAX = 5_000

export interface LeaseKeeperDeps {
  readonly leases: Leases
  readonly clock: Clock
  readonly log: Logger
  readonly holder: string
  readonly crashPoints?: CrashPoints
  readonly onHeld?: (resource: string, held: 0 | 1) => void
}

/**
 * Runs `work` while this process holds the lease, again and again until `signal` is aborted. The signal
 * that `work` gets is aborted as soon as the lease may have ended; the ledger refuses its epoch anyway.
 */
export async function whileHolding(
  deps: LeaseKeeperDeps,
  resource: string,
  work: (epoch: bigint, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { clock } = deps
  while (!signal.aborted) {
    const asked = clock.monotonic()
    deps.crashPoints?.at('lease.asked')
    const grant = await ask(deps, resource, signal)
    if (grant === undefined || grant.epoch === 0n) {
      const wait = Math.min(Math.max(Number(grant?.remainingMs ?? 0n), RETRY_MS_MIN), RETRY_MS_MAX)
      await clock.sleep(wait, signal)
      continue
    }
    deps.crashPoints?.at('lease.taken')
    deps.onHeld?.(resource, 1)
    deps.log.info('lease taken', { resource, epoch: String(grant.epoch) })
    await hold(deps, { resource, epoch: grant.epoch, asked }, work, signal)
    deps.onHeld?.(resource, 0)
    await release(deps, resource)
  }
}

async function release(
  { leases, clock, holder, log }: LeaseKeeperDeps,
  resource: string,
): Promise<void> {
  using limit = clock.deadline(RELEASE_MS)
  await leases.release({ resource, holder }, limit.signal).catch((error: unknown) => {
    log.debug('lease not released; it ends by itself', { resource, error: String(error) })
  })
}

interface Held {
  readonly resource: string
  readonly epoch: bigint
  readonly asked: number
}

async function hold(
  deps: LeaseKeeperDeps,
  { resource, epoch, asked }: Held,
  work: (epoch: bigint, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const ended = new AbortController()
  const both = AbortSignal.any([signal, ended.signal])
  const renewing = renew(deps, { resource, epoch, asked }, both).then(() => ended.abort())
  try {
    await work(epoch, both)
  } finally {
    ended.abort()
    await renewing
  }
}

async function renew(deps: LeaseKeeperDeps, held: Held, signal: AbortSignal): Promise<void> {
  const { clock, log } = deps
  let good = held.asked
  while (!signal.aborted) {
    await clock.sleep(RENEW_MS, signal)
    if (signal.aborted) return
    const asked = clock.monotonic()
    const grant = await ask(deps, held.resource, signal)
    if (grant?.epoch === held.epoch) {
      good = asked
      continue
    }
    if (grant !== undefined || clock.monotonic() - good >= STOP_MS) {
      log.warn('lease lost', { resource: held.resource, epoch: String(held.epoch) })
      return
    }
  }
}

async function ask(
  { leases, holder, log }: LeaseKeeperDeps,
  resource: string,
  signal: AbortSignal,
): Promise<{ epoch: bigint; remainingMs: bigint } | undefined> {
  try {
    return await leases.acquire({ resource, holder, ttlMs: TTL_MS }, signal)
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error
    log.debug('lease not granted', { resource, error: error.message })
    return undefined
  }
}
