import { existsSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Clock, CrashPoints } from '@tidemark/kernel'
import { Kysely, sql } from 'kysely'
import { CommitPace } from '../append/commit-pace.ts'
import { migrate } from '../postgres/migrations/migrate.ts'
import type { LedgerTables } from '../postgres/schema.ts'
import { freeLeases } from '../postgres/sql-leases.ts'
import { SqlLedger } from '../postgres/sql-ledger.ts'
import { processTime } from '../postgres/store-time.ts'
import { checkMarker, writeMarker } from './data-marker.ts'
import { DatabaseThread } from './database-thread.ts'
import { lockDirectory, type DirectoryLock } from './directory-lock.ts'
import { threadDialect } from './thread-dialect.ts'

// Without its background writer Postgres makes no checkpoint by itself: the WAL would only grow, and the
// next start would have to read all of it.
const CHECKPOINT_BYTES: number = 32 * 1024 * 1024

export interface PgliteOptions {
  /** The directory of the ledger; made where it is not there. One process at a time. */
  readonly dataDir: string
  readonly clock: Clock
  readonly crashPoints?: CrashPoints
}

/**
 * Opens the ledger on PGlite: Postgres inside of this process, in a thread of its own, on files of this machine. What it has
 * acknowledged is on disk. Throws {@link DirectoryInUse} where another process has the directory, and
 * {@link WrongDatabaseVersion} where another major version of Postgres wrote it. Always dispose it: an open one
 * keeps the process alive.
 */
export async function openPglite({
  dataDir,
  clock,
  crashPoints,
}: PgliteOptions): Promise<SqlLedger> {
  const dir = resolve(dataDir)
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const lock = await lockDirectory(dir)
  try {
    return await open(dir, lock, { clock, ...(crashPoints === undefined ? {} : { crashPoints }) })
  } catch (error) {
    await lock[Symbol.asyncDispose]()
    throw error
  }
}

async function open(
  dir: string,
  lock: DirectoryLock,
  { clock, crashPoints }: Omit<PgliteOptions, 'dataDir'>,
): Promise<SqlLedger> {
  const files = join(dir, 'postgres')
  checkMarker(dir)
  if (!existsSync(files)) writeMarker(dir)
  const thread = await DatabaseThread.open(files)
  const db = new Kysely<LedgerTables>({ dialect: threadDialect(thread, dir) })
  try {
    // Nobody gathers statistics here, so Postgres takes each table for a small one.
    await sql`set enable_seqscan = off`.execute(db)
    await sql`set plan_cache_mode = force_generic_plan`.execute(db)
    await migrate(db, crashPoints)
    await freeLeases(db) // The lock of the folder lets one process in.
  } catch (error) {
    await db.destroy()
    throw error
  }
  const pace = new CommitPace(clock)
  return new SqlLedger({
    db,
    clock,
    time: processTime(clock),
    writers: 'one',
    gather: () => pace.turn(),
    ...(crashPoints === undefined ? {} : { crashPoints }),
    maintain: checkpoints(db),
    lost: thread.lost,
    close: async () => {
      await db.destroy()
      await lock[Symbol.asyncDispose]()
    },
  })
}

function checkpoints(db: Kysely<LedgerTables>): (bytes: number) => Promise<void> {
  let left = CHECKPOINT_BYTES
  return async (bytes) => {
    left -= bytes
    if (left > 0) return
    left = CHECKPOINT_BYTES
    await sql`checkpoint`.execute(db)
  }
}
