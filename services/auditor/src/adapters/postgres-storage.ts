import { OperatingError, type Retry } from '@tidemark/kernel'
import type { Tile } from '@tidemark/merkle'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { Pool } from 'pg'
import type { ConnectionOptions } from 'node:tls'
import type { AuditStorage, TreeHead } from '../ports.ts'

interface Tables {
  readonly 'audit.tile': { level: number; index: string; hashes: Buffer }
  readonly 'audit.head': { size: string; root: Buffer }
  readonly 'audit.sealed': { id: number; size: string }
}

export interface PostgresStorageOptions {
  /** `postgres://user:password@host:port/database`: a user of the auditor's own. */
  readonly url: string
  readonly tls: ConnectionOptions | false
}

/** Postgres gives no answer. What was not kept is sealed again from the ledger. */
class AuditStorageUnavailable extends OperatingError {
  readonly code: string = 'audit-storage-unavailable'
  readonly retry: Retry = 'later'

  constructor(what: string, cause: unknown) {
    // A name with several addresses fails once for each; the first says enough.
    const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause
    const why = first instanceof Error ? first.message : 'no reason given'
    super(`cannot ${what} in Postgres: ${why}`, { cause })
  }
}

/**
 * Tiles and heads in a schema of the auditor's own, which can be dropped: it is made again from the ledger.
 * Each method throws {@link AuditStorageUnavailable} where there is no answer.
 */
export async function openPostgresStorage({
  url,
  tls,
}: PostgresStorageOptions): Promise<AuditStorage & AsyncDisposable> {
  const pool = new Pool({ connectionString: url, ssl: tls, max: 2 })
  // A connection that breaks, lent out or not, is made again by the next question; unheard, it ends the process.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  try {
    await createSchema(db)
  } catch (error) {
    await db.destroy()
    throw new AuditStorageUnavailable('make the schema of the audit tree', error)
  }
  return {
    tiles: {
      read: ({ level, index }) => asked('read a tile', readTile(db, level, String(index))),
      write: (tiles) => asked('keep tiles', writeTiles(db, tiles)),
    },
    sealedSize: () => asked('read the size of the tree', sealedSize(db)),
    setSealedSize: (size) => asked('keep the size of the tree', setSealedSize(db, size)),
    prepare: (head) => asked('keep a head', prepare(db, head)),
    [Symbol.asyncDispose]: () => db.destroy(),
  }
}

async function asked<Answer>(what: string, answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer
  } catch (error) {
    throw new AuditStorageUnavailable(what, error)
  }
}

async function readTile(
  db: Kysely<Tables>,
  level: number,
  index: string,
): Promise<Uint8Array | undefined> {
  const row = await db
    .selectFrom('audit.tile')
    .select('hashes')
    .where('level', '=', level)
    .where('index', '=', index)
    .executeTakeFirst()
  return row?.hashes
}

async function sealedSize(db: Kysely<Tables>): Promise<number> {
  const row = await db.selectFrom('audit.sealed').select('size').executeTakeFirst()
  return Number(row?.size ?? 0)
}

async function setSealedSize(db: Kysely<Tables>, size: number): Promise<void> {
  await db
    .insertInto('audit.sealed')
    .values({ id: 1, size: String(size) })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ size: String(size) }))
    .execute()
}

async function prepare(db: Kysely<Tables>, { size, root }: TreeHead): Promise<TreeHead> {
  await db
    .insertInto('audit.head')
    .values({ size: String(size), root: Buffer.from(root) })
    .onConflict((conflict) => conflict.column('size').doNothing())
    .execute()
  const kept = await db
    .selectFrom('audit.head')
    .select('root')
    .where('size', '=', String(size))
    .executeTakeFirstOrThrow()
  return { size, root: kept.root }
}

/** The longest that was given stays: a partial tile only grows at its end. */
async function writeTiles(db: Kysely<Tables>, tiles: readonly Tile[]): Promise<void> {
  if (tiles.length === 0) return
  await db.transaction().execute(async (transaction) => {
    for (const { level, index, hashes } of tiles)
      await transaction
        .insertInto('audit.tile')
        .values({ level, index: String(index), hashes: Buffer.from(hashes) })
        .onConflict((conflict) =>
          conflict
            .columns(['level', 'index'])
            .doUpdateSet({ hashes: Buffer.from(hashes) })
            .where(sql<boolean>`length(excluded.hashes) > length(audit.tile.hashes)`),
        )
        .execute()
  })
}

/** Under a lock: two copies that start together would each find it missing, and one would fail. */
async function createSchema(db: Kysely<Tables>): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(hashtext('tidemark/audit/schema'))`.execute(transaction)
    await sql`create schema if not exists audit`.execute(transaction)
    await sql`
      create table if not exists audit.tile (
        level int not null, index bigint not null, hashes bytea not null, primary key (level, index)
      )`.execute(transaction)
    await sql`
      create table if not exists audit.head (size bigint primary key, root bytea not null)
      `.execute(transaction)
    await sql`
      create table if not exists audit.sealed (id int primary key, size bigint not null)
      `.execute(transaction)
  })
}
