import { event, ParkedResolution, streams, type AnyEvent, type Writer } from '@tidemark/contracts'
import { MemoryLedger } from '@tidemark/event-store'
import { OperatingError, systemClock, systemRandom, type Retry } from '@tidemark/kernel'
import { expect, test } from 'vitest'
import { silentLogger } from './logger.ts'
import { createMetrics } from './metrics.ts'
import { runReactor, type ReactorOptions } from './reactor.ts'
import { buildAppend, causeFrom } from './recorder.ts'
import { noSpans } from './spans.ts'
import { WakeHints } from './wake.ts'

class Refused extends OperatingError {
  readonly code: string = 'refused'
  readonly retry: Retry

  constructor(retry: Retry) {
    super('cannot do it')
    this.retry = retry
  }
}

/** A ledger with a reactor of the fetcher over pushes: what it handles is listed. */
function rig(): {
  readonly handled: string[]
  readonly push: (source: string) => Promise<bigint>
  readonly append: (writer: Writer, stream: string, event: AnyEvent) => Promise<bigint>
  readonly ledger: MemoryLedger
  readonly run: (
    step: (source: string) => Promise<void>,
    options?: Partial<ReactorOptions>,
  ) => AsyncDisposable
} {
  const ledger = new MemoryLedger({ clock: systemClock })
  const wake = new WakeHints(systemClock)
  ledger.onGrowth(wake.hint)
  const handled: string[] = []
  const versions = new Map<string, bigint>()
  const append = async (writer: Writer, stream: string, value: AnyEvent): Promise<bigint> => {
    const version = versions.get(stream) ?? 0n
    versions.set(stream, version + 1n)
    const cause = causeFrom(`${stream}/${version}`)
    const request = buildAppend({
      writer,
      build: 'test',
      events: [{ cause, stream, event: value, project: '', cluster: '' }],
      expected: new Map([[stream, version]]),
    })
    const { lastPosition } = await ledger.clientFor(writer, '_').store.append(request)
    return lastPosition
  }
  return {
    ledger,
    handled,
    append,
    push: (source) =>
      append('gateway', streams.push(source), event('PushReceived', { sourceId: source })),
    run: (step, options = {}) => {
      const { store, parking } = ledger.clientFor('fetcher', '_')
      const ending = new AbortController()
      const running = runReactor(
        {
          store,
          parking,
          wake,
          clock: systemClock,
          random: { ...systemRandom, fraction: () => 0 },
          log: silentLogger,
          metrics: createMetrics('test'),
          spans: noSpans,
        },
        {
          name: 'fetcher-0',
          writer: 'fetcher',
          concurrency: 4,
          keyOf: ({ event: { type, value } }) =>
            type === 'PushReceived' ? value.sourceId : undefined,
          steps: {
            PushReceived: async ({ event: { value } }) => {
              await step(value.sourceId)
              handled.push(value.sourceId)
            },
          },
          ...options,
        },
        ending.signal,
      )
      return {
        [Symbol.asyncDispose]: async () => {
          ending.abort()
          await running
        },
      }
    },
  }
}

const done = async (): Promise<void> => undefined

test('each event is handled once, in order per key', async () => {
  const { push, run, handled } = rig()
  const order: string[] = []
  for (const source of ['a', 'b', 'a', 'a']) await push(source)
  await using _ = run(async (source) => {
    order.push(source)
  })
  await expect.poll(() => handled.length).toBe(4)
  expect(order.filter((source) => source === 'a')).toHaveLength(3)
})

test('a reactor that starts again goes on behind what was done', async () => {
  const { push, run, handled } = rig()
  await push('a')
  await (async () => {
    await using _ = run(done)
    await expect.poll(() => handled.length).toBe(1)
  })()
  await push('b')
  await using _ = run(done)
  await expect.poll(() => handled).toEqual(['a', 'b'])
})

test('what was under way when it ended is done again', async () => {
  const { push, run, handled } = rig()
  await push('a')
  let begun = false
  await (async () => {
    await using _ = run(async () => {
      begun = true
      throw new Refused('later')
    })
    await expect.poll(() => begun).toBe(true)
  })()
  await using _ = run(done)
  await expect.poll(() => handled).toEqual(['a'])
})

test('a conflict is tried again at once, an outage too, and neither is parked', async () => {
  const { push, run, handled, ledger } = rig()
  const failures = [new Refused('now'), new Refused('later'), new Refused('now')]
  await push('a')
  await using _ = run(async () => {
    const failure = failures.shift()
    if (failure !== undefined) throw failure
  })
  await expect.poll(() => handled).toEqual(['a'])
  expect(await ledger.clientFor('fetcher', '_').parking.list('fetcher-0')).toEqual([])
})

test('one key that cannot go on does not hold up the others', async () => {
  const { push, run, handled } = rig()
  for (const source of ['bad', 'a', 'b', 'bad', 'c']) await push(source)
  await using _ = run(async (source) => {
    if (source === 'bad') throw new Refused('later')
  })
  await expect.poll(() => handled).toEqual(['a', 'b', 'c'])
})

test('what can never work is parked at the third try, and what follows of its key waits behind it', async () => {
  const { push, run, handled, ledger } = rig()
  let tries = 0
  const position = await push('bad')
  await push('bad')
  await push('good')
  await using _ = run(async (source) => {
    if (source !== 'bad') return
    tries += 1
    throw new TypeError('our own mistake')
  })
  await expect
    .poll(async () => (await ledger.clientFor('fetcher', '_').parking.list('fetcher-0'))[0]?.tries)
    .toBe(3)
  await expect.poll(() => handled).toEqual(['good'])
  expect(tries).toBe(3)
  const [parked] = await ledger.clientFor('fetcher', '_').parking.list('fetcher-0')
  expect(parked).toMatchObject({ position, key: 'bad', error: 'our own mistake' })
})

test.each([
  ['retry', ParkedResolution.PARKED_RESOLUTION_RETRY, ['bad', 'bad']],
  ['skip', ParkedResolution.PARKED_RESOLUTION_SKIP, ['bad']],
] as const)(
  'an operator may %s what is parked, and what waited behind it goes on',
  async (_word, resolution, wanted) => {
    const { push, run, handled, ledger, append } = rig()
    let isMended = false
    const position = await push('bad')
    await push('bad')
    await using _ = run(async () => {
      if (!isMended) throw new TypeError('our own mistake')
    })
    await expect
      .poll(
        async () => (await ledger.clientFor('fetcher', '_').parking.list('fetcher-0'))[0]?.tries,
      )
      .toBe(3)
    isMended = true
    await append(
      'gateway',
      streams.request('fetcher-0'),
      event('ParkedResolved', { reactor: 'fetcher-0', position, resolution, reason: 'mended' }),
    )
    await expect.poll(() => handled).toEqual(wanted)
    expect(await ledger.clientFor('fetcher', '_').parking.list('fetcher-0')).toEqual([])
  },
)
