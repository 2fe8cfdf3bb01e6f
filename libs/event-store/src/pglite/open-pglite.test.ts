import { randomBytes } from 'node:crypto'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { SCOPE_ALL, streams, type NewEvent } from '@tidemark/contracts'
import { systemClock } from '@tidemark/kernel'
import { expect, test } from 'vitest'
import {
  appendOf,
  ledgerContract,
  OneFault,
  pushTo,
  type LedgerUnderTest,
} from '../testing/index.ts'
import { DurableNodeFs, durableStartParams } from './durable-node-fs.ts'
import { openPglite } from './open-pglite.ts'

const OPENINGS_MS = 120_000 // Each syncs a thousand files, beside the tests of all other packages.

ledgerContract('PGlite', openForTest)

test(
  'blobs of any size are kept in the same database',
  async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'tidemark-ledger-'))
    const name = 'ab'.repeat(32)
    const bytes = new Uint8Array(randomBytes(700_000))
    {
      await using ledger = await openPglite({ dataDir, clock: systemClock })
      await ledger.blobs.write([{ name, bytes }])
    }
    {
      await using ledger = await openPglite({ dataDir, clock: systemClock })
      const read = await ledger.blobs.read(name)
      expect(Buffer.compare(read ?? new Uint8Array(), bytes)).toBe(0)
      expect(await ledger.blobs.has('cd'.repeat(32))).toBe(false)
    }
    rmSync(dataDir, { recursive: true, force: true })
  },
  OPENINGS_MS,
)

test(
  'the lease of a process that died is free for the next one at once, under the next epoch',
  async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'tidemark-ledger-'))
    const wish = { resource: 'applier-dev', ttlMs: 300_000 }
    for (const [index, holder] of ['first', 'second'].entries()) {
      await using ledger = await openPglite({ dataDir, clock: systemClock })
      const { leases, store } = ledger.clientFor('applier', SCOPE_ALL)
      const epoch = BigInt(index + 1)
      expect(await leases.acquire({ ...wish, holder })).toMatchObject({ epoch, holder })
      expect(await store.readStream(streams.lease(wish.resource), 0n)).toHaveLength(index + 1)
    }
    rmSync(dataDir, { recursive: true, force: true })
  },
  OPENINGS_MS,
)

test(
  'a directory is opened by one process, and not by a build that cannot read it',
  async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'tidemark-ledger-'))
    {
      await using ledger = await openPglite({ dataDir, clock: systemClock })
      await expect(openPglite({ dataDir, clock: systemClock })).rejects.toMatchObject({
        code: 'directory-in-use',
        pid: process.pid,
      })
      await ledger.clientFor('gateway', SCOPE_ALL).store.append(appendOf([pushTo('kept')]))
    }
    {
      await using ledger = await openPglite({ dataDir, clock: systemClock })
      expect((await ledger.head()).position).toBe(1n)
    }
    writeFileSync(join(dataDir, 'database.json'), '{"postgres":17}')
    await expect(openPglite({ dataDir, clock: systemClock })).rejects.toMatchObject({
      code: 'wrong-database-version',
      message: expect.stringContaining('it was written by Postgres 17'),
    })
    rmSync(dataDir, { recursive: true, force: true })
  },
  OPENINGS_MS,
)

test('each commit is synced to the files, and a new segment of the WAL with its directory', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'tidemark-ledger-'))
  const synced: string[] = []
  const pglite = await PGlite.create({
    fs: new DurableNodeFs(dir, (path) => synced.push(path)),
    startParams: durableStartParams(PGlite.defaultStartParams),
  })
  await pglite.exec('create table kept (text text)')
  const before = synced.length
  for (let at = 0; at < 10; at += 1) await pglite.query('insert into kept values ($1)', ['x'])
  expect(synced.length - before).toBeGreaterThanOrEqual(10)
  await pglite.query(
    'insert into kept select repeat(md5(i::text), 50) from generate_series(1, 12000) i',
  )
  expect(synced.filter((path) => path.endsWith('/pg_wal'))).not.toEqual([])
  await pglite.close()
  rmSync(dir, { recursive: true, force: true })
})

test(
  'a database that cannot go on is told as lost, and an append to it has no known outcome',
  async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'tidemark-ledger-'))
    {
      await using ledger = await openPglite({ dataDir, clock: systemClock })
      const { store } = ledger.clientFor('gateway', SCOPE_ALL)
      await store.append(appendOf([pushTo('kept')]))
      // Postgres panics where it can open no new segment of its WAL.
      renameSync(join(dataDir, 'postgres/pg_wal'), join(dataDir, 'pg_wal'))
      const outcomes = await Promise.allSettled(
        Array.from({ length: 60 }, () => store.append(appendOf(largeEvents()))),
      )
      const failed = outcomes.filter(({ status }) => status === 'rejected')
      expect(failed.length).toBeGreaterThan(0)
      for (const outcome of failed)
        expect(outcome).toMatchObject({ reason: { code: 'ledger-unavailable', retry: 'later' } })
      await expect(ledger.lost).rejects.toMatchObject({ code: 'database-lost' })
    }
    rmSync(dataDir, { recursive: true, force: true })
  },
  OPENINGS_MS,
)

function largeEvents(): readonly NewEvent[] {
  return Array.from({ length: 15 }, () => ({ ...pushTo('large'), body: randomBytes(48_000) }))
}

async function openForTest(): Promise<LedgerUnderTest> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tidemark-ledger-'))
  const crashPoints = new OneFault()
  const ledger = await openPglite({ dataDir, clock: systemClock, crashPoints })
  return {
    clientFor: (writer, scope = SCOPE_ALL) => ledger.clientFor(writer, scope),
    secondClientFor: (writer) => ledger.clientFor(writer, SCOPE_ALL),
    passTime: (ms) => systemClock.sleep(ms),
    loseNextReply: () => crashPoints.next('append.after-commit'),
    failNextCommit: () => crashPoints.next('append.before-commit'),
    [Symbol.asyncDispose]: async () => {
      await ledger[Symbol.asyncDispose]()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
