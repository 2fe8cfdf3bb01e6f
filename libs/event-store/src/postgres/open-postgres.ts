import type { ConnectionOptions } from 'node:tls'
import type { Clock, CrashPoints } from '@tidemark/kernel'
import { CompiledQuery, Kysely, PostgresDialect } from 'kysely'
import { Pool, TypeOverrides, types, type PoolConfig } from 'pg'
import { LedgerUnavailable } from '../errors.ts'
import { checkDurability, grantToWriter, WRITER_ROLE } from './server-checks.ts'
import { migrate } from './migrations/migrate.ts'
import { UnfitDatabase, MigrationRefused } from './open-errors.ts'
import type { LedgerTables } from './schema.ts'
import { preparedPool } from './prepared-pool.ts'
import { SqlLedger } from './sql-ledger.ts'
import { serverTime } from './store-time.ts'

const CONNECTIONS_MAX = 8 // One appends; the others read for the services and the relay.
const CONNECT_MS = 5_000
const IDLE_MS = 30_000
/** A statement that takes longer is lost anyway: its caller asks again, and must not find it still at work. */
const LIMITS: PoolConfig = {
  statement_timeout: 5_000,
  lock_timeout: 1_000,
  idle_in_transaction_session_timeout: 10_000,
}
/**
 * Each statement has one plan, by the index, whatever the statistics say: a table that was empty when a plan was
 * made, or of which nothing has been gathered yet, is read as a whole otherwise. Compiling never pays here.
 */
const PLANS = [
  'set plan_cache_mode = force_generic_plan',
  'set enable_seqscan = off',
  'set jit = off',
]

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`. The user owns the schema `ledger`, or may make it. */
  readonly url: string
  /** How to check the server; `false` only where nothing but this machine is between. */
  readonly tls: ConnectionOptions | false
  readonly connectionsMax?: number
  readonly clock: Clock
  /** `waived` where losing what was acknowledged is acceptable: a test. */
  readonly durability?: 'required' | 'waived'
  readonly crashPoints?: CrashPoints
}

/**
 * Opens the ledger on a Postgres server: brings its schema up to this build, then works under a role that
 * can neither change nor delete an event. Throws {@link UnfitDatabase} where the server does not keep what it
 * acknowledges or the role cannot be made, {@link MigrationRefused}, and {@link LedgerUnavailable} where there
 * is no answer.
 */
export async function openPostgres(options: PostgresOptions): Promise<SqlLedger> {
  await prepare(options)
  const db = connect(options, LIMITS, [`set role ${WRITER_ROLE}`, ...PLANS])
  const { clock, crashPoints } = options
  return new SqlLedger({
    db,
    clock,
    time: serverTime,
    writers: 'many',
    ...(crashPoints === undefined ? {} : { crashPoints }),
    close: () => db.destroy(),
  })
}

/** As the owner of the schema, on a connection that ends here. */
async function prepare(options: PostgresOptions): Promise<void> {
  const owner = connect({ ...options, connectionsMax: 1 }, {}, [])
  try {
    if (options.durability !== 'waived') await checkDurability(owner)
    await migrate(owner, options.crashPoints)
    await grantToWriter(owner)
  } catch (error) {
    if (error instanceof UnfitDatabase || error instanceof MigrationRefused) throw error
    const hint = 'see that it runs, and that the URL is the right one'
    throw new LedgerUnavailable(
      `open it on Postgres at ${placeOf(options.url)}: ${reasonOf(error)}; ${hint}`,
      error,
    )
  } finally {
    await owner.destroy()
  }
}

/** Where the server is, without user and password. */
function placeOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'the URL that is set'
}

/** A name with several addresses fails once for each; the first says enough. */
function reasonOf(error: unknown): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error
  return first instanceof Error ? first.message : String(first)
}

function connect(
  { url, tls, connectionsMax }: PostgresOptions,
  limits: PoolConfig,
  first: readonly string[],
): Kysely<LedgerTables> {
  const pool = new Pool({
    ...limits,
    connectionString: url,
    ssl: tls,
    max: connectionsMax ?? CONNECTIONS_MAX,
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: IDLE_MS,
    keepAlive: true,
    application_name: 'tidemark-ledger',
    types: columnTypes(),
  })
  // A connection that breaks, whether it is lent out or not, says so beside the statement that fails. Unheard,
  // that would end the process; the pool drops the connection, and the next one is new.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  const dialect = new PostgresDialect({
    pool: preparedPool(pool),
    onCreateConnection: async (connection) => {
      for (const statement of first) await connection.executeQuery(CompiledQuery.raw(statement))
    },
  })
  return new Kysely<LedgerTables>({ dialect })
}

/** `bigint` columns as `bigint`: the driver would give text. Everything else as the driver has it. */
function columnTypes(): TypeOverrides {
  const overrides = new TypeOverrides()
  overrides.setTypeParser(types.builtins.INT8, BigInt)
  return overrides
}
