import type { ParkedEvent } from '@tidemark/contracts'
import type { Clock } from '@tidemark/kernel'
import type { Parking } from '../event-store.ts'
import type { LedgerIdentity } from '../identity.ts'
import { checkReactor, keptError, PARK_TRIES, PARKED_MAX } from '../parking/check-parking.ts'

/** Parked events in memory. */
export class MemoryParking {
  readonly #clock: Clock
  readonly #parked = new Map<string, ParkedEvent>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  clientFor({ writer }: LedgerIdentity): Parking {
    return {
      failed: async ({ reactor, position, key, error }) => {
        await Promise.resolve()
        checkReactor(writer, reactor)
        const tries = (this.#parked.get(nameOf(reactor, position))?.tries ?? 0) + 1
        const atMs = BigInt(Math.floor(this.#clock.now()))
        const parked = { reactor, position, key, error: keptError(error), tries, atMs }
        this.#parked.set(nameOf(reactor, position), parked)
        return parked
      },
      remove: async (reactor, position) => {
        await Promise.resolve()
        checkReactor(writer, reactor)
        this.#parked.delete(nameOf(reactor, position))
      },
      list: async (reactor) => {
        await Promise.resolve()
        return this.#list(reactor)
      },
    }
  }

  #list(reactor: string | undefined): readonly ParkedEvent[] {
    return [...this.#parked.values()]
      .filter((parked) => parked.tries >= PARK_TRIES)
      .filter((parked) => reactor === undefined || parked.reactor === reactor)
      .toSorted(
        (left, right) =>
          Buffer.compare(Buffer.from(left.reactor), Buffer.from(right.reactor)) ||
          Number(left.position - right.position),
      )
      .slice(0, PARKED_MAX)
  }
}

function nameOf(reactor: string, position: bigint): string {
  return `${position} ${reactor}`
}
