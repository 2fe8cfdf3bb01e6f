import { assert } from '@tidemark/kernel'
import { plainArray, textArray } from '../postgres/array-text.ts'
import type { DatabaseThread } from './database-thread.ts'
import { readAnswer, StatementRefused, type WireAnswer } from './wire-answer.ts'
import { queryBytes, type WireStatement, type WireValue } from './wire-request.ts'

// The ledger has some thirty statements. Blobs are written by one for each number of them.
const KEPT_MAX = 256

/** A statement that was asked before. From the second time on the database keeps it ready. */
interface Kept {
  readonly name: string
  isReady: boolean
}

/**
 * The one session of a database that has only one. Statements go out without waiting for the answers before
 * them, but a transaction has the session to itself.
 */
export class Session {
  readonly #thread: DatabaseThread
  readonly #kept = new Map<string, Kept>()
  /** Resolves when the transaction that has the session is over. */
  #held: Promise<void> | undefined

  constructor(thread: DatabaseThread) {
    this.#thread = thread
  }

  /** Asks outside of any transaction. */
  async ask(text: string, parameters: readonly unknown[]): Promise<WireAnswer> {
    while (this.#held !== undefined) await this.#held
    return await this.run(text, parameters)
  }

  /** Begins a transaction. Until it is released, only what it runs itself goes on. */
  async hold(): Promise<Disposable> {
    while (this.#held !== undefined) await this.#held // Nothing may come between the look and the taking.
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#held = promise
    return {
      [Symbol.dispose]: () => {
        if (this.#held === promise) this.#held = undefined
        resolve()
      },
    }
  }

  /** Asks at once: only for whoever holds the session. */
  async run(text: string, parameters: readonly unknown[]): Promise<WireAnswer> {
    const statement = this.#statementOf(text)
    const message = queryBytes(statement, parameters.map(wireValue))
    const answer = await this.#thread.exchange(message)
    try {
      return readAnswer(answer)
    } catch (error) {
      // In a transaction that has failed the database takes no statement in either.
      if (error instanceof StatementRefused && !error.isParsed && !statement.isReady)
        this.#kept.delete(text)
      throw error
    }
  }

  #statementOf(text: string): WireStatement {
    const kept = this.#kept.get(text)
    if (kept === undefined) {
      if (this.#kept.size < KEPT_MAX)
        this.#kept.set(text, { name: `kept-${this.#kept.size}`, isReady: false })
      return { text, name: '', isReady: false }
    }
    const statement = { text, ...kept }
    kept.isReady = true
    return statement
  }
}

/** Values as the ledger's statements have them. Arrays are of text or of numbers. */
function wireValue(value: unknown): WireValue {
  if (value === null || typeof value === 'string' || value instanceof Uint8Array) return value
  if (typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean')
    return String(value)
  assert(Array.isArray(value), `a parameter of a statement is no ${typeof value}`)
  const items: readonly unknown[] = value
  return items.every((item) => typeof item === 'string')
    ? textArray(items)
    : plainArray(items.map((item) => BigInt(String(item))))
}
