import type { Writer } from '@tidemark/contracts'
import type { LedgerClient } from '../event-store.ts'

/** An adapter, as the contract suite sees it. */
export interface LedgerUnderTest extends AsyncDisposable {
  clientFor(writer: Writer, scope?: string): LedgerClient
  /** Another process on the same store, where the adapter can have one; else the same one again. */
  secondClientFor(writer: Writer): LedgerClient
  /** Lets the time of the store's clock pass. */
  passTime(ms: number): Promise<void>
  /** The next append is stored, and its reply is lost. */
  loseNextReply(): void
  /** The next append is not stored, and nobody says so. */
  failNextCommit(): void
}

/** Throws once at a named point of the store, when a test asks for it. */
export class OneFault {
  #point: string | undefined

  next(point: string): void {
    this.#point = point
  }

  at(point: string): void {
    if (point !== this.#point) return
    this.#point = undefined
    throw new Error(`fault at ${point}`)
  }
}
