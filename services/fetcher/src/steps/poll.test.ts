import { event, streams, type AnyEvent } from '@tidemark/contracts'
import { seededRandom, VirtualClock } from '@tidemark/kernel/testing'
import { expect, test } from 'vitest'
import { KnownSources } from './known-sources.ts'
import { pollSources } from './poll.ts'

const HOUR = 3_600_000
const declared = event('SourceDeclared', {
  sourceId: 'a',
  intervalMs: BigInt(HOUR),
  object: { cluster: 'c', apiVersion: 'v1', kind: 'GitRepository', namespace: 'n', name: 'a' },
})
const fetched = event('RevisionFetched', { sourceId: 'a', revision: 'main@sha1:1', sequence: 1n })
const failed = event('FetchFailed', { sourceId: 'a', code: 'X', message: 'x', failures: 1n })

/** A source that is polled on a clock of its own, from what was known at the start. */
function polled(...before: readonly AnyEvent[]): {
  readonly clock: VirtualClock
  readonly looks: number[]
  readonly fold: (event: AnyEvent) => void
  readonly end: () => void
} {
  const clock = new VirtualClock(0)
  const sources = new KnownSources()
  let version = 0n
  const fold = (folded: AnyEvent): void => {
    const stream = folded.type === 'SourceDeclared' ? streams.intake('a') : streams.source('a')
    version += 1n
    sources.fold(stream, version, folded)
  }
  for (const known of before) fold(known)
  const looks: number[] = []
  const ending = new AbortController()
  const deps = { sources, clock, random: seededRandom(7), look: () => looks.push(clock.now()) }
  void pollSources(deps, ending.signal)
  return { clock, looks, fold, end: () => ending.abort() }
}

test('a source that was fetched before the start is looked at when it begins', async () => {
  const { clock, looks, end } = polled(declared, fetched)
  await clock.advance(5_000)
  end()
  expect(looks).toEqual([0])
})

test('a source that was never fetched is left to the step that its declaration wakes', async () => {
  const { clock, looks, end } = polled(declared)
  await clock.advance(5_000)
  end()
  expect(looks).toEqual([])
})

test('a source is looked at once in its interval', async () => {
  const { clock, looks, end } = polled(declared, fetched)
  await clock.advance(3 * HOUR)
  end()
  expect(looks.length).toBeGreaterThanOrEqual(3)
  expect(looks.length).toBeLessThanOrEqual(4)
})

test('a source that begins to fail is looked at again in seconds, and less often each time', async () => {
  const { clock, looks, fold, end } = polled(declared, fetched)
  await clock.advance(2_000)
  fold(failed)
  await clock.advance(60_000)
  end()
  const waits = looks.slice(1).map((at, index) => at - (looks[index] ?? 0))
  expect(looks.length).toBeGreaterThan(4)
  expect(waits.slice(1)).toEqual(waits.slice(1).toSorted((left, right) => left - right))
})
