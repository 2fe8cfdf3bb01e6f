import type { AppendReceipt } from '@tidemark/contracts'
import { LedgerUnavailable } from '../errors.ts'
import type { CheckedAppend } from './check-append.ts'
import type { AppendOutcome } from './decide-group.ts'

const GROUP_COMMANDS_MAX = 256 // Beyond that a commit's own cost no longer shows (bench/ledger).
const GROUP_BYTES_MAX: number = 4 * 1024 * 1024 // Text of that size is held three times on the way.
const GROUPS_MAX = 2 // One that is committed, and one that is made ready.
const QUEUE_COMMANDS_MAX = 10_000 // Some seconds of work. Who comes later should ask again later.

interface Waiting {
  readonly append: CheckedAppend
  readonly resolve: (receipt: AppendReceipt) => void
  readonly reject: (error: unknown) => void
  gone: boolean
}

/** Stores a group in one transaction, and says what became of each. A rejection leaves all unknown. */
export type CommitGroup = (appends: readonly CheckedAppend[]) => Promise<readonly AppendOutcome[]>

/**
 * Group commit: while one group is being committed, the next one gathers. A lone append therefore waits
 * for nobody, and under load a group is what arrived during one commit. One full group more is handed over while
 * a commit runs, so that it can be made ready meanwhile; the store commits them one after the other.
 */
export class GroupQueue {
  readonly #commit: CommitGroup
  readonly #gather: (() => Promise<void>) | undefined
  #waiting: Waiting[] = []
  #running = 0
  #idle: Promise<void> = Promise.resolve()
  #closed = false

  /** `gather` holds up a group that is not full, where a commit costs more than waiting. */
  constructor(commit: CommitGroup, gather?: () => Promise<void>) {
    this.#commit = commit
    this.#gather = gather
  }

  append(append: CheckedAppend, signal?: AbortSignal): Promise<AppendReceipt> {
    if (this.#closed) return Promise.reject(unavailable('the ledger is closing'))
    if (this.#waiting.length >= QUEUE_COMMANDS_MAX)
      return Promise.reject(unavailable(`${QUEUE_COMMANDS_MAX} appends are waiting already`))
    if (signal?.aborted === true)
      return Promise.reject(new LedgerUnavailable('append', signal.reason))
    const { promise, resolve, reject } = Promise.withResolvers<AppendReceipt>()
    const waiting: Waiting = { append, resolve, reject, gone: false }
    this.#waiting.push(waiting)
    this.#startNext()
    return signal === undefined ? promise : orAborted(promise, waiting, signal)
  }

  /** Refuses what comes, and resolves when what is under way has been committed. */
  async close(): Promise<void> {
    this.#closed = true
    while (this.#running > 0) await this.#idle
  }

  #startNext(): void {
    const { length } = this.#waiting
    const isDue = this.#running === 0 ? length > 0 : length >= GROUP_COMMANDS_MAX
    if (!isDue || this.#running === GROUPS_MAX) return
    const isFirst = this.#running === 0
    this.#running += 1
    const running = this.#run(isFirst ? sameTurn : afterSending)
    this.#idle = this.#idle.then(() => running)
  }

  async #run(begin: () => Promise<void>): Promise<void> {
    await begin()
    if (this.#waiting.length < GROUP_COMMANDS_MAX) await this.#gather?.()
    await this.#commitGroup(this.#takeGroup())
    this.#running -= 1
    this.#startNext()
  }

  #takeGroup(): readonly Waiting[] {
    let size = 0
    const end = this.#waiting.findIndex(({ append }, index) => {
      size += append.size
      return index === GROUP_COMMANDS_MAX || (size > GROUP_BYTES_MAX && index > 0)
    })
    const taken = end === -1 ? this.#waiting : this.#waiting.slice(0, end)
    this.#waiting = end === -1 ? [] : this.#waiting.slice(end)
    return taken.filter(({ gone }) => !gone)
  }

  async #commitGroup(group: readonly Waiting[]): Promise<void> {
    if (group.length === 0) return
    try {
      const outcomes = await this.#commit(group.map(({ append }) => append))
      if (this.#running > 1) await afterSending()
      for (const [index, waiting] of group.entries()) settle(waiting, outcomes[index])
    } catch (error) {
      for (const { reject } of group) reject(new LedgerUnavailable('append', error))
    }
  }
}

/** Whoever appends in the same turn goes along. */
function sameTurn(): Promise<void> {
  return Promise.resolve()
}

/** What takes milliseconds (making a group ready, answering one) begins when the next is on its way to the store. */
function afterSending(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

function settle({ resolve, reject }: Waiting, outcome: AppendOutcome | undefined): void {
  if (outcome?.kind === 'done') resolve(outcome.receipt)
  else reject(outcome?.error ?? unavailable('no outcome'))
}

/** After an abort the outcome is unknown, unless the append was still waiting: then it is never made. */
function orAborted<T>(promise: Promise<T>, waiting: Waiting, signal: AbortSignal): Promise<T> {
  const giveUp = (): void => {
    waiting.gone = true
    waiting.reject(new LedgerUnavailable('append', signal.reason))
  }
  signal.addEventListener('abort', giveUp, { once: true })
  return promise.finally(() => signal.removeEventListener('abort', giveUp))
}

function unavailable(why: string): LedgerUnavailable {
  return new LedgerUnavailable('append', new Error(why))
}
