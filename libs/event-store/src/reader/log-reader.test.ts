import { SCOPE_ALL, type StoredEvent } from '@tidemark/contracts'
import { VirtualClock } from '@tidemark/kernel/testing'
import { expect, test } from 'vitest'
import { MemoryLedger } from '../memory/memory-ledger.ts'
import { appendOf, pushTo } from '../testing/index.ts'
import { LogReader } from './log-reader.ts'

interface Given {
  readonly ledger: MemoryLedger
  readonly push: (count: number) => Promise<void>
  readonly readerAfter: (after: bigint, chain?: Uint8Array) => LogReader
}

function given(): Given {
  const ledger = new MemoryLedger({ clock: new VirtualClock() })
  const { store } = ledger.clientFor('gateway', SCOPE_ALL)
  return {
    ledger,
    push: async (count) => {
      for (let index = 0; index < count; index += 1) await store.append(appendOf([pushTo('shop')]))
    },
    readerAfter: (after, chain) => new LogReader(store, after, chain),
  }
}

function positions(page: readonly StoredEvent[]): readonly bigint[] {
  return page.map(({ position }) => position)
}

test('a reader gets what is there, and then what came', async () => {
  const { push, readerAfter } = given()
  await push(3)
  const reader = readerAfter(0n)
  expect(positions(await reader.next())).toEqual([1n, 2n, 3n])
  expect(reader.atEnd).toBe(true)
  expect(await reader.next()).toEqual([])
  await push(1)
  expect(positions(await reader.next())).toEqual([4n])
})

test('a reader goes on behind the position that was dealt with', async () => {
  const { push, readerAfter } = given()
  await push(3)
  const reader = readerAfter(2n)
  expect(reader.position).toBe(2n)
  expect(positions(await reader.next())).toEqual([3n])
  expect(reader.position).toBe(3n)
})

test('a reader that has dealt with all of it stands at the end', async () => {
  const { push, readerAfter } = given()
  await push(3)
  const reader = readerAfter(3n)
  expect(await reader.next()).toEqual([])
  expect([reader.position, reader.atEnd]).toEqual([3n, true])
})

test('a reader that knows the chain where it begins follows on from there', async () => {
  const { ledger, push, readerAfter } = given()
  await push(2)
  const { chain } = await ledger.head()
  await push(1)
  expect(positions(await readerAfter(2n, chain).next())).toEqual([3n])
})

test('a chain that is not that of the log is found with the first event', async () => {
  const { push, readerAfter } = given()
  await push(3)
  await expect(readerAfter(2n, new Uint8Array(32)).next()).rejects.toMatchObject({
    code: 'LOG_FORKED',
    message: expect.stringContaining('position 3'),
  })
})

test('a log that ends before what was dealt with is forked', async () => {
  const { push, readerAfter } = given()
  await push(2)
  await expect(readerAfter(3n).next()).rejects.toMatchObject({
    code: 'LOG_FORKED',
    retry: 'never',
  })
})

test('a log that went back to a backup while it is read is forked', async () => {
  const { ledger, push, readerAfter } = given()
  await push(3)
  const reader = readerAfter(0n)
  await reader.next()
  ledger.truncateAfter(1n)
  await push(1)
  await expect(reader.next()).rejects.toMatchObject({
    code: 'LOG_FORKED',
    message: expect.stringContaining('now ends at 2'),
  })
})

test('a log that was written anew from a backup is forked where it is read on', async () => {
  const { ledger, push, readerAfter } = given()
  await push(3)
  const reader = readerAfter(0n)
  await reader.next()
  ledger.truncateAfter(1n)
  await push(4)
  await expect(reader.next()).rejects.toMatchObject({
    code: 'LOG_FORKED',
    message: expect.stringContaining('position 4'),
  })
})
