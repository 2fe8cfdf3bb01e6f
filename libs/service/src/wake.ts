import type { Clock } from '@tidemark/kernel'

const POLL_MS = 1_000 // Without a hint a reader is at most this late (RELIABILITY 3.9).

/** Waits for the ledger to grow. A hint may be lost or wrong: a reader looks for itself. */
export interface Wake {
  /** Resolves at the next hint after `seen`, after a second, or with `signal`. */
  wait(signal: AbortSignal): Promise<void>
}

/** Hints within one process and from the bus; whoever gets one calls `hint`. */
export class WakeHints implements Wake {
  readonly #clock: Clock
  #waiting: AbortController = new AbortController()
  #hinted = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The ledger has grown. */
  readonly hint: () => void = () => {
    this.#hinted = true
    this.#waiting.abort()
  }

  async wait(signal: AbortSignal): Promise<void> {
    if (!this.#hinted) {
      const both = AbortSignal.any([signal, this.#waiting.signal])
      await this.#clock.sleep(POLL_MS, both)
    }
    this.#hinted = false
    if (this.#waiting.signal.aborted) this.#waiting = new AbortController()
  }
}
