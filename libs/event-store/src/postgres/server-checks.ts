import { sql, type Kysely } from 'kysely'
import { UnfitDatabase } from './open-errors.ts'
import type { LedgerTables } from './schema.ts'

/** What the ledger works as. It may add events and read them, and never change or delete one. */
export const WRITER_ROLE = 'tidemark_ledger'

/** Without these, what was acknowledged can be gone after a power cut. */
const DURABLE_SETTINGS = ['fsync', 'full_page_writes', 'synchronous_commit']

const GRANTS: readonly string[] = [
  `grant usage on schema ledger to ${WRITER_ROLE}`,
  `grant select, insert on ledger.event, ledger.command to ${WRITER_ROLE}`,
  `grant select, update on ledger.head to ${WRITER_ROLE}`,
  `grant select, insert, update on ledger.cursor, ledger.lease to ${WRITER_ROLE}`,
  `grant select, insert, update, delete on ledger.parked to ${WRITER_ROLE}`,
  `grant select, insert, update, delete on ledger.blob to ${WRITER_ROLE}`,
]

/** Throws {@link UnfitDatabase} where the server may forget what it has acknowledged. */
export async function checkDurability(db: Kysely<LedgerTables>): Promise<void> {
  const { rows } = await sql<{ name: string; setting: string }>`
    select name, setting from pg_settings where name = any(${DURABLE_SETTINGS}::text[])`.execute(db)
  const off = rows.filter(({ setting }) => setting === 'off').map(({ name }) => name)
  if (off.length > 0)
    throw new UnfitDatabase(
      `cannot keep the ledger on this server: ${off.join(', ')} must be on, ` +
        'or it may lose what it has acknowledged',
    )
}

/** Makes the role that the ledger works under, and gives it its rights. The same at each start. */
export async function grantToWriter(db: Kysely<LedgerTables>): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    // Roles belong to the server: two databases of it may be opened at once.
    await sql`select pg_advisory_xact_lock(hashtext(${WRITER_ROLE}))`.execute(transaction)
    await makeRole(transaction)
    for (const grant of GRANTS) await sql.raw(grant).execute(transaction)
  })
}

async function makeRole(db: Kysely<LedgerTables>): Promise<void> {
  const { rows } = await sql<{ member: boolean; may: boolean }>`
    select
      exists (select from pg_roles where rolname = ${WRITER_ROLE})
        and pg_has_role(current_user, (select oid from pg_roles where rolname = ${WRITER_ROLE}), 'member')
        as member,
      (select rolcreaterole or rolsuper from pg_roles where rolname = current_user) as may`.execute(
    db,
  )
  const [right] = rows
  if (right?.member === true) return
  if (right?.may !== true)
    throw new UnfitDatabase(
      `cannot work under role ${WRITER_ROLE}: let an administrator run ` +
        `"create role ${WRITER_ROLE} nologin; grant ${WRITER_ROLE} to <the user of the ledger>"`,
    )
  await sql.raw(`create role ${WRITER_ROLE} nologin`).execute(db)
  await sql.raw(`grant ${WRITER_ROLE} to current_user`).execute(db)
}
