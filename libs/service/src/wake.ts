import type { Clock } from '@tidemark/kernel'

const POLL_MS = 1_000 // Without a hint a reader is at most this late (RELIABILITY 3.9).

const WOKEN = 'woken' // Without a reason of ours each wake would make an error, with its stack.

/** Waits for the ledger to grow. A hint may be lost or wrong: a reader looks for itself. */
export interface Wake {
  /** Resolves at the next hint after `seen`, after a second, or with `signal`. */
  wait(signal: AbortSignal): Promise<void>
}

/** Hints within one process and from the bus; whoever gets one calls `hint`. */
export class WakeHints implements Wake {
  readonly #clock: Clock
  readonly #waiting = new Set<() => void>()
  #hinted = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The ledger has grown. */
  readonly hint: () => void = () => {
    this.#hinted = true
    for (const end of this.#waiting) end()
  }

  async wait(signal: AbortSignal): Promise<void> {
    if (!this.#hinted) await this.#sleep(signal)
    this.#hinted = false
  }

  /** Listeners go with the wait: a signal that lives as long as the process gathers none. */
  async #sleep(signal: AbortSignal): Promise<void> {
    const woken = new AbortController()
    const end = (): void => woken.abort(WOKEN)
    this.#waiting.add(end)
    signal.addEventListener('abort', end, { once: true })
    if (signal.aborted) end()
    await this.#clock.sleep(POLL_MS, woken.signal)
    this.#waiting.delete(end)
    signal.removeEventListener('abort', end)
  }
}
