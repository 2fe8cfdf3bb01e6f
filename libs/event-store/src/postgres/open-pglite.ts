import { existsSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Clock, CrashPoints } from '@tidemark/kernel'
import { Kysely, PGliteDialect, sql } from 'kysely'
import { CommitPace } from '../append/commit-pace.ts'
import { checkMarker, writeMarker } from './data-marker.ts'
import { lockDirectory, type DirectoryLock } from './directory-lock.ts'
import { migrate } from './migrations/migrate.ts'
import type { LedgerTables } from './schema.ts'
import { seedFiles } from './seed-files.ts'
import { SqlLedger } from './sql-ledger.ts'
import { startPglite } from './start-pglite.ts'
import { processTime } from './store-time.ts'

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
 * Opens the ledger on PGlite: Postgres inside of this process, on files of this machine. What it has
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
  if (!existsSync(files)) {
    writeMarker(dir)
    await seedFiles(files)
  }
  const pglite = await startPglite(files)
  const db = new Kysely<LedgerTables>({ dialect: new PGliteDialect({ pglite }) })
  try {
    await migrate(db)
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
