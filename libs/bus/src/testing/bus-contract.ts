import { OperatingError, type Retry } from '@tidemark/kernel'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Bus, type Delivery, type SubscribeOptions } from '../bus.ts'
import { type LogStream } from '../log-stream.ts'

/** A bus with one stream, `T`, that keeps `t.>`. */
export interface BusRig extends AsyncDisposable {
  /** Another participant. */
  connect(): Promise<Bus>
  readonly log: LogStream
  readonly payloadBytesMax: number
  /** Where the bus can go away and come back. */
  readonly outage?: { begin(): Promise<void>; end(): Promise<void> }
}

class Refusal extends OperatingError {
  readonly code: string = 'refused'
  readonly retry: Retry = 'never'
}

/** What each adapter of the bus must do. */
export function describeBus(name: string, open: () => Promise<BusRig>): void {
  // oxlint-disable-next-line vitest/valid-title -- The adapter's test gives it.
  describe(name, () => {
    let rig: BusRig
    let bus: Bus
    let other: Bus
    let durable = 0

    beforeAll(async () => {
      rig = await open()
    })
    afterAll(async () => {
      await rig[Symbol.asyncDispose]()
    })
    beforeEach(async () => {
      await rig.log.recreate(1n)
      bus = await rig.connect()
      other = await rig.connect()
      durable += 1
    })
    afterEach(async () => {
      await bus[Symbol.asyncDispose]()
      await other[Symbol.asyncDispose]()
    })

    const options = (changes: Partial<SubscribeOptions> = {}): SubscribeOptions => ({
      stream: 'T',
      name: `reader-${durable}`,
      from: 'beginning',
      inFlightMax: 16,
      ackWaitMs: 10_000,
      ...changes,
    })
    const publish = async (from: number, to: number, subject = 't.a'): Promise<void> => {
      for (let each = from; each <= to; each += 1) await bus.publish(subject, bytes(String(each)))
    }

    describe('durable messages', () => {
      test('arrive in the order of the stream, with subject, headers and position', async () => {
        await bus.publish('t.a', bytes('1'), { trace: 'abc' })
        await publish(2, 50, 't.b')
        const got: Delivery[] = []
        await using _ = await other.subscribe(options(), async (delivery) => acked(got, delivery))
        await vi.waitFor(() => expect(got).toHaveLength(50), 5_000)
        expect(got[0]).toMatchObject({
          subject: 't.a',
          headers: { trace: 'abc' },
          position: 1n,
          attempt: 1,
        })
        expect(got.map(({ position }) => position)).toEqual(
          Array.from({ length: 50 }, (_unused, at) => BigInt(at + 1)),
        )
        expect(got.map((delivery) => text(delivery.bytes)).slice(0, 3)).toEqual(['1', '2', '3'])
      })

      test('are chosen by patterns', async () => {
        for (const subject of ['t.a.x', 't.b.x', 't.a', 't.a.x.y']) {
          await bus.publish(subject, bytes(''))
        }
        const got: Delivery[] = []
        const wanted = options({ subjects: ['t.a.*', 't.b.>'] })
        await using _ = await other.subscribe(wanted, async (delivery) => acked(got, delivery))
        await vi.waitFor(() => expect(got).toHaveLength(2), 5_000)
        await bus.publish('t.a.z', bytes(''))
        await vi.waitFor(() => expect(got).toHaveLength(3), 5_000)
        expect(got.map(({ subject }) => subject)).toEqual(['t.a.x', 't.b.x', 't.a.z'])
      })

      test('are replayed from a position', async () => {
        await publish(1, 10)
        const got: Delivery[] = []
        const from = options({ from: { position: 8n } })
        await using _ = await other.subscribe(from, async (delivery) => acked(got, delivery))
        await vi.waitFor(
          () => expect(got.map(({ position }) => position)).toEqual([8n, 9n, 10n]),
          5_000,
        )
      })

      test('that are older are left out where a name begins with new ones', async () => {
        await publish(1, 3)
        const got: Delivery[] = []
        await using _ = await other.subscribe(options({ from: 'new' }), async (delivery) =>
          acked(got, delivery),
        )
        await publish(4, 4)
        await vi.waitFor(() => expect(got.map(({ position }) => position)).toEqual([4n]), 5_000)
      })

      test('go on where the name stopped, whoever works for it', async () => {
        await publish(1, 3)
        const [before, after]: [Delivery[], Delivery[]] = [[], []]
        const first = await other.subscribe(options(), async (delivery) => acked(before, delivery))
        await vi.waitFor(() => expect(before).toHaveLength(3), 5_000)
        await first[Symbol.asyncDispose]()
        await publish(4, 5)
        await using _ = await bus.subscribe(options(), async (delivery) => acked(after, delivery))
        await vi.waitFor(
          () => expect(after.map(({ position }) => position)).toEqual([4n, 5n]),
          5_000,
        )
        expect(before).toHaveLength(3)
      })

      test('come again after a nak, later, and count their attempts', async () => {
        await publish(1, 1)
        const attempts: number[] = []
        await using _ = await other.subscribe(options(), async (delivery) => {
          attempts.push(delivery.attempt)
          if (delivery.attempt < 3) delivery.nak(20)
          else delivery.ack()
        })
        await vi.waitFor(() => expect(attempts).toEqual([1, 2, 3]), 5_000)
      })

      test('come again when the handler throws, and when it never answers', async () => {
        await publish(1, 2)
        const seen: string[] = []
        const wanted = options({ ackWaitMs: 300 })
        await using _ = await other.subscribe(wanted, async (delivery) => {
          seen.push(`${delivery.position}/${delivery.attempt}`)
          if (delivery.attempt > 1) delivery.ack()
          else if (delivery.position === 1n) throw new Error('no')
        })
        await vi.waitFor(() => expect(seen.toSorted()).toEqual(['1/1', '1/2', '2/1', '2/2']), 8_000)
      })

      test('do not come again while the handler says that it works', async () => {
        await publish(1, 1)
        const attempts: number[] = []
        await using _ = await other.subscribe(options({ ackWaitMs: 500 }), async (delivery) => {
          attempts.push(delivery.attempt)
          for (let each = 0; each < 5; each += 1) {
            await pause(200)
            delivery.working()
          }
          delivery.ack()
        })
        await pause(1_800)
        expect(attempts).toEqual([1])
      })

      test('wait while as many as allowed are in flight', async () => {
        await publish(1, 20)
        const held: Delivery[] = []
        await using _ = await other.subscribe(options({ inFlightMax: 4 }), async (delivery) => {
          held.push(delivery)
        })
        await vi.waitFor(() => expect(held).toHaveLength(4), 5_000)
        await pause(200)
        expect(held).toHaveLength(4)
        held[0]?.ack()
        held[1]?.ack()
        await vi.waitFor(() => expect(held).toHaveLength(6), 5_000)
        for (let at = 2; at < 20; at += 1) {
          await vi.waitFor(() => expect(held.length).toBeGreaterThan(at), 5_000)
          held[at]?.ack()
        }
        expect(held.map(({ position }) => position)).toEqual(
          Array.from({ length: 20 }, (_unused, at) => BigInt(at + 1)),
        )
      })

      test('are shared among those who work under one name', async () => {
        const [one, two]: [Delivery[], Delivery[]] = [[], []]
        const wanted = options({ inFlightMax: 2 })
        await using _first = await other.subscribe(wanted, slowly(one))
        await using _second = await bus.subscribe(wanted, slowly(two))
        await publish(1, 40)
        await vi.waitFor(() => expect(one.length + two.length).toBe(40), 8_000)
        expect(Math.min(one.length, two.length)).toBeGreaterThan(0)
      })

      test('go on after the stream was made anew', async () => {
        await publish(1, 5)
        const got: bigint[] = []
        await using _ = await other.subscribe(options(), async (delivery) => {
          got.push(delivery.position)
          delivery.ack()
        })
        await vi.waitFor(() => expect(got).toHaveLength(5), 5_000)
        await rig.log.recreate(4n)
        await publish(4, 7)
        await vi.waitFor(() => expect(got).toContain(7n), 15_000)
        expect(got.filter((position) => position > 5n)).toEqual([6n, 7n])
      })

      test('whose subject no stream keeps are refused', async () => {
        await expect(bus.publish('elsewhere.a', bytes('1'))).rejects.toMatchObject({
          code: 'no-stream',
          retry: 'later',
        })
        await expect(
          bus.subscribe(options({ stream: 'NONE' }), async () => undefined),
        ).rejects.toMatchObject({ code: 'no-stream' })
      })

      test('are handled to the end before a subscription is gone', async () => {
        await publish(1, 1)
        const ended: string[] = []
        const started = Promise.withResolvers<void>()
        const subscription = await other.subscribe(options(), async (delivery, signal) => {
          started.resolve()
          while (!signal.aborted) await pause(5)
          ended.push('ended')
          delivery.ack()
        })
        await started.promise
        await subscription[Symbol.asyncDispose]()
        expect(ended).toEqual(['ended'])
      })
    })

    describe('requests', () => {
      test('are answered', async () => {
        await using _ = await other.respond(
          'q.double.*',
          async (request) => bytes(`${request.subject} ${text(request.bytes)}`),
          { queue: 'q', parallelMax: 4 },
        )
        const answer = await bus.request('q.double.x', bytes('21'), { timeoutMs: 5_000 })
        expect(text(answer)).toBe('q.double.x 21')
      })

      test('to nobody fail at once', async () => {
        const asked = bus.request('q.nobody', bytes(''), { timeoutMs: 60_000 })
        await expect(asked).rejects.toMatchObject({ code: 'no-responder', retry: 'later' })
      })

      test('that take too long end with an unknown outcome', async () => {
        const release = Promise.withResolvers<Uint8Array>()
        const slow = await other.respond('q.slow', () => release.promise, {
          queue: 'q',
          parallelMax: 1,
        })
        const asked = bus.request('q.slow', bytes(''), { timeoutMs: 50 })
        await expect(asked).rejects.toMatchObject({ code: 'request-timed-out', retry: 'later' })
        release.resolve(bytes(''))
        await slow[Symbol.asyncDispose]()
      })

      test('can be given up', async () => {
        const release = Promise.withResolvers<Uint8Array>()
        const slow = await other.respond('q.slow', () => release.promise, {
          queue: 'q',
          parallelMax: 1,
        })
        const stop = new AbortController()
        const asked = bus.request('q.slow', bytes(''), { timeoutMs: 5_000, signal: stop.signal })
        stop.abort()
        await expect(asked).rejects.toMatchObject({ code: 'request-aborted' })
        release.resolve(bytes(''))
        await slow[Symbol.asyncDispose]()
      })

      test("get the responder's error, with its code and advice", async () => {
        await using _ = await other.respond(
          'q.no',
          async () => {
            throw new Refusal('cannot append: grün\nis no colour')
          },
          { queue: 'q', parallelMax: 1 },
        )
        await expect(bus.request('q.no', bytes(''), { timeoutMs: 5_000 })).rejects.toMatchObject({
          code: 'refused',
          retry: 'never',
          message: 'cannot append: grün\nis no colour',
        })
      })

      test('learn nothing of an error that was not meant for them', async () => {
        await using _ = await other.respond(
          'q.bug',
          async () => {
            throw new TypeError('password=hunter2')
          },
          { queue: 'q', parallelMax: 1 },
        )
        const asked = bus.request('q.bug', bytes(''), { timeoutMs: 5_000 })
        await expect(asked).rejects.toMatchObject({
          code: 'internal',
          retry: 'later',
          message: expect.not.stringContaining('hunter2'),
        })
      })

      test('run as many at once as allowed, then wait, then are refused as busy', async () => {
        let [running, most] = [0, 0]
        const release = Promise.withResolvers<void>()
        await using _ = await other.respond(
          'q.few',
          async () => {
            running += 1
            most = Math.max(most, running)
            await release.promise
            running -= 1
            return bytes('ok')
          },
          { queue: 'q', parallelMax: 2 },
        )
        const asked = Array.from({ length: 40 }, () =>
          bus.request('q.few', bytes(''), { timeoutMs: 10_000 }).then(
            () => 'ok',
            (error: unknown) => (error instanceof OperatingError ? error.code : 'bug'),
          ),
        )
        await vi.waitFor(() => expect(running).toBe(2), 5_000)
        await pause(200)
        release.resolve()
        const outcomes = await Promise.all(asked)
        expect(most).toBe(2)
        expect(outcomes.filter((outcome) => outcome === 'ok')).toHaveLength(34)
        expect(outcomes.filter((outcome) => outcome === 'responder-busy')).toHaveLength(6)
      })

      test('are shared among the responders of a queue, each answered once', async () => {
        const counts = [0, 0]
        const counting = (at: 0 | 1) => async (): Promise<Uint8Array> => {
          counts[at] = (counts[at] ?? 0) + 1
          return bytes('')
        }
        const spec = { queue: 'q', parallelMax: 4 }
        await using _first = await other.respond('q.shared', counting(0), spec)
        await using _second = await bus.respond('q.shared', counting(1), spec)
        for (let each = 0; each < 100; each += 1) {
          await bus.request('q.shared', bytes(''), { timeoutMs: 5_000 })
        }
        expect(counts.reduce((left, right) => left + right, 0)).toBe(100)
        expect(Math.min(...counts)).toBeGreaterThan(0)
      })

      test('are answered to the end by a responder that leaves', async () => {
        const started = Promise.withResolvers<void>()
        const release = Promise.withResolvers<Uint8Array>()
        const leaving = await other.respond(
          'q.leaving',
          () => {
            started.resolve()
            return release.promise
          },
          { queue: 'q', parallelMax: 1 },
        )
        const asked = bus.request('q.leaving', bytes(''), { timeoutMs: 5_000 })
        await started.promise
        const left = leaving[Symbol.asyncDispose]()
        release.resolve(bytes('bye'))
        expect(text(await asked)).toBe('bye')
        await left
        await expect(
          bus.request('q.leaving', bytes(''), { timeoutMs: 5_000 }),
        ).rejects.toMatchObject({
          code: 'no-responder',
        })
      })
    })

    describe('sizes', () => {
      test('a message that is too large is refused with its size, and harms nothing', async () => {
        const large = new Uint8Array(rig.payloadBytesMax + 1)
        const refused = { code: 'message-too-large', retry: 'never' }
        await expect(bus.publish('t.a', large)).rejects.toMatchObject(refused)
        await expect(bus.request('q.x', large, { timeoutMs: 1_000 })).rejects.toMatchObject(refused)
        await using _ = await other.respond('q.large', async () => large, {
          queue: 'q',
          parallelMax: 1,
        })
        await expect(bus.request('q.large', bytes(''), { timeoutMs: 5_000 })).rejects.toMatchObject(
          refused,
        )
        await publish(1, 1)
      })

      test('the largest message passes', async () => {
        await using _ = await other.respond('q.echo', async (request) => request.bytes, {
          queue: 'q',
          parallelMax: 1,
        })
        const large = new Uint8Array(rig.payloadBytesMax).fill(7)
        const answer = await bus.request('q.echo', large, { timeoutMs: 5_000 })
        expect(Buffer.compare(answer, large)).toBe(0)
      })
    })

    describe('wakes', () => {
      test('reach who listens, and nobody else', async () => {
        const heard: string[] = []
        using _a = other.onWake('w.a', () => heard.push('a'))
        using _b = other.onWake('w.*', () => heard.push('b'))
        await vi.waitFor(() => {
          bus.wake('w.a')
          expect(heard).toEqual(expect.arrayContaining(['a', 'b']))
        }, 5_000)
        bus.wake('v.a')
        await pause(50)
        expect(heard.length % 2).toBe(0)
      })

      test('reach nobody who has left', async () => {
        let heard = 0
        const listening = other.onWake('w.b', () => {
          heard += 1
        })
        listening[Symbol.dispose]()
        bus.wake('w.b')
        await pause(50)
        expect(heard).toBe(0)
      })
    })

    test('what was sent does not change with the sender’s array', async () => {
      const sent = bytes('before')
      await bus.publish('t.a', sent)
      sent.fill(0)
      const got: Delivery[] = []
      await using _ = await other.subscribe(options(), async (delivery) => acked(got, delivery))
      await vi.waitFor(() => expect(got.map((each) => text(each.bytes))).toEqual(['before']), 5_000)
    })

    test('an outage is survived: subscriptions, responders and listeners go on', async () => {
      const { outage } = rig
      if (outage === undefined) {
        return // This bus is never away.
      }
      const got: Delivery[] = []
      let woken = 0
      await using _s = await other.subscribe(options(), async (delivery) => acked(got, delivery))
      await using _r = await other.respond('q.x', async () => bytes('here'), {
        queue: 'q',
        parallelMax: 1,
      })
      using _w = other.onWake('w.c', () => {
        woken += 1
      })
      await publish(1, 2)
      await outage.begin()
      await vi.waitFor(async () => {
        const asked = bus.request('q.x', bytes(''), { timeoutMs: 200 })
        await expect(asked).rejects.toMatchObject({ code: 'bus-unavailable', retry: 'later' })
      }, 10_000)
      await outage.end()
      await vi.waitFor(async () => {
        const answer = await bus.request('q.x', bytes(''), { timeoutMs: 500 })
        expect(text(answer)).toBe('here')
      }, 20_000)
      await vi.waitFor(async () => publish(3, 3), 20_000)
      await vi.waitFor(() => expect(got.map((each) => text(each.bytes))).toContain('3'), 30_000)
      expect(woken).toBeGreaterThan(0)
    }, 90_000)
  })
}

function slowly(into: Delivery[]): (delivery: Delivery) => Promise<void> {
  return async (delivery) => {
    await pause(5)
    acked(into, delivery)
  }
}

function acked(into: Delivery[], delivery: Delivery): void {
  into.push(delivery)
  delivery.ack()
}

function bytes(content: string): Uint8Array {
  return new TextEncoder().encode(content)
}

function text(content: Uint8Array): string {
  return new TextDecoder().decode(content)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
