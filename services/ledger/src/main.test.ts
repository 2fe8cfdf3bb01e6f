import { MemoryBlobs } from '@tidemark/blob-store'
import { MemoryBroker, MemoryBus, MemoryLogStream } from '@tidemark/bus'
import { LOG_STREAM, LOG_SUBJECTS, SCOPE_ALL, streams, WAKE_SUBJECT } from '@tidemark/contracts'
import { ledgerOverBus, MemoryLedger } from '@tidemark/event-store'
import { appendOf, OneFault, pushTo } from '@tidemark/event-store/testing'
import { noCrashPoints, systemClock, systemRandom } from '@tidemark/kernel'
import { createMetrics, silentLogger } from '@tidemark/service'
import { expect, test } from 'vitest'
import { startLedger, type Ledger } from './main.ts'

interface Given extends AsyncDisposable {
  readonly ledger: Ledger
  readonly store: MemoryLedger
  readonly bus: MemoryBus
  readonly logStream: MemoryLogStream
  readonly faults: OneFault
}

async function given(): Promise<Given> {
  const [clock, random, faults] = [systemClock, systemRandom, new OneFault()]
  const broker = new MemoryBroker({ clock })
  const bus = new MemoryBus(broker)
  const logStream = new MemoryLogStream(broker, { name: LOG_STREAM, subjects: [LOG_SUBJECTS] })
  const store = new MemoryLedger({ clock, faults })
  const ledger = await startLedger({
    store,
    blobs: new MemoryBlobs(),
    bus,
    logStream,
    clock,
    random,
    log: silentLogger,
    metrics: createMetrics('ledger'),
    crashPoints: noCrashPoints,
  })
  return {
    ledger,
    store,
    bus,
    logStream,
    faults,
    [Symbol.asyncDispose]: async () => {
      await ledger[Symbol.asyncDispose]()
      await bus[Symbol.asyncDispose]()
    },
  }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await systemClock.sleep(2)
}

test('what a service appends over the bus is stored, put on the bus, and wakes readers', async () => {
  await using all = await given()
  const { bus, ledger, logStream } = all
  let wakes = 0
  using _ = bus.onWake(WAKE_SUBJECT, () => {
    wakes += 1
  })
  const gateway = ledgerOverBus({ bus, writer: 'gateway', scope: SCOPE_ALL })
  const receipt = await gateway.store.append(appendOf([pushTo('shop')]))
  expect(receipt.lastPosition).toBe(1n)
  await until(async () => (await logStream.info())?.lastPosition === 1n && wakes > 0)
  const { store } = ledger.clientFor('releaser')
  expect(await store.readStream(streams.push('shop'), 0n)).toHaveLength(1)
})

test('a service is ready while its store answers', async () => {
  await using all = await given()
  const { ledger, faults } = all
  expect(await ledger.check()).toBeUndefined()
  await until(async () => {
    faults.next('read')
    return (await ledger.check()) !== undefined
  })
  expect(await ledger.check()).toBeUndefined()
})

test('a service that is drained answers what is under way, and takes nothing new', async () => {
  await using all = await given()
  const { ledger, store, bus } = all
  const gateway = ledgerOverBus({ bus, writer: 'gateway', scope: SCOPE_ALL })
  const underWay = Array.from({ length: 20 }, () =>
    gateway.store.append(appendOf([pushTo('shop')])),
  )
  await systemClock.sleep(0)
  await ledger[Symbol.asyncDispose]()
  const results = await Promise.allSettled(underWay)
  const stored = results.filter(({ status }) => status === 'fulfilled').length
  expect(BigInt(stored)).toBe((await store.head()).position)
  await expect(gateway.store.append(appendOf([pushTo('shop')]))).rejects.toMatchObject({
    code: 'ledger-unavailable',
  })
})
