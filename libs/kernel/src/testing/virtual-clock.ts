import type { Clock, Deadline } from '../clock.ts'

interface Timer {
  readonly at: number
  readonly fire: () => void
}

/** A clock that moves only when a test moves it. Timers that are due fire in the order of their time. */
export class VirtualClock implements Clock {
  #now: number
  readonly #timers = new Set<Timer>()

  constructor(startMs = 1_700_000_000_000) {
    this.#now = startMs
  }

  now(): number {
    return this.#now
  }

  monotonic(): number {
    return this.#now
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve()
    return new Promise((resolve) => {
      const end = (): void => {
        this.#timers.delete(timer)
        signal?.removeEventListener('abort', end)
        resolve()
      }
      const timer = { at: this.#now + ms, fire: end }
      this.#timers.add(timer)
      signal?.addEventListener('abort', end, { once: true })
    })
  }

  deadline(ms: number, parent?: AbortSignal): Deadline {
    const controller = new AbortController()
    const timer = {
      at: this.#now + ms,
      fire: () => controller.abort(new Error(`timed out after ${ms} ms`)),
    }
    this.#timers.add(timer)
    const follow = (): void => controller.abort(parent?.reason)
    if (parent?.aborted === true) follow()
    else parent?.addEventListener('abort', follow, { once: true })
    return {
      signal: controller.signal,
      [Symbol.dispose]: () => {
        this.#timers.delete(timer)
        parent?.removeEventListener('abort', follow)
      },
    }
  }

  /** Moves time on by `ms` and fires each timer that becomes due, letting its followers run in between. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms
    for (;;) {
      await settle()
      const due = [...this.#timers]
        .filter((timer) => timer.at <= until)
        .toSorted((left, right) => left.at - right.at)[0]
      if (due === undefined) break
      this.#timers.delete(due)
      this.#now = Math.max(this.#now, due.at)
      due.fire()
    }
    this.#now = until
  }
}

const TURNS = 4 // What follows from a timer may itself wait for a turn or two before it sets the next.

async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1)
    await new Promise<void>((resolve) => {
      setImmediate(resolve)
    })
}
