import {
  ChunkedStoredBlobs,
  PostgresBlobs,
  type BlobSql,
  type StoredBlobs,
} from '@tidemark/blob-store'
import type { AppendReceipt, StoredEvent, Writer } from '@tidemark/contracts'
import type { Clock, CrashPoints } from '@tidemark/kernel'
import { CompiledQuery, type Kysely } from 'kysely'
import { checkAppend, type CheckedAppend } from '../append/check-append.ts'
import type { AppendOutcome } from '../append/decide-group.ts'
import { GroupQueue } from '../append/group-queue.ts'
import { Growth } from '../append/growth.ts'
import { LogTail } from '../append/log-tail.ts'
import { LedgerUnavailable } from '../errors.ts'
import type { EventStore, Leases, LedgerClient, LogPage } from '../event-store.ts'
import type { LedgerStore, LogHead } from '../ledger-store.ts'
import { mayHaveMore, PAGE_EVENTS_MAX } from '../page.ts'
import { GroupCommitter } from './group-committer.ts'
import { LogPages, streamAfter } from './event-rows.ts'
import type { LedgerTables } from './schema.ts'
import { sqlLeases } from './sql-leases.ts'
import { sqlParking } from './sql-parking.ts'
import type { StoreTime } from './store-time.ts'

export interface SqlLedgerOptions {
  readonly db: Kysely<LedgerTables>
  /** Gives events their time, which is information. */
  readonly clock: Clock
  /** Decides over leases. */
  readonly time: StoreTime
  /** `append.before-commit`, `append.after-commit`: nobody has been answered yet. */
  readonly crashPoints?: CrashPoints
  /** Whether other processes append to the same tables. */
  readonly writers: 'one' | 'many'
  /** Waits where a commit should gather more appends. */
  readonly gather?: () => Promise<void>
  /** Called after each commit, before it is answered: what the database wants done now and then. */
  readonly maintain?: (bytes: number) => Promise<void>
  /** Rejects where the store has ended by itself, and this process with it. */
  readonly lost?: Promise<never>
  readonly close: () => Promise<void>
}

/**
 * Who vouches for what is stored, and so reads what is stored: the auditor before it signs, the gateway for
 * `audit verify`. A bit that flipped on its way to the disk is right in memory.
 */
const CHECKERS: ReadonlySet<Writer> = new Set<Writer>(['auditor', 'gateway'])

/** The ledger on Postgres, on a server or in a thread of this process: the same statements for both. */
export class SqlLedger implements LedgerStore {
  /** Blobs in the same database, of any size, in pieces. */
  readonly blobs: StoredBlobs
  /** Rejects where the store has ended by itself: nobody gets an answer until the process has started again. */
  readonly lost: Promise<never>
  readonly #options: SqlLedgerOptions
  readonly #db: Kysely<LedgerTables>
  readonly #committer: GroupCommitter
  readonly #pages: LogPages
  readonly #growth = new Growth()
  readonly #tail: LogTail | undefined
  readonly #queue: GroupQueue
  readonly #grown = (events: readonly StoredEvent[]): void => {
    this.#tail?.add(events)
    this.#growth.announce()
  }
  /** Who failed may have made the log longer all the same. */
  readonly #failed = (error: unknown): never => {
    this.#tail?.forget()
    throw error
  }

  constructor(options: SqlLedgerOptions) {
    this.#options = options
    this.#db = options.db
    this.lost = options.lost ?? new Promise(() => undefined)
    // Of several writers none knows where the log ends.
    this.#tail = options.writers === 'one' ? new LogTail() : undefined
    this.#pages = new LogPages(options.db)
    this.#committer = new GroupCommitter({ ...options, grown: this.#grown })
    this.#queue = new GroupQueue((appends) => this.#commit(appends), options.gather)
    this.blobs = new ChunkedStoredBlobs(new PostgresBlobs(sqlOf(options.db)))
  }

  clientFor(writer: Writer, scope: string): LedgerClient {
    const identity = { writer, scope }
    const tail = CHECKERS.has(writer) ? undefined : this.#tail
    const store: EventStore = {
      append: async (request, signal) => await this.#append(checkAppend(identity, request), signal),
      readLog: (after, signal) => answer('read the log', signal, () => this.#readLog(after, tail)),
      readStream: (stream, after, signal) =>
        answer(`read ${stream}`, signal, () => this.#readStream(stream, after)),
      readCursor: (name, signal) =>
        answer(`read cursor ${name}`, signal, () => this.#readCursor(name)),
    }
    const { time } = this.#options
    const leases = sqlLeases({ db: this.#db, time, identity, grown: this.#grown })
    const acquire: Leases['acquire'] = (wish) => leases.acquire(wish).catch(this.#failed)
    return {
      store,
      leases: { ...leases, acquire },
      parking: sqlParking({ db: this.#db, time, writer }),
    }
  }

  head(signal?: AbortSignal): Promise<LogHead> {
    return answer('read the head', signal, async () => {
      const query = this.#db.selectFrom('ledger.head').select(['position', 'chain', 'incarnation'])
      return await query.executeTakeFirstOrThrow()
    })
  }

  readPage(
    after: bigint,
    eventsMax: number,
    signal?: AbortSignal,
  ): Promise<readonly StoredEvent[]> {
    return answer('read the log', signal, () => this.#pages.after(after, eventsMax))
  }

  readStreamPage(
    stream: string,
    after: bigint,
    signal?: AbortSignal,
  ): Promise<readonly StoredEvent[]> {
    return answer(`read ${stream}`, signal, () => streamAfter(this.#db, stream, after))
  }

  onGrowth(listener: () => void): Disposable {
    return this.#growth.subscribe(listener)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#queue.close()
    await this.#options.close()
  }

  #append(append: CheckedAppend, signal: AbortSignal | undefined): Promise<AppendReceipt> {
    return this.#queue.append(append, signal)
  }

  async #commit(appends: readonly CheckedAppend[]): Promise<readonly AppendOutcome[]> {
    const outcomes = await this.#committer.commit(appends).catch(this.#failed)
    const bytes = appends.reduce((sum, { size }) => sum + size, 0)
    await this.#options.maintain?.(bytes)
    return outcomes
  }

  async #readLog(after: bigint, tail: LogTail | undefined): Promise<LogPage> {
    const kept = tail?.after(after)
    if (kept !== undefined) return kept
    const events = await this.#pages.after(after, PAGE_EVENTS_MAX)
    // Read second, so it is not before the events.
    const { position } = await this.head()
    return { events, head: position }
  }

  async #readStream(stream: string, after: bigint): Promise<readonly StoredEvent[]> {
    const events: StoredEvent[] = []
    for (let at = after; ;) {
      const page = await streamAfter(this.#db, stream, at)
      events.push(...page)
      if (!mayHaveMore(page)) return events
      at = page.at(-1)?.version ?? at
    }
  }

  async #readCursor(name: string): Promise<bigint> {
    const query = this.#db.selectFrom('ledger.cursor').select('position').where('name', '=', name)
    return (await query.executeTakeFirst())?.position ?? 0n
  }
}

function sqlOf(db: Kysely<LedgerTables>): BlobSql {
  return {
    query: (text, values) =>
      db.executeQuery<Readonly<Record<string, unknown>>>(CompiledQuery.raw(text, [...values])),
  }
}

/** A reading that cannot be answered is asked again later. */
async function answer<T>(
  what: string,
  signal: AbortSignal | undefined,
  read: () => Promise<T>,
): Promise<T> {
  if (signal?.aborted === true) throw new LedgerUnavailable(what, signal.reason)
  try {
    return await read()
  } catch (error) {
    throw error instanceof LedgerUnavailable ? error : new LedgerUnavailable(what, error)
  }
}
