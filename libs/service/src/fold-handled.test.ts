import { event, streams, type AnyEvent, type Writer } from '@tidemark/contracts'
import { MemoryLedger } from '@tidemark/event-store'
import { VirtualClock } from '@tidemark/kernel/testing'
import { expect, test } from 'vitest'
import { foldHandled, type FoldHandledOptions } from './fold-handled.ts'
import { buildAppend, causeFrom } from './recorder.ts'

const { signal } = new AbortController()

/** Pushes to two sources, a fetch of each, and the fetcher's cursor behind the first push. */
async function openLog(): Promise<
  (options?: Pick<FoldHandledOptions, 'families'>) => Promise<unknown>
> {
  const ledger = new MemoryLedger({ clock: new VirtualClock() })
  const append = async (writer: Writer, stream: string, appended: AnyEvent): Promise<void> => {
    const cause = causeFrom(stream)
    const events = [{ cause, stream, event: appended, project: '', cluster: '' }]
    const expected = new Map([[stream, 0n]])
    await ledger
      .clientFor(writer, '_')
      .store.append(buildAppend({ writer, build: '1', events, expected }))
  }
  for (const sourceId of ['a', 'b']) {
    await append('gateway', streams.push(sourceId), event('PushReceived', { sourceId }))
    await append('fetcher', streams.source(sourceId), event('RevisionFetched', { sourceId }))
  }
  const { store } = ledger.clientFor('fetcher', '_')
  const cursor = { name: 'fetcher-0', from: 0n, to: 1n }
  await store.append({ commandId: 'cursor', expected: [], events: [], epoch: undefined, cursor })
  return async (options = {}) => {
    const seen: string[] = []
    const { reader, last } = await foldHandled(
      store,
      { cursor: 'fetcher-0', writer: 'fetcher', ...options },
      ({ stream }) => seen.push(stream),
      signal,
    )
    return { seen, goesOnAt: reader.position, last: last?.position }
  }
}

test('what was handled is folded, and behind the cursor what the reader wrote itself', async () => {
  const fold = await openLog()
  const seen = [streams.push('a'), streams.source('a'), streams.source('b')]
  expect(await fold()).toEqual({ seen, goesOnAt: 1n, last: 1n })
})

test('a fold sees the families that it names, and the cursor counts all events', async () => {
  const fold = await openLog()
  const seen = [streams.source('a'), streams.source('b')]
  expect(await fold({ families: new Set(['source']) })).toEqual({ seen, goesOnAt: 1n, last: 1n })
  expect(await fold({ families: new Set(['push']) })).toMatchObject({ seen: [streams.push('a')] })
})
