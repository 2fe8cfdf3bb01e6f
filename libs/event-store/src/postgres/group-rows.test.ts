import { readFileSync } from 'node:fs'
import { zstdDecompressSync } from 'node:zlib'
import { PGlite } from '@electric-sql/pglite'
import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely'
import { expect, test } from 'vitest'
import { SEED_PATH } from '../pglite/seed-files.ts'
import { predictionStatement } from './group-rows.ts'
import { LEDGER_TABLES } from './migrations/0001-ledger.ts'
import type { LedgerTables } from './schema.ts'

const head = { position: 0n, chain: new Uint8Array(32), incarnation: 1 }
const none = { commands: [], events: [], outcomes: [], versions: new Map(), cursors: new Map() }
const claims = { versions: [], cursors: new Map(), epochs: new Map() }

test('what a group claims is looked up, not compared with all that the log holds', async () => {
  const compiler = new Kysely<LedgerTables>({
    dialect: {
      createDriver: () => new DummyDriver(),
      createAdapter: () => new PostgresAdapter(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  })
  const { sql } = predictionStatement(compiler, { base: head, decision: { head, ...none }, claims })
  const seed = new Uint8Array(zstdDecompressSync(readFileSync(SEED_PATH)))
  await using database = await PGlite.create({ loadDataDir: new Blob([seed]) })
  // As the first append of a new ledger finds it: the plan that is made here is the one that stays.
  await database.exec('create schema ledger; set enable_seqscan = off')
  for (const statement of LEDGER_TABLES) await database.exec(statement)
  const [explained] = await database.exec(`explain (generic_plan) ${sql}`)
  const plan = JSON.stringify(explained?.rows)
  expect(plan).not.toContain('hashed')
  expect(plan).toMatch(/Index (?:Only )?Scan Backward using event_stream_version_key on event/u)
})
