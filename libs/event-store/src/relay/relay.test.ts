import { MemoryBroker, MemoryLogStream, type LogMessage, type LogStream } from '@tidemark/bus'
import { LOG_HEADERS, LOG_STREAM, LOG_SUBJECTS, SCOPE_ALL, StoredEvent } from '@tidemark/contracts'
import { seededRandom, VirtualClock } from '@tidemark/kernel/testing'
import { expect, test } from 'vitest'
import { BusUnavailable } from '@tidemark/bus'
import { MemoryLedger } from '../memory/memory-ledger.ts'
import { appendOf, logAfter, OneFault, pushTo } from '../testing/index.ts'
import { runRelay, type RelayOptions } from './relay.ts'

interface Given {
  readonly clock: VirtualClock
  readonly ledger: MemoryLedger
  readonly log: MemoryLogStream
  readonly rebuilt: string[]
  readonly push: (count: number) => Promise<void>
  readonly relay: (more?: Partial<RelayOptions>) => AsyncDisposable
  /** Positions of the messages, which must be the events of the log. */
  readonly messages: () => Promise<readonly bigint[]>
  /** Lets time pass, and everybody do what they have to. */
  readonly pass: (ms: number) => Promise<void>
}

function given(): Given {
  const clock = new VirtualClock()
  const ledger = new MemoryLedger({ clock })
  const broker = new MemoryBroker({ clock })
  const log = new MemoryLogStream(broker, { name: LOG_STREAM, subjects: [LOG_SUBJECTS] })
  const { store } = ledger.clientFor('gateway', SCOPE_ALL)
  const rebuilt: string[] = []
  let seed = 0
  return {
    clock,
    ledger,
    log,
    rebuilt,
    push: async (count) => {
      for (let index = 0; index < count; index += 1) await store.append(appendOf([pushTo('shop')]))
    },
    relay: (more = {}) => {
      const stop = new AbortController()
      seed += 1
      const random = seededRandom(seed)
      const report = { rebuilt: (why: string) => void rebuilt.push(why) }
      const running = runRelay({ store: ledger, log, clock, random, report, ...more }, stop.signal)
      return {
        [Symbol.asyncDispose]: async () => {
          stop.abort()
          await running
        },
      }
    },
    pass: async (ms) => {
      await turns()
      await clock.advance(ms)
      await turns()
    },
    messages: async () => {
      const stored = await logAfter(store, 0n)
      const { firstPosition, lastPosition } = (await log.info()) ?? {
        firstPosition: 1n,
        lastPosition: 0n,
      }
      const found: bigint[] = []
      for (let position = firstPosition; position <= lastPosition; position += 1n) {
        const message = await log.read(position)
        const event = stored[Number(position) - 1]
        const carried = StoredEvent.decode(message?.bytes ?? new Uint8Array())
        expect(carried.id).toBe(event?.id)
        expect(Buffer.compare(carried.chain, event?.chain ?? new Uint8Array())).toBe(0)
        found.push(position)
      }
      return found
    },
  }
}

const upTo = (count: number): readonly bigint[] =>
  Array.from({ length: count }, (_, index) => BigInt(index + 1))

test('what is appended is on the bus, under its position, with its chain and subject', async () => {
  const { pass, ledger, log, push, relay, messages } = given()
  await push(2)
  await using _ = relay()
  await pass(1)
  await push(1)
  await pass(1)
  expect(await messages()).toEqual(upTo(3))
  const message = await log.read(3n)
  expect(message?.subject).toBe('tidemark.events._._.push.PushReceived.shop')
  expect(message?.headers).toEqual({
    [LOG_HEADERS.position]: '3',
    [LOG_HEADERS.chain]: Buffer.from((await ledger.head()).chain).toString('hex'),
    [LOG_HEADERS.incarnation]: '1',
  })
})

test('two relays write nothing twice', async () => {
  const { pass, push, relay, messages } = given()
  await using _first = relay()
  await using _second = relay()
  for (let round = 0; round < 20; round += 1) {
    await push(7)
    await pass(3)
  }
  await pass(2_000)
  expect(await messages()).toEqual(upTo(140))
})

test('a stream that is lost is made anew within a minute', async () => {
  const { pass, log, rebuilt, push, relay, messages } = given()
  await push(5)
  await using _ = relay()
  await pass(10)
  await log.recreate(1n)
  await pass(61_000)
  expect(await messages()).toEqual(upTo(5))
  expect(rebuilt).toEqual(['there is no stream'])
})

test('a stream that says something else than the log is made anew', async () => {
  const { pass, log, rebuilt, push, relay, messages } = given()
  await push(3)
  await log.recreate(1n)
  await log.publishBatch([1n, 2n].map(otherMessage))
  await using _ = relay()
  await pass(10)
  expect(await messages()).toEqual(upTo(3))
  expect(rebuilt).toEqual(['the message at 2 is another one'])
})

test('a store that went back to a backup has its stream made anew', async () => {
  const { pass, ledger, rebuilt, push, relay, messages } = given()
  await push(6)
  await using _ = relay()
  await pass(10)
  ledger.truncateAfter(4n)
  await pass(2_000)
  expect(await messages()).toEqual(upTo(4))
  await push(4)
  await pass(10)
  expect(await messages()).toEqual(upTo(8))
  expect(rebuilt).toEqual(['there is no stream', 'the stream is at 6, the log ends at 4'])
})

test('a bus that does not answer is tried again, and nothing is missing afterwards', async () => {
  const { pass, log, push, relay, messages } = given()
  const faults = new OneFault()
  const unsure: LogStream = {
    info: () => log.info(),
    read: (position) => log.read(position),
    recreate: (first) => log.recreate(first),
    publishBatch: async (batch) => {
      fail(faults, 'before')
      const outcome = await log.publishBatch(batch)
      fail(faults, 'after')
      return outcome
    },
  }
  await using _ = relay({ log: unsure })
  for (const point of ['before', 'after', 'before']) {
    faults.next(point)
    await push(4)
    await pass(1_500)
  }
  expect(await messages()).toEqual(upTo(12))
})

test('messages are compared by what they say, so that another build is no reason to begin anew', async () => {
  const { pass, ledger, log, rebuilt, push, relay } = given()
  await push(1)
  const [event] = await ledger.readPage(0n, 1)
  const chain = Buffer.from(event?.chain ?? []).toString('hex')
  const bytes = Buffer.concat([
    StoredEvent.encode(StoredEvent.fromPartial(event ?? {})).finish(),
    Uint8Array.of(0xfa, 0x3f, 1, 7), // A field 1023 that this build does not know.
  ])
  await log.recreate(1n)
  await log.publishBatch([{ ...otherMessage(1n), headers: { [LOG_HEADERS.chain]: chain }, bytes }])
  await using _ = relay()
  await pass(10)
  expect(rebuilt).toEqual([])
})

async function turns(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1)
    await new Promise<void>((resolve) => {
      setImmediate(resolve)
    })
}

function otherMessage(position: bigint): LogMessage {
  const subject = 'tidemark.events._._.push.PushReceived.other'
  return { position, subject, headers: {}, bytes: Uint8Array.of(1, 2, 3) }
}

function fail(faults: OneFault, point: string): void {
  try {
    faults.at(point)
  } catch (error) {
    throw new BusUnavailable('publish', error)
  }
}
