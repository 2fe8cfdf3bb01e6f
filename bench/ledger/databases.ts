import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openPglite, openPostgres, type LedgerStore } from '@tidemark/event-store'
import { startPglite } from '@tidemark/event-store/testing'
import { systemClock } from '@tidemark/kernel'
import { Kysely, PostgresDialect, type RawBuilder } from 'kysely'
import { Client, Pool, TypeOverrides, types as pgTypes } from 'pg'
import { startPostgres } from '../../test/rig/components/postgres.ts'

/** A statement on the bare driver, with the conversions that the ledger has too. */
export type Bare = (
  statement: RawBuilder<unknown>,
) => Promise<readonly Readonly<Record<string, unknown>>[]>

/** The driver's own conversions give numbers or `bigint` by size, and go through bytes one by one. */
const PARSERS = {
  [pgTypes.builtins.INT8]: BigInt,
  [pgTypes.builtins.BYTEA]: (text: string) => Buffer.from(text.slice(2), 'hex'),
}

const compiler = new Kysely<object>({ dialect: new PostgresDialect({ pool: new Pool() }) })

/** The ledger, and beside it the same tables in a database of their own, under the bare driver. */
export interface Databases extends AsyncDisposable {
  readonly name: string
  readonly ledger: LedgerStore
  readonly bare: Bare
}

// Of its own accord the server would write a checkpoint or clean a table while one side is measured, not the other.
const SETTINGS = ['autovacuum=off', 'checkpoint_timeout=1h', 'max_wal_size=16GB']

/** Two databases of one server, with syncs as Debian ships it. */
export async function postgresDatabases(): Promise<Databases> {
  await using opened = new AsyncDisposableStack()
  const server = opened.use(await startPostgres({ settings: SETTINGS }))
  const bareUrl = server.url.replace(/postgres$/u, 'bare')
  const admin = new Client({ connectionString: server.url })
  await admin.connect()
  await admin.query('create database bare')
  await admin.end()
  const ledger = opened.use(await openPostgres({ url: server.url, tls: false, clock: systemClock }))
  await (
    await openPostgres({ url: bareUrl, tls: false, clock: systemClock })
  )[Symbol.asyncDispose]()
  const types = new TypeOverrides()
  types.setTypeParser(pgTypes.builtins.INT8, BigInt)
  const client = new Client({ connectionString: bareUrl, types })
  await client.connect()
  opened.defer(() => client.end())
  const names = new Map<string, string>()
  const owned = opened.move()
  return {
    name: 'Postgres',
    ledger,
    bare: async (statement) => {
      const { sql: text, parameters } = statement.compile(compiler)
      // Kept ready by the server, as the statements of the ledger are.
      const name = names.get(text) ?? `bare-${names.size}`
      names.set(text, name)
      return (await client.query({ name, text, values: [...parameters] })).rows
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Two directories, each with real syncs. */
export async function pgliteDatabases(): Promise<Databases> {
  await using opened = new AsyncDisposableStack()
  const dir = mkdtempSync(join(tmpdir(), 'tidemark-bench-ledger-'))
  opened.defer(() => rmSync(dir, { recursive: true, force: true }))
  const clock = systemClock
  const ledger = opened.use(await openPglite({ dataDir: join(dir, 'ledger'), clock }))
  const bareDir = join(dir, 'bare')
  await (await openPglite({ dataDir: bareDir, clock }))[Symbol.asyncDispose]()
  const pglite = await startPglite(join(bareDir, 'postgres'))
  opened.defer(() => pglite.close())
  const owned = opened.move()
  return {
    name: 'PGlite',
    ledger,
    bare: async (statement) => {
      const { sql, parameters } = statement.compile(compiler)
      return (
        await pglite.query<Readonly<Record<string, unknown>>>(sql, [...parameters], {
          parsers: PARSERS,
        })
      ).rows
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
