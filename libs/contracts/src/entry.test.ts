import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { CHAIN_START, chainOf, encodeEntry, leafOf, type Entry } from './entry.ts'

const entry: Entry = {
  position: 258n,
  id: '00112233-4455-8677-8899-aabbccddeeff',
  stream: 'push-é',
  version: 3n,
  type: 'PushReceived',
  schema: 1,
  body: Buffer.from('body'),
  meta: Buffer.from('meta'),
  writer: 'gateway',
  atUs: 1_700_000_000_000_001n,
}

function sha256(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

test('an entry is its fields in one order, with lengths before texts and hashes for bytes', () => {
  expect(Buffer.from(encodeEntry(entry)).toString('hex')).toBe(
    [
      '01',
      '0000000000000102',
      '00112233445586778899aabbccddeeff',
      `0007${Buffer.from('push-é').toString('hex')}`,
      '0000000000000003',
      `000c${Buffer.from('PushReceived').toString('hex')}`,
      '00000001',
      sha256('body'),
      sha256('meta'),
      `0007${Buffer.from('gateway').toString('hex')}`,
      '00060a24181e4001',
    ].join(''),
  )
})

test('a leaf is the hash of RFC 6962, and the chain goes over leaves', () => {
  const leaf = leafOf(entry)
  expect(Buffer.from(leaf).toString('hex')).toBe(sha256(Uint8Array.of(0), encodeEntry(entry)))
  const first = chainOf(CHAIN_START, leaf)
  expect(Buffer.from(first).toString('hex')).toBe(sha256(Uint8Array.of(2), Buffer.alloc(32), leaf))
})

test('each field changes the leaf', () => {
  const changes: readonly Partial<Entry>[] = [
    { position: 259n },
    { id: '00112233-4455-8677-8899-aabbccddeefe' },
    { stream: 'push-e' },
    { version: 4n },
    { type: 'PushReceive' },
    { schema: 2 },
    { body: Buffer.from('Body') },
    { meta: Buffer.from('Meta') },
    { writer: 'gatewaz' },
    { atUs: 1_700_000_000_000_002n },
  ]
  const leaves = changes.map((change) =>
    Buffer.from(leafOf({ ...entry, ...change })).toString('hex'),
  )
  expect(new Set([...leaves, Buffer.from(leafOf(entry)).toString('hex')]).size).toBe(11)
})

test('a byte that moves from one text to the next changes the leaf', () => {
  const left = leafOf({ ...entry, type: 'ab', writer: 'c' })
  const right = leafOf({ ...entry, type: 'a', writer: 'bc' })
  expect(Buffer.compare(left, right)).not.toBe(0)
})
