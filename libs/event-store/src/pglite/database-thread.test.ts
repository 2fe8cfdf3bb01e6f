import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { DatabaseThread } from './database-thread.ts'
import { Session } from './session.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidemark-database-'))
const thread = await DatabaseThread.open(join(folder, 'postgres'))
const session = new Session(thread)
await session.ask('create table kept (number bigint primary key, bytes bytea, words text)', [])

afterAll(async () => {
  await thread[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

test('values of each type come back as they went', async () => {
  const bytes = Buffer.from([0, 1, 0x5c, 0x22, 255])
  await session.ask('insert into kept values ($1, $2, $3)', [9_007_199_254_740_993n, bytes, 'ä"\\'])
  const { rows } = await session.ask('select * from kept where number = any($1::bigint[])', [
    [9_007_199_254_740_993n],
  ])
  expect(rows).toEqual([{ number: 9_007_199_254_740_993n, bytes, words: 'ä"\\' }])
  const id = '0198a0a0-1b2c-7d3e-8f40-0123456789ab'
  const typed = 'select $1::uuid as id, $2::int as count, null::text as none, true as yes'
  for (let again = 0; again < 3; again += 1) {
    const answer = await session.ask(typed, [id, 7])
    expect(answer.rows).toEqual([{ id, count: 7, none: null, yes: true }])
  }
})

test('statements are answered in their order, and one that is refused refuses no other', async () => {
  const asked = Array.from({ length: 50 }, (_, number) =>
    number === 20
      ? session.ask('select 1 / $1::int as result', [0])
      : session.ask('select $1::int as result', [number]),
  )
  const answers = await Promise.allSettled(asked)
  expect(answers).toMatchObject(
    answers.map((_, number) =>
      number === 20
        ? { status: 'rejected', reason: { code: '22012' } }
        : { status: 'fulfilled', value: { rows: [{ result: number }] } },
    ),
  )
})

test('a refusal names the constraint and the key', async () => {
  await session.ask('insert into kept values ($1, $2, $3)', [1n, null, null])
  await expect(
    session.ask('insert into kept values ($1, $2, $3)', [1n, null, null]),
  ).rejects.toMatchObject({
    code: '23505',
    constraint: 'kept_pkey',
    detail: expect.stringContaining('(number)=(1)'),
  })
})

test('a transaction has the session to itself, and a statement that fails within can be asked later', async () => {
  const count = 'select count(*)::int as count from kept where words = $1'
  const held = await session.hold()
  await session.run('begin', [])
  await session.run('insert into kept values ($1, $2, $3)', [100n, null, 'held'])
  const outside = session.ask(count, ['held'])
  await expect(session.run('select 1 / 0', [])).rejects.toThrow('division by zero')
  await expect(session.run(count, ['held'])).rejects.toThrow('transaction is aborted')
  await session.run('rollback', [])
  held[Symbol.dispose]()
  expect((await outside).rows).toEqual([{ count: 0 }])
  for (let again = 0; again < 3; again += 1)
    expect((await session.ask(count, ['held'])).rows).toEqual([{ count: 0 }])
})

test('where the thread ends, all that wait are refused, and so is whoever comes later', async () => {
  const files = join(folder, 'other')
  const other = await DatabaseThread.open(files)
  const waiting = new Session(other)
  // A message that is none in the protocol: Postgres ends, as it does when it fails beyond repair.
  const broken = other.exchange(new Uint8Array(Buffer.from('?\0\0\0\x04')))
  const behind = waiting.ask('select 1', [])
  await expect(broken).rejects.toMatchObject({ code: 'database-lost' })
  await expect(behind).rejects.toMatchObject({ code: 'database-lost' })
  await expect(waiting.ask('select 1', [])).rejects.toThrow('start again')
  await expect(other.lost).rejects.toMatchObject({ code: 'database-lost', retry: 'later' })
  await other[Symbol.asyncDispose]()
  await using again = await DatabaseThread.open(files)
  expect((await new Session(again).ask('select 1 as one', [])).rows).toEqual([{ one: 1 }])
})
