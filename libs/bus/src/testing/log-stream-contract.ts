import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type LogMessage, type LogStream } from '../log-stream.ts'
import { type BusRig } from './bus-contract.ts'

/** What each adapter of the log stream must do. The rig's stream keeps `t.>`. */
export function describeLogStream(name: string, open: () => Promise<BusRig>): void {
  // oxlint-disable-next-line vitest/valid-title -- The adapter's test gives it.
  describe(name, () => {
    let rig: BusRig
    let log: LogStream

    beforeAll(async () => {
      rig = await open()
      ;({ log } = rig)
    })
    afterAll(async () => {
      await rig[Symbol.asyncDispose]()
    })

    test('a stream that nobody has made is missing', async () => {
      await expect(log.info()).resolves.toBeUndefined()
      await expect(log.read(1n)).resolves.toBeUndefined()
      await expect(log.publishBatch(messages(1, 3))).resolves.toEqual({ kind: 'missing' })
    })

    describe('a stream that was made', () => {
      beforeEach(async () => {
        await log.recreate(1n)
      })

      test('is empty, and begins where it was told to', async () => {
        await expect(log.info()).resolves.toEqual({ firstPosition: 1n, lastPosition: 0n })
        await log.recreate(500n)
        await expect(log.info()).resolves.toEqual({ firstPosition: 500n, lastPosition: 499n })
        await expect(log.publishBatch(messages(500, 502))).resolves.toEqual({
          kind: 'published',
          lastPosition: 502n,
        })
        await expect(log.info()).resolves.toEqual({ firstPosition: 500n, lastPosition: 502n })
      })

      test('gives back what was published, under its position', async () => {
        await log.publishBatch(messages(1, 10))
        await expect(log.read(7n)).resolves.toEqual({
          position: 7n,
          subject: 't.7',
          headers: { chain: 'c7' },
          bytes: expect.anything(),
        })
        const message = await log.read(10n)
        expect(new TextDecoder().decode(message?.bytes)).toBe('body10')
        await expect(log.read(11n)).resolves.toBeUndefined()
        await expect(log.read(0n)).resolves.toBeUndefined()
      })

      test('refuses a replay, and says where it stands', async () => {
        await log.publishBatch(messages(1, 10))
        const elsewhere = { kind: 'elsewhere', lastPosition: 10n }
        await expect(log.publishBatch(messages(1, 10))).resolves.toEqual(elsewhere)
        await expect(log.publishBatch(messages(3, 3))).resolves.toEqual(elsewhere)
        await expect(log.publishBatch(messages(12, 15))).resolves.toEqual(elsewhere)
        await expect(log.info()).resolves.toEqual({ firstPosition: 1n, lastPosition: 10n })
      })

      test('takes of a batch that overlaps what it does not have yet', async () => {
        await log.publishBatch(messages(1, 10))
        await expect(log.publishBatch(messages(6, 15))).resolves.toEqual({
          kind: 'elsewhere',
          lastPosition: 15n,
        })
        const message = await log.read(11n)
        expect(message?.subject).toBe('t.11')
      })

      test('holds each message once when two relays race', async () => {
        const total = 3_000
        const relay = async (batch: number): Promise<void> => {
          let next = 1
          while (next <= total) {
            const outcome = await log.publishBatch(
              messages(next, Math.min(total, next + batch - 1)),
            )
            if (outcome.kind === 'missing') throw new Error('the stream is there')
            next = Number(outcome.lastPosition) + 1
          }
        }
        await Promise.all([relay(100), relay(137)])
        await expect(log.info()).resolves.toEqual({
          firstPosition: 1n,
          lastPosition: BigInt(total),
        })
        for (const position of [1, 999, 1_500, 3_000]) {
          const message = await log.read(BigInt(position))
          expect(message?.subject).toBe(`t.${position}`)
        }
      })

      test('forgets all when it is made anew', async () => {
        await log.publishBatch(messages(1, 10))
        await log.recreate(4n)
        await expect(log.read(5n)).resolves.toBeUndefined()
        await log.publishBatch(messages(4, 5))
        await expect(log.info()).resolves.toEqual({ firstPosition: 4n, lastPosition: 5n })
      })

      test('publishes nothing of a batch with a message that is too large', async () => {
        const [first, second] = messages(1, 2)
        if (first === undefined || second === undefined) throw new Error('there are two')
        const large = { ...second, bytes: new Uint8Array(rig.payloadBytesMax + 1) }
        await expect(log.publishBatch([first, large])).rejects.toMatchObject({
          code: 'message-too-large',
          retry: 'never',
        })
        await expect(log.info()).resolves.toEqual({ firstPosition: 1n, lastPosition: 0n })
      })

      test('loses nothing in an outage, or says so', async () => {
        const { outage } = rig
        if (outage === undefined) {
          return // This bus is never away.
        }
        await log.publishBatch(messages(1, 100))
        await outage.begin()
        await expect(log.publishBatch(messages(101, 200))).rejects.toMatchObject({
          code: 'bus-unavailable',
          retry: 'later',
        })
        await outage.end()
        let last = 0n
        for (let tries = 0; last < 200n && tries < 50; tries += 1) {
          const info = await log.info().catch(() => undefined)
          if (info === undefined) continue
          const outcome = await log
            .publishBatch(messages(Number(info.lastPosition) + 1, 200))
            .catch(() => undefined)
          last = outcome?.kind === 'published' ? outcome.lastPosition : last
        }
        await expect(log.info()).resolves.toEqual({ firstPosition: 1n, lastPosition: 200n })
        for (let position = 1; position <= 200; position += 20) {
          const message = await log.read(BigInt(position))
          expect(message?.subject).toBe(`t.${position}`)
        }
      }, 90_000)
    })
  })
}

function messages(from: number, to: number): readonly LogMessage[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => ({
    position: BigInt(from + at),
    subject: `t.${from + at}`,
    headers: { chain: `c${from + at}` },
    bytes: new TextEncoder().encode(`body${from + at}`),
  }))
}
