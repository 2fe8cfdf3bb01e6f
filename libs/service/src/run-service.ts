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
          run,
          signal,
        ),
      ),
    ),
  )
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
