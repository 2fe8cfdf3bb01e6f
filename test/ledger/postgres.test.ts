import { randomUUID } from 'node:crypto'
import { describeBlobStore } from '@tidemark/blob-store/testing'
import { SCOPE_ALL, streams } from '@tidemark/contracts'
import { openPostgres, type LedgerStore } from '@tidemark/event-store'
import {
  appendOf,
  ledgerContract,
  logAfter,
  logEnd,
  OneFault,
  pushTo,
  type LedgerUnderTest,
} from '@tidemark/event-store/testing'
import { systemClock } from '@tidemark/kernel'
import { Client } from 'pg'
import { afterAll, assert, beforeAll, expect, test } from 'vitest'
import { describeWith } from '../rig/components/describe-with.ts'
import { startPostgres, type PostgresServer } from '../rig/components/postgres.ts'

describeWith(['postgres'], 'with a real Postgres', () => {
  let started: PostgresServer | undefined
  const server = (): PostgresServer => {
    assert(started !== undefined, 'the server has started')
    return started
  }
  beforeAll(async () => {
    started = await startPostgres()
  })
  afterAll(async () => {
    await started?.[Symbol.asyncDispose]()
  })

  ledgerContract('Postgres, by two processes', () => openTwice(server().url))

  describeBlobStore('blobs in Postgres', async () => {
    const ledger = await openPostgres({ url: server().url, tls: false, clock: systemClock })
    const owner = await connect(server().url)
    await owner.query('truncate ledger.blob')
    await owner.end()
    return {
      raw: ledger.blobs,
      stored: ledger.blobs,
      [Symbol.asyncDispose]: () => ledger[Symbol.asyncDispose](),
    }
  })

  test('no one changes or deletes an event, not even the owner of the table', async () => {
    await using ledger = await openPostgres({ url: server().url, tls: false, clock: systemClock })
    await ledger.clientFor('gateway', SCOPE_ALL).store.append(appendOf([pushTo('kept')]))
    const owner = await connect(server().url)
    for (const statement of [
      "update ledger.event set body = ''",
      'delete from ledger.event',
      'truncate ledger.event',
      "set session_replication_role = replica; update ledger.event set body = ''",
    ])
      await expect(owner.query(statement)).rejects.toThrow('the log is append-only')
    await owner.end()
  })

  test('the role that the ledger works under has no right to change an event', async () => {
    await using _ledger = await openPostgres({ url: server().url, tls: false, clock: systemClock })
    const writer = await connect(server().url)
    await writer.query('set role tidemark_ledger')
    for (const statement of [
      'delete from ledger.event',
      "update ledger.command set digest = ''",
      'truncate ledger.event',
      'drop trigger append_only on ledger.event',
      'drop table ledger.event',
    ])
      await expect(writer.query(statement)).rejects.toThrow(/permission denied|must be owner/u)
    await writer.end()
  })

  test('it works on while another build adds columns to its tables', async () => {
    await using ledger = await openPostgres({
      url: server().url,
      tls: false,
      clock: systemClock,
      connectionsMax: 1, // What was prepared before is used again.
    })
    const owner = await connect(server().url)
    const tables = ['head', 'event', 'command', 'cursor', 'lease', 'parked', 'blob']
    const alter = async (change: string): Promise<void> => {
      for (const table of tables) await owner.query(`alter table ledger.${table} ${change}`)
    }
    await useAll(ledger)
    await alter('add column later text')
    await useAll(ledger)
    await alter('drop column later')
    await useAll(ledger)
    await owner.end()
  })

  test('a server that may forget what it acknowledged is refused', async () => {
    await using careless = await startPostgres({ settings: ['fsync=off'] })
    await expect(
      openPostgres({ url: careless.url, tls: false, clock: systemClock }),
    ).rejects.toMatchObject({
      code: 'unfit-database',
      message: expect.stringContaining('fsync must be on'),
    })
  })

  test('a migration that is not the one that was applied is refused', async () => {
    await using other = await startPostgres()
    await using _ledger = await openPostgres({ url: other.url, tls: false, clock: systemClock })
    const owner = await connect(other.url)
    await owner.query("update ledger.migration set digest = 'other' where number = 1")
    await owner.end()
    await expect(
      openPostgres({ url: other.url, tls: false, clock: systemClock }),
    ).rejects.toMatchObject({
      code: 'migration-refused',
    })
  })

  test('nothing that was acknowledged is lost when the server is stopped at once, and writing goes on', async () => {
    await using crashing = await startPostgres()
    await using ledger = await openPostgres({ url: crashing.url, tls: false, clock: systemClock })
    const acknowledged = new Set<string>()
    const stop = new AbortController()
    const writers = Array.from({ length: 8 }, (_, index) =>
      write(ledger, `writer-${index}`, acknowledged, stop.signal),
    )
    for (const end of [() => crashing.stopImmediately(), () => crashing.kill()]) {
      const before = acknowledged.size
      await until(() => acknowledged.size > before + 50)
      await end()
      await crashing.restart()
    }
    const before = acknowledged.size
    await until(() => acknowledged.size > before + 50)
    stop.abort()
    await Promise.all(writers)
    const stored = await logAfter(ledger.clientFor('gateway', SCOPE_ALL).store, 0n)
    expect(stored.map(({ position }) => position)).toEqual(stored.map((_, at) => BigInt(at + 1)))
    const ids = stored.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect([...acknowledged].filter((id) => !ids.includes(id))).toEqual([])
  }, 60_000)
})

/** Each statement that the ledger has in daily work. */
async function useAll(ledger: Awaited<ReturnType<typeof openPostgres>>): Promise<void> {
  const { store, leases, parking } = ledger.clientFor('gateway', SCOPE_ALL)
  const source = randomUUID()
  const stream = streams.push(source)
  const { position: before } = await ledger.head()
  for (const version of [0n, 1n])
    await store.append(appendOf([pushTo(source)], { expected: [{ stream, version }] }))
  const cursor = { name: 'gateway', from: await store.readCursor('gateway'), to: before }
  await store.append(appendOf([pushTo(source)], { cursor }))
  expect(await store.readCursor('gateway')).toBe(before)
  const log = await logAfter(store, before)
  expect(log.map(({ version }) => version)).toEqual([1n, 2n, 3n])
  expect(await store.readStream(stream, 0n)).toEqual(log)
  const wish = { resource: `gateway-${source}`, holder: 'test', ttlMs: 60_000 }
  expect(await leases.acquire(wish)).toMatchObject({ epoch: 1n })
  await leases.release(wish)
  const reactor = `gateway-${source}`
  for (const tries of [1, 2, 3])
    expect(await parking.failed({ reactor, position: 1n, key: '', error: 'no' })).toMatchObject({
      tries,
    })
  expect(await parking.list(reactor)).toHaveLength(1)
  await parking.remove(reactor, 1n)
  const name = randomUUID().replaceAll('-', '').repeat(2)
  await ledger.blobs.write([{ name, bytes: Buffer.from('blob') }])
  expect(await ledger.blobs.read(name)).toEqual(Buffer.from('blob'))
}

async function openTwice(url: string): Promise<LedgerUnderTest> {
  const crashPoints = new OneFault()
  const first = await openPostgres({ url, tls: false, clock: systemClock, crashPoints })
  const second = await openPostgres({ url, tls: false, clock: systemClock })
  return {
    clientFor: (writer, scope = SCOPE_ALL) => first.clientFor(writer, scope),
    secondClientFor: (writer) => second.clientFor(writer, SCOPE_ALL),
    passTime: (ms) => systemClock.sleep(ms),
    loseNextReply: () => crashPoints.next('append.after-commit'),
    failNextCommit: () => crashPoints.next('append.before-commit'),
    [Symbol.asyncDispose]: async () => {
      await first[Symbol.asyncDispose]()
      await second[Symbol.asyncDispose]()
    },
  }
}

/** Appends one event after the other, each until it is acknowledged. */
async function write(
  ledger: LedgerStore,
  source: string,
  acknowledged: Set<string>,
  signal: AbortSignal,
): Promise<void> {
  const { store } = ledger.clientFor('gateway', SCOPE_ALL)
  await logEnd(store)
  while (!signal.aborted) {
    const request = appendOf([pushTo(source)])
    for (;;) {
      const [result] = await Promise.allSettled([store.append(request)])
      if (result.status === 'fulfilled') break
      expect(result.reason).toMatchObject({ code: 'ledger-unavailable' })
      await systemClock.sleep(20)
    }
    acknowledged.add(request.events[0]?.id ?? '')
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await systemClock.sleep(10)
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url })
  await client.connect()
  return client
}
