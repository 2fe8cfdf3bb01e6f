import { CHAIN_START, chainOf, event, leafOf, streams, type StoredEvent } from '@tidemark/contracts'
import { LogForked } from '@tidemark/event-store'
import { openTiledTree } from '@tidemark/merkle'
import { buildAppend, causeFrom } from '@tidemark/service'
import { expect, test } from 'vitest'
import { memoryStorage } from '../adapters/memory-storage.ts'
import { growTree, sealEntry } from './seal-entry.ts'

const stream = streams.source('s')
const { events } = buildAppend({
  writer: 'fetcher',
  build: '1',
  events: [
    {
      cause: causeFrom('a test'),
      stream,
      event: event('FetchRecovered', { sourceId: 's', revision: 'main@sha1:a' }),
      project: '',
      cluster: '',
    },
  ],
  expected: new Map([[stream, 0n]]),
})
const [built] = events
if (built === undefined) throw new Error('nothing was built')
const none = new Uint8Array(32)
const bare: StoredEvent = {
  ...built,
  version: 1n,
  position: 1n,
  atUs: 1n,
  writer: 'fetcher',
  leaf: none,
  chain: none,
}
const leaf = leafOf(bare)
const stored: StoredEvent = { ...bare, leaf, chain: chainOf(CHAIN_START, leaf) }

test('an event that is what was hashed is sealed', () => {
  expect(sealEntry(stored, CHAIN_START)).toEqual({ position: 1n, leaf, chain: stored.chain })
})

test('one flipped bit, anywhere in the bytes, is refused', () => {
  for (const part of ['body', 'meta', 'leaf', 'chain'] as const)
    for (const at of [0, stored[part].length - 1]) {
      const bytes = Uint8Array.from(stored[part])
      bytes[at] = (bytes[at] ?? 0) ^ 1
      expect(() => sealEntry({ ...stored, [part]: bytes }, CHAIN_START)).toThrow(LogForked)
    }
})

test('an event at another place than it was hashed for is refused', () => {
  expect(() => sealEntry({ ...stored, position: 2n }, CHAIN_START)).toThrow(LogForked)
  expect(() => sealEntry({ ...stored, stream: streams.source('t') }, CHAIN_START)).toThrow(
    LogForked,
  )
  expect(() => sealEntry(stored, stored.chain)).toThrow(LogForked)
})

test('a leaf is added once, in its place', async () => {
  const tree = await openTiledTree(memoryStorage().tiles, 0)
  const seal = sealEntry(stored, CHAIN_START)
  await growTree(tree, [seal])
  await expect(growTree(tree, [seal])).rejects.toThrow('the tree has 1 leaves')
  expect(tree.size).toBe(1)
})
