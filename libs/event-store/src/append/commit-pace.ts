import type { Clock } from '@tidemark/kernel'

const INTERVAL_MS = 40
const BURST = 8 // As many as one changed file needs, from its push to the end of its rollout.

/**
 * How long the next group gathers. What keeps it shares this machine's processors with the services: a commit of one
 * append costs the database half of what one of twenty does, and a file costs the same with one blob or with twenty. A
 * few go on at once; where more follow, there is one each 40 ms, with all that came meanwhile (bench/push).
 */
export class CommitPace {
  readonly #clock: Clock
  #left = BURST
  #at: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#at = clock.monotonic()
  }

  /** Resolves when the next group may be committed. */
  async turn(): Promise<void> {
    const now = this.#clock.monotonic()
    this.#left = Math.min(BURST, this.#left + (now - this.#at) / INTERVAL_MS) - 1
    this.#at = now
    if (this.#left < 0) await this.#clock.sleep(-this.#left * INTERVAL_MS)
  }
}
