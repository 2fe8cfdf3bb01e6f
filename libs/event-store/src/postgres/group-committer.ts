import type { StoredEvent } from '@tidemark/contracts'
import { noCrashPoints, type Clock, type CrashPoints } from '@tidemark/kernel'
import type { CompiledQuery, Kysely } from 'kysely'
import type { CheckedAppend } from '../append/check-append.ts'
import { eventReused, type AppendOutcome, type GroupDecision } from '../append/decide-group.ts'
import { predictGroup, type PredictedGroup } from '../append/predict-group.ts'
import type { LogHead } from '../ledger-store.ts'
import { appendGroup } from './append-group.ts'
import { isUniqueViolation, reusedEventId } from './driver-errors.ts'
import { predictionStatement } from './group-rows.ts'
import type { LedgerTables } from './schema.ts'

export interface GroupCommitterOptions {
  readonly db: Kysely<LedgerTables>
  readonly clock: Clock
  /** Whether other processes append to the same tables. */
  readonly writers: 'one' | 'many'
  /** `append.before-commit`, `append.after-commit`: nobody has been answered yet. */
  readonly crashPoints?: CrashPoints
  /** Called after each commit that made the log longer. */
  readonly grown: (events: readonly StoredEvent[]) => void
}

/** A group and the statement that stores it. */
interface ReadyGroup extends PredictedGroup {
  readonly statement: CompiledQuery<{ readonly moved: boolean }>
}

/**
 * Commits groups, one at a time. A group is first decided on the end of the log as the last commit left it and
 * on what its appends claim, while the group before it is still being written; then one statement holds all
 * of that against the tables and stores it. Where any of it is not so (another ledger was faster, a version has
 * moved, a command is known), nothing is stored, and the group is read under locks before it is decided.
 */
export class GroupCommitter {
  readonly #options: GroupCommitterOptions
  readonly #crashPoints: CrashPoints
  /** Where the log ends, as far as this process knows. */
  #head: LogHead | undefined
  /** Where it ends once all that waits for its turn is written. */
  #ahead: LogHead | undefined
  #waiting = 0
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: GroupCommitterOptions) {
    this.#options = options
    this.#crashPoints = options.crashPoints ?? noCrashPoints
  }

  /** One outcome for each append. A rejection leaves all of them unknown. */
  commit(appends: readonly CheckedAppend[]): Promise<readonly AppendOutcome[]> {
    const early = this.#predict(appends, this.#ahead)
    this.#ahead = early?.decision.head
    this.#waiting += 1
    const committed = this.#last.then(() => this.#takeTurn(appends, early))
    this.#last = committed.catch(() => undefined)
    return committed
  }

  async #takeTurn(
    appends: readonly CheckedAppend[],
    early: ReadyGroup | undefined,
  ): Promise<readonly AppendOutcome[]> {
    this.#waiting -= 1
    const head = this.#head
    this.#head = undefined
    const prediction = early?.base === head ? early : this.#predict(appends, head)
    if (this.#waiting === 0) this.#ahead = prediction?.decision.head
    this.#crashPoints.at('append.before-commit')
    const outcomes =
      (await this.#writeAsPredicted(prediction)) ?? (await this.#writeAsRead(appends))
    this.#crashPoints.at('append.after-commit')
    if (this.#waiting === 0) this.#ahead = this.#head
    return outcomes
  }

  #predict(appends: readonly CheckedAppend[], head: LogHead | undefined): ReadyGroup | undefined {
    if (head === undefined || !this.#mayPredict(appends)) return undefined
    const group = predictGroup(appends, head, this.#nowUs())
    if (group === undefined) return undefined
    return { ...group, statement: predictionStatement(this.#options.db, group) }
  }

  #mayPredict(appends: readonly CheckedAppend[]): boolean {
    return (
      this.#options.writers === 'one' ||
      appends.every(({ request }) => request.cursor === undefined)
    )
  }

  async #writeAsPredicted(
    prediction: ReadyGroup | undefined,
  ): Promise<readonly AppendOutcome[] | undefined> {
    if (prediction === undefined) return undefined
    try {
      const { rows } = await this.#options.db.executeQuery(prediction.statement)
      return rows[0]?.moved === true ? this.#written(prediction.decision) : undefined
    } catch (error) {
      if (isUniqueViolation(error)) return undefined
      throw error
    }
  }

  async #writeAsRead(appends: readonly CheckedAppend[]): Promise<readonly AppendOutcome[]> {
    try {
      const decision = await this.#options.db
        .transaction()
        .execute((transaction) => appendGroup(transaction, appends, this.#nowUs()))
      return this.#written(decision)
    } catch (error) {
      const reused = reusedEventId(error)
      if (reused === undefined) throw error
      if (appends.length === 1) return [{ kind: 'refused', error: eventReused(reused) }]
    }
    // One of them brings an event id of another command. Alone, only that one fails.
    const outcomes: AppendOutcome[] = []
    for (const append of appends) outcomes.push(...(await this.#writeAsRead([append])))
    return outcomes
  }

  #written({ head, events, outcomes }: GroupDecision): readonly AppendOutcome[] {
    this.#head = head
    if (events.length > 0) this.#options.grown(events)
    return outcomes
  }

  #nowUs(): bigint {
    return BigInt(Math.round(this.#options.clock.now() * 1000))
  }
}
