import {
  CompiledQuery,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from 'kysely'
import { isDiskFull, LedgerDiskFull } from '../errors.ts'
import type { DatabaseThread } from './database-thread.ts'
import { Session } from './session.ts'

const BEGIN = CompiledQuery.raw('begin')
const COMMIT = CompiledQuery.raw('commit')
const ROLLBACK = CompiledQuery.raw('rollback')

/** Kysely over the database in its thread. Whoever destroys it ends the thread. */
export function threadDialect(thread: DatabaseThread, folder: string): Dialect {
  return {
    createDriver: () => new ThreadDriver(thread, folder),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  }
}

class ThreadDriver implements Driver {
  readonly #thread: DatabaseThread
  readonly #folder: string
  readonly #session: Session

  constructor(thread: DatabaseThread, folder: string) {
    this.#thread = thread
    this.#folder = folder
    this.#session = new Session(thread)
  }

  init(): Promise<void> {
    return Promise.resolve()
  }

  acquireConnection(): Promise<DatabaseConnection> {
    return Promise.resolve(new ThreadConnection(this.#session, this.#folder))
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    if (connection instanceof ThreadConnection) await connection.hold()
    await connection.executeQuery(BEGIN)
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(COMMIT)
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(ROLLBACK)
  }

  releaseConnection(connection: DatabaseConnection): Promise<void> {
    if (connection instanceof ThreadConnection) connection.release()
    return Promise.resolve()
  }

  async destroy(): Promise<void> {
    await this.#thread[Symbol.asyncDispose]()
  }
}

/** Lent out for one statement or one transaction. */
class ThreadConnection implements DatabaseConnection {
  readonly #session: Session
  readonly #folder: string
  #held: Disposable | undefined

  constructor(session: Session, folder: string) {
    this.#session = session
    this.#folder = folder
  }

  async hold(): Promise<void> {
    this.#held = await this.#session.hold()
  }

  release(): void {
    this.#held?.[Symbol.dispose]()
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const ask = this.#held === undefined ? 'ask' : 'run'
    const { rows, count } = await this.#session[ask](sql, parameters).catch((error: unknown) => {
      throw isDiskFull(error) ? new LedgerDiskFull(this.#folder, error) : error
    })
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Whoever writes a statement names its rows.
    return { rows: rows as R[], numAffectedRows: count }
  }

  // oxlint-disable-next-line require-yield -- Kysely's port has it; nothing here reads by stream.
  async *streamQuery(): AsyncIterableIterator<never> {
    throw new Error('the ledger reads in pages, never by stream')
  }
}
