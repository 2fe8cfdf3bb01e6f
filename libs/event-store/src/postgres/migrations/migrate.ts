import { hash } from 'node:crypto'
import { noCrashPoints, type CrashPoints } from '@tidemark/kernel'
import { sql, type Kysely, type Transaction } from 'kysely'
import { MigrationRefused } from '../open-errors.ts'
import type { LedgerTables } from '../schema.ts'
import { LEDGER_TABLES } from './0001-ledger.ts'

/** A step from one schema to the next. Once released it never changes: its digest is in the database. */
interface Migration {
  readonly number: number
  readonly name: string
  readonly statements: readonly string[]
}

/**
 * Only additions: a build works on the schema of its successor, so that a release can be taken back
 * (expand now, contract two releases later).
 */
const MIGRATIONS: readonly Migration[] = [{ number: 1, name: 'ledger', statements: LEDGER_TABLES }]

const LOCK = 7_236_481_905 // Two ledgers that start at once: the second waits, and finds it done.

/**
 * Brings the schema up to this build. Throws {@link MigrationRefused} where a migration that was applied is
 * not the one that this build has under its number.
 */
export async function migrate(
  db: Kysely<LedgerTables>,
  crashPoints: CrashPoints = noCrashPoints,
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(${LOCK}::bigint)`.execute(transaction)
    await sql`create schema if not exists ledger`.execute(transaction)
    await sql`
      create table if not exists ledger.migration (
        number integer primary key, name text not null, digest text not null,
        at timestamptz not null default clock_timestamp()
      )`.execute(transaction)
    const applied = await appliedMigrations(transaction)
    for (const migration of MIGRATIONS) await apply(transaction, migration, applied)
    crashPoints.at('migrate.before-commit')
  })
  crashPoints.at('migrate.after-commit')
}

async function appliedMigrations(
  transaction: Transaction<LedgerTables>,
): Promise<ReadonlyMap<number, string>> {
  const { rows } = await sql<{ number: number; digest: string }>`
    select number, digest from ledger.migration`.execute(transaction)
  return new Map(rows.map(({ number, digest }) => [number, digest]))
}

async function apply(
  transaction: Transaction<LedgerTables>,
  { number, name, statements }: Migration,
  applied: ReadonlyMap<number, string>,
): Promise<void> {
  const digest = hash('sha256', statements.join(';\n'), 'hex')
  const known = applied.get(number)
  if (known === digest) return
  if (known !== undefined) throw new MigrationRefused(number, name)
  for (const statement of statements) await sql.raw(statement).execute(transaction)
  await sql`
    insert into ledger.migration (number, name, digest) values (${number}, ${name}, ${digest})`.execute(
    transaction,
  )
}
