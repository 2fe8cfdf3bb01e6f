import type { LeaseGrant } from '@tidemark/contracts'
import type { Clock } from '@tidemark/kernel'
import type { CheckedAppend } from '../append/check-append.ts'
import type { LeaseWish, Leases } from '../event-store.ts'
import type { LedgerIdentity } from '../identity.ts'
import {
  checkLease,
  checkTtl,
  decideLease,
  grantOf,
  leaseTaken,
  NO_LEASE,
  type LeaseState,
} from '../leases/decide-lease.ts'

/** Leases in memory. The clock of the store decides. */
export class MemoryLeases {
  readonly #clock: Clock
  readonly #append: (append: CheckedAppend) => void
  readonly #leases = new Map<string, LeaseState>()

  constructor(clock: Clock, append: (append: CheckedAppend) => void) {
    this.#clock = clock
    this.#append = append
  }

  clientFor(identity: LedgerIdentity): Leases {
    return {
      acquire: async (wish) => {
        await Promise.resolve()
        checkLease(identity, wish)
        checkTtl(wish)
        return this.#acquire(wish)
      },
      release: async (lease) => {
        await Promise.resolve()
        checkLease(identity, lease)
        const state = this.#leases.get(lease.resource)
        if (state?.holder === lease.holder)
          this.#leases.set(lease.resource, { ...state, holder: '', untilMs: 0n })
      },
    }
  }

  epochOf(resource: string): bigint | undefined {
    return this.#leases.get(resource)?.epoch
  }

  #acquire(wish: LeaseWish): LeaseGrant {
    const nowMs = BigInt(Math.floor(this.#clock.now()))
    const decision = decideLease(this.#leases.get(wish.resource) ?? NO_LEASE, wish, nowMs)
    if (decision.kind === 'taken') this.#append(leaseTaken(wish.resource, decision.state))
    this.#leases.set(wish.resource, decision.state)
    return grantOf(decision, nowMs)
  }
}
