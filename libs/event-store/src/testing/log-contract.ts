import { randomUUID } from 'node:crypto'
import { CHAIN_START, chainOf, leafOf, streams } from '@tidemark/contracts'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { EventStore } from '../event-store.ts'
import type { LedgerUnderTest } from './ledger-under-test.ts'
import { appendOf, pushTo } from './new-event.ts'
import { logAfter, logEnd } from './read-all.ts'

type Open = () => LedgerUnderTest

/** What reading the log promises. */
export function logContract(open: Open): void {
  const gateway = (): EventStore => open().clientFor('gateway').store

  test('many writers at once, some of them refused, leave a log without a gap', async () => {
    const end = await logEnd(gateway())
    const sources = Array.from({ length: 5 }, () => randomUUID())
    const results = await Promise.allSettled(
      Array.from({ length: 60 }, async (_, index) => {
        const store = index % 3 === 0 ? open().secondClientFor('gateway').store : gateway()
        const source = sources[index % sources.length] ?? ''
        const expected = index % 4 === 0 ? [{ stream: streams.push(source), version: 99n }] : []
        await store.append(appendOf([pushTo(source, 'a'), pushTo(source, 'b')], { expected }))
      }),
    )
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(45)
    const stored = await logAfter(gateway(), end)
    expect(stored.map(({ position }) => position)).toEqual(
      Array.from({ length: 90 }, (_, index) => end + BigInt(index) + 1n),
    )
    for (const source of sources) {
      const stream = await gateway().readStream(streams.push(source), 0n)
      expect(stream.map(({ version }) => version)).toEqual(stream.map((__, at) => BigInt(at + 1)))
    }
  })

  test('each leaf and each chain of the log can be computed again from what is read', async () => {
    let chain = CHAIN_START
    for (const stored of await logAfter(gateway(), 0n)) {
      const leaf = leafOf(stored)
      chain = chainOf(chain, leaf)
      expect(Buffer.from(stored.leaf).toString('hex')).toBe(Buffer.from(leaf).toString('hex'))
      expect(Buffer.from(stored.chain).toString('hex')).toBe(Buffer.from(chain).toString('hex'))
    }
  })

  test('a page has at most 512 KiB, and the pages together are the log', async () => {
    const source = randomUUID()
    const end = await logEnd(gateway())
    const large = (): ReturnType<typeof pushTo> => ({
      ...pushTo(source),
      body: new Uint8Array(40_000),
    })
    for (let round = 0; round < 2; round += 1)
      await gateway().append(appendOf(Array.from({ length: 15 }, large)))
    const first = await gateway().readLog(end)
    expect(first.events).toHaveLength(13)
    expect(first.head).toBe(end + 30n)
    expect(await logAfter(gateway(), end)).toHaveLength(30)
    expect(await gateway().readStream(streams.push(source), 0n)).toHaveLength(30)
    expect(await gateway().readStream(streams.push(source), 25n)).toHaveLength(5)
  })

  test('a stream that nobody wrote to is empty', async () => {
    expect(await gateway().readStream(streams.push(randomUUID()), 0n)).toEqual([])
  })

  modelContract(open)
}

/** One step of the model test: who writes how much to which stream, on which version. */
interface Step {
  readonly stream: number
  readonly events: number
  readonly version: 'any' | 'right' | 'wrong'
  readonly repeat: boolean
}

const STEPS = fc.array(
  fc.record<Step>({
    stream: fc.nat(2),
    events: fc.integer({ min: 1, max: 3 }),
    version: fc.constantFrom('any', 'right', 'wrong'),
    repeat: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
)

function modelContract(open: Open): void {
  test('a store behaves like a list', async () => {
    await fc.assert(
      fc.asyncProperty(STEPS, async (steps) => {
        const { store } = open().clientFor('gateway')
        const model = new Map<string, string[]>()
        const log: string[] = []
        const run = randomUUID()
        const end = await logEnd(store)
        for (const step of steps) await takeStep(store, step, { run, model, log })
        const stored = await logAfter(store, end)
        expect(stored.map(({ id }) => id)).toEqual(log)
        for (const [stream, ids] of model) {
          const read = await store.readStream(stream, 0n)
          expect(read.map(({ id }) => id)).toEqual(ids)
        }
      }),
      { numRuns: 25 },
    )
  })
}

interface Model {
  readonly run: string
  readonly model: Map<string, string[]>
  readonly log: string[]
}

async function takeStep(store: EventStore, step: Step, { run, model, log }: Model): Promise<void> {
  const source = `${run}-${step.stream}`
  const stream = streams.push(source)
  const held = model.get(stream) ?? []
  const right = BigInt(held.length)
  const version = step.version === 'right' ? right : right + 1n
  const events = Array.from({ length: step.events }, () => pushTo(source))
  const expected = step.version === 'any' ? [] : [{ stream, version }]
  const request = appendOf(events, { expected })
  const [result] = await Promise.allSettled([store.append(request)])
  const wrong = { status: 'rejected', reason: { code: 'wrong-version', actual: right } }
  expect(result).toMatchObject(step.version === 'wrong' ? wrong : { status: 'fulfilled' })
  if (step.version === 'wrong') return
  if (step.repeat) await store.append(request)
  const ids = events.map(({ id }) => id)
  model.set(stream, [...held, ...ids])
  log.push(...ids)
}
