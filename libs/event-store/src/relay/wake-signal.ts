import type { Clock } from '@tidemark/kernel'

/** A hint that there may be something to do. One that comes while nobody waits is kept for the next wait. */
export class WakeSignal {
  readonly #clock: Clock
  #isAwake = false
  #end: AbortController | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  wake(): void {
    this.#isAwake = true
    this.#end?.abort()
  }

  /** Resolves at a hint, after `ms`, or when `signal` is aborted. One waits at a time. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#isAwake && !signal.aborted) await this.#sleep(ms, signal)
    this.#isAwake = false
  }

  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    const end = new AbortController()
    const stop = (): void => end.abort()
    signal.addEventListener('abort', stop, { once: true })
    this.#end = end
    await this.#clock.sleep(ms, end.signal)
    this.#end = undefined
    signal.removeEventListener('abort', stop)
  }
}
