import { ChunkedStoredBlobs, MemoryBlobs } from '@tidemark/blob-store'
import { describeBlobStore } from '@tidemark/blob-store/testing'
import { MemoryBroker, MemoryBus } from '@tidemark/bus'
import { AppendRequest, ledgerSubjects, SCOPE_ALL } from '@tidemark/contracts'
import { systemClock } from '@tidemark/kernel'
import { VirtualClock } from '@tidemark/kernel/testing'
import { expect, test } from 'vitest'
import { MemoryLedger } from '../memory/memory-ledger.ts'
import {
  appendOf,
  ledgerContract,
  OneFault,
  pushTo,
  type LedgerUnderTest,
} from '../testing/index.ts'
import { blobsOverBus, ledgerOverBus } from './ledger-over-bus.ts'
import { serveLedger } from './serve-ledger.ts'

ledgerContract('the bus in process', openOverMemory)

async function openOverMemory(): Promise<LedgerUnderTest> {
  const broker = new MemoryBroker({ clock: systemClock })
  const [bus, clients] = [new MemoryBus(broker), new MemoryBus(broker)]
  const clock = new VirtualClock()
  const faults = new OneFault()
  const ledger = new MemoryLedger({ clock, faults })
  const served = await serveLedger(bus, ledger, new MemoryBlobs())
  return {
    clientFor: (writer, scope = SCOPE_ALL) => ledgerOverBus({ bus: clients, writer, scope }),
    secondClientFor: (writer) => ledgerOverBus({ bus: clients, writer, scope: SCOPE_ALL }),
    passTime: (ms) => clock.advance(ms),
    loseNextReply: () => faults.next('append.after-commit'),
    failNextCommit: () => faults.next('append.before-commit'),
    [Symbol.asyncDispose]: async () => {
      await served[Symbol.asyncDispose]()
      await clients[Symbol.asyncDispose]()
      await bus[Symbol.asyncDispose]()
    },
  }
}

describeBlobStore('blobs over the bus in process', async () => {
  const broker = new MemoryBroker({ clock: systemClock })
  const [bus, clients] = [new MemoryBus(broker), new MemoryBus(broker)]
  const stored = new MemoryBlobs()
  const served = await serveLedger(bus, new MemoryLedger({ clock: systemClock }), stored)
  return {
    raw: blobsOverBus({ bus: clients, writer: 'renderer', scope: SCOPE_ALL }),
    stored: new ChunkedStoredBlobs(stored),
    [Symbol.asyncDispose]: () => served[Symbol.asyncDispose](),
  }
})

test('where no ledger answers, asking again later may help', async () => {
  await using bus = new MemoryBus(new MemoryBroker({ clock: systemClock }))
  const { store } = ledgerOverBus({ bus, writer: 'gateway', scope: SCOPE_ALL })
  await expect(store.readLog(0n)).rejects.toMatchObject({
    code: 'ledger-unavailable',
    retry: 'later',
  })
})

test('a subject of no service, and bytes of no message, are refused and stop nothing', async () => {
  await using bus = new MemoryBus(new MemoryBroker({ clock: systemClock }))
  await using ledger = new MemoryLedger({ clock: new VirtualClock() })
  await using _served = await serveLedger(bus, ledger, new MemoryBlobs())
  const request = appendOf([pushTo('shop')])
  const bytes = AppendRequest.encode(request).finish()
  const limits = { timeoutMs: 1_000 }
  await bus.request('tidemark.append.stranger._', bytes, limits)
  for (const length of [0, 1, 3, 40, bytes.length - 1])
    await bus.request(
      ledgerSubjects.append('gateway', SCOPE_ALL),
      bytes.subarray(0, length),
      limits,
    )
  const garbage = Uint8Array.from({ length: 64 }, (_, index) => (index * 37) % 256)
  for (const kind of ['append', 'read', 'lease', 'park'] as const)
    await bus.request(ledgerSubjects[kind]('gateway', SCOPE_ALL), garbage, limits)
  expect((await ledger.head()).position).toBe(0n)
  const { store } = ledgerOverBus({ bus, writer: 'gateway', scope: SCOPE_ALL })
  await store.append(request)
  expect((await ledger.head()).position).toBe(1n)
})
