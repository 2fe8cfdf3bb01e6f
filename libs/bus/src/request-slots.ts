import { type RequestHandler } from './bus.ts'
import { ResponderBusy } from './bus-errors.ts'

const WAITING_PER_SLOT = 16 // Enough for a burst; more would wait past their time limit anyway.

/** Runs a responder's handler at most so many times at once, and refuses what would wait for too long. */
export class RequestSlots implements AsyncDisposable {
  readonly #subject: string
  readonly #handler: RequestHandler
  readonly #parallelMax: number
  readonly #waiting: (() => void)[] = []
  readonly #running = new Set<Promise<unknown>>()
  #taken = 0
  readonly #stop = new AbortController()

  constructor(subject: string, handler: RequestHandler, parallelMax: number) {
    this.#subject = subject
    this.#handler = handler
    this.#parallelMax = parallelMax
  }

  /** The handler's answer. Throws what it throws, or `ResponderBusy`. */
  async run(subject: string, bytes: Uint8Array): Promise<Uint8Array> {
    const waitingMax = this.#parallelMax * WAITING_PER_SLOT
    if (this.#waiting.length >= waitingMax) throw new ResponderBusy(this.#subject, waitingMax)
    const answer = this.#inSlot(() => this.#handler({ subject, bytes }, this.#stop.signal))
    this.#running.add(answer)
    try {
      return await answer
    } finally {
      this.#running.delete(answer)
    }
  }

  async #inSlot(work: () => Promise<Uint8Array>): Promise<Uint8Array> {
    if (this.#taken < this.#parallelMax) this.#taken += 1
    else await new Promise<void>((resolve) => void this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      // The slot goes straight to who waits longest, so nobody slips in between.
      const next = this.#waiting.shift()
      if (next === undefined) this.#taken -= 1
      else next()
    }
  }

  /** Waits until all that was taken has been answered. */
  async [Symbol.asyncDispose](): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running)
    this.#stop.abort()
  }
}
