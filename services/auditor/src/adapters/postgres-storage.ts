import type { Tile } from '@tidemark/merkle'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { Pool } from 'pg'
import type { ConnectionOptions } from 'node:tls'
import type { AuditStorage } from '../ports.ts'

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

/** Tiles and heads in a schema of the auditor's own, which can be dropped: it is made again from the ledger. */
export async function openPostgresStorage({
  url,
  tls,
}: PostgresStorageOptions): Promise<AuditStorage & AsyncDisposable> {
  const pool = new Pool({ connectionString: url, ssl: tls, max: 2 })
  pool.on('error', () => undefined) // A lost connection is made again by the next question.
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  await createSchema(db)
  return {
    tiles: {
      read: async ({ level, index }) => {
        const row = await db
          .selectFrom('audit.tile')
          .select('hashes')
          .where('level', '=', level)
          .where('index', '=', String(index))
          .executeTakeFirst()
        return row?.hashes
      },
      write: (tiles) => writeTiles(db, tiles),
    },
    sealedSize: async () => {
      const row = await db.selectFrom('audit.sealed').select('size').executeTakeFirst()
      return Number(row?.size ?? 0)
    },
    setSealedSize: async (size) => {
      await db
        .insertInto('audit.sealed')
        .values({ id: 1, size: String(size) })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ size: String(size) }))
        .execute()
    },
    prepare: async ({ size, root }) => {
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
    },
    [Symbol.asyncDispose]: () => db.destroy(),
  }
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

async function createSchema(db: Kysely<Tables>): Promise<void> {
  await sql`create schema if not exists audit`.execute(db)
  await sql`
    create table if not exists audit.tile (
      level int not null, index bigint not null, hashes bytea not null, primary key (level, index)
    )`.execute(db)
  await sql`create table if not exists audit.head (size bigint primary key, root bytea not null)`.execute(
    db,
  )
  await sql`create table if not exists audit.sealed (id int primary key, size bigint not null)`.execute(
    db,
  )
}
