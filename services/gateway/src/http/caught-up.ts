import { once } from 'node:events'
import { status } from '@grpc/grpc-js'
import type { Clock } from '@tidemark/kernel'
import { ApiError } from './api-error.ts'

const WAIT_MS = 5_000 // Less than the senders of webhooks wait, so that they hear why.

/**
 * Whether the read model knows all that was in the log when the gateway began to read it. Until then it knows
 * nothing of what is there, so whoever asks waits: "there is no such application" would be a lie.
 */
export class CaughtUp {
  readonly #clock: Clock
  readonly #reached = Promise.withResolvers<void>()
  #problem: string | undefined = 'the log is not read yet'

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** What is in the way, in words; `undefined` once all of it has been read. */
  get problem(): string | undefined {
    return this.#problem
  }

  /** The log was read and folded to a position; it ended at `head` when that began. */
  reached(position: bigint, head: bigint): void {
    if (this.#problem === undefined) return
    this.#problem = position < head ? `the log is read to ${position} of ${head}` : undefined
    if (this.#problem === undefined) this.#reached.resolve()
  }

  /** Resolves once it is so. Where that takes long, the answer is UNAVAILABLE: ask again. */
  async wait(): Promise<void> {
    if (this.#problem === undefined) return
    using limit = this.#clock.deadline(WAIT_MS)
    await Promise.race([this.#reached.promise, once(limit.signal, 'abort')])
    if (this.#problem !== undefined)
      throw new ApiError(status.UNAVAILABLE, `the gateway has just started, and ${this.#problem}`)
  }
}
