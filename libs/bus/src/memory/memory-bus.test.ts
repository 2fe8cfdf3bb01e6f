import { systemClock } from '@tidemark/kernel'
import { expect, test } from 'vitest'
import { describeBus, type BusRig } from '../testing/bus-contract.ts'
import { describeLogStream } from '../testing/log-stream-contract.ts'
import { MemoryBroker } from './memory-broker.ts'
import { MemoryBus } from './memory-bus.ts'
import { MemoryLogStream } from './memory-log-stream.ts'

const payloadBytesMax = 64 * 1024

function open(): Promise<BusRig> {
  const broker = new MemoryBroker({ clock: systemClock, payloadBytesMax })
  return Promise.resolve({
    connect: () => Promise.resolve(new MemoryBus(broker)),
    log: new MemoryLogStream(broker, { name: 'T', subjects: ['t.>'] }),
    payloadBytesMax,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  })
}

describeBus('the bus in memory', open)
describeLogStream('the log stream in memory', open)

test('a stream in memory keeps its newest messages', async () => {
  const broker = new MemoryBroker({ clock: systemClock, messagesMax: 3 })
  broker.makeStream('T', ['t.>'], 1n)
  await using bus = new MemoryBus(broker)
  for (let each = 1; each <= 5; each += 1) await bus.publish('t.a', new Uint8Array(0))
  const log = new MemoryLogStream(broker, { name: 'T', subjects: ['t.>'] })
  await expect(log.info()).resolves.toEqual({ firstPosition: 3n, lastPosition: 5n })
})
