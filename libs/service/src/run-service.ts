import { OperatingError } from '@tidemark/kernel'
import { backoffMs } from './backoff.ts'
import { whileHolding } from './lease-keeper.ts'
import type { RunningService, Surroundings } from './surroundings.ts'

export interface Role {
  /** `releaser-0`: one process at a time. */
  readonly resource: string
  /** The work itself. It ends with its signal; where it throws, the service stops and says why. */
  readonly run: (epoch: bigint, signal: AbortSignal) => Promise<void>
}

/** Runs work that must be single: only while this process holds the lease of its role. */
export function runWithLease(
  name: string,
  surroundings: Surroundings,
  roles: readonly Role[],
): RunningService {
  return runService(name, (signal) =>
    Promise.all(
      roles.map(({ resource, run }) =>
        whileHolding(
          {
            ...surroundings,
            onHeld: (held, value) => surroundings.metrics.leaseHeld(held, value),
          },
          resource,
          (epoch, held) => goOn(surroundings, (ending) => run(epoch, ending), held),
          signal,
        ),
      ),
    ),
  )
}

/** Begins the work again where there was no answer; anything else ends it. */
export async function goOn(
  { clock, random, log }: Pick<Surroundings, 'clock' | 'random' | 'log'>,
  work: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  for (let tries = 1; !signal.aborted; tries += 1) {
    try {
      await work(signal)
      return
    } catch (error) {
      if (signal.aborted) return
      if (!isPassing(error)) throw error
      const message = error instanceof Error ? error.message : ''
      log.warn('beginning again', { error: message, tries })
      await clock.sleep(backoffMs(tries, random), signal)
    }
  }
}

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE'])

/** Whether asking again may help: a conflict, an outage, a full disk. */
function isPassing(error: unknown): boolean {
  if (error instanceof OperatingError) return error.retry !== 'never'
  return error instanceof Error && 'code' in error && FULL.has(String(error.code))
}

/** Runs work until it is disposed. Disposing aborts its signal and waits for its end. */
export function runService(
  name: string,
  work: (signal: AbortSignal) => Promise<unknown>,
): RunningService {
  const ending = new AbortController()
  let failure: unknown
  const stopped = work(ending.signal).then(
    () => undefined,
    (error: unknown) => {
      failure = error ?? new Error(`${name} stopped without a reason`)
      ending.abort()
      throw error
    },
  )
  stopped.catch(() => undefined)
  return {
    name,
    stopped,
    check: async () => (failure === undefined ? undefined : describe(failure)),
    [Symbol.asyncDispose]: async () => {
      ending.abort()
      await stopped.catch(() => undefined)
    },
  }
}

function describe(failure: unknown): string {
  return failure instanceof Error ? failure.message : JSON.stringify(failure)
}
