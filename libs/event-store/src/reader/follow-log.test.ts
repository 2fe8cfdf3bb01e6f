import { SCOPE_ALL, type StoredEvent } from '@tidemark/contracts'
import { VirtualClock } from '@tidemark/kernel/testing'
import { expect, test } from 'vitest'
import type { LogPage } from '../event-store.ts'
import { MemoryLedger } from '../memory/memory-ledger.ts'
import { appendOf, OneFault, pushTo } from '../testing/index.ts'
import { followLog } from './follow-log.ts'

interface Given {
  readonly clock: VirtualClock
  readonly ledger: MemoryLedger
  readonly faults: OneFault
  readonly push: (count: number) => Promise<void>
  readonly follow: (after: bigint, signal?: AbortSignal) => AsyncGenerator<LogPage, void, undefined>
}

function given(onWake?: (listener: () => void) => Disposable): Given {
  const clock = new VirtualClock()
  const faults = new OneFault()
  const ledger = new MemoryLedger({ clock, faults })
  const { store } = ledger.clientFor('gateway', SCOPE_ALL)
  return {
    clock,
    ledger,
    faults,
    push: async (count) => {
      for (let index = 0; index < count; index += 1) await store.append(appendOf([pushTo('shop')]))
    },
    follow: (after, signal = new AbortController().signal) =>
      followLog(
        { store, after, clock, onWake: onWake ?? ((listener) => ledger.onGrowth(listener)) },
        signal,
      ),
  }
}

function positions(page: IteratorResult<LogPage, void>): readonly bigint[] {
  return (page.value?.events ?? []).map(({ position }: StoredEvent) => position)
}

test('a follower gets what is there, and then what comes, at once', async () => {
  const { push, follow } = given()
  await push(3)
  const pages = follow(0n)
  expect(positions(await pages.next())).toEqual([1n, 2n, 3n])
  const next = pages.next()
  await push(1)
  expect(positions(await next)).toEqual([4n])
})

test('a follower goes on behind the position that it has dealt with', async () => {
  const { push, follow } = given()
  await push(3)
  expect(positions(await follow(2n).next())).toEqual([3n])
})

test('a follower looks again after a second where the hint was lost', async () => {
  const { clock, push, follow } = given(() => ({ [Symbol.dispose]: () => undefined }))
  await push(1)
  const pages = follow(1n)
  const next = pages.next()
  await clock.advance(10)
  await push(1)
  await clock.advance(1_000)
  expect(positions(await next)).toEqual([2n])
})

test('an outage is waited out', async () => {
  const { clock, faults, push, follow } = given()
  await push(1)
  faults.next('read')
  const next = follow(0n).next()
  await new Promise<void>((resolve) => {
    setImmediate(resolve)
  })
  await clock.advance(500)
  expect(positions(await next)).toEqual([1n])
})

test('a log that ends before what was dealt with is forked', async () => {
  const { push, follow } = given()
  await push(2)
  await expect(follow(3n).next()).rejects.toMatchObject({ code: 'LOG_FORKED', retry: 'never' })
})

test('a log that went back to a backup while it is followed is forked', async () => {
  const { ledger, push, follow } = given()
  await push(3)
  const pages = follow(0n)
  await pages.next()
  ledger.truncateAfter(1n)
  await push(1)
  await expect(pages.next()).rejects.toMatchObject({
    code: 'LOG_FORKED',
    message: expect.stringContaining('now ends at 2'),
  })
})

test('a log that was written anew from a backup is forked where it is read on', async () => {
  const { ledger, push, follow } = given()
  await push(3)
  const pages = follow(0n)
  await pages.next()
  ledger.truncateAfter(1n)
  await push(4)
  await expect(pages.next()).rejects.toMatchObject({
    code: 'LOG_FORKED',
    message: expect.stringContaining('position 4'),
  })
})

test('a follower ends with its signal', async () => {
  const { follow } = given()
  const stop = new AbortController()
  const next = follow(0n, stop.signal).next()
  stop.abort()
  expect(await next).toEqual({ done: true, value: undefined })
})
