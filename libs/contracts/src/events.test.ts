import { expect, test } from 'vitest'
import { bodyToJson, decodeBody, encodeBody, event, EVENT_NAMES, isEventName } from './events.ts'
import { Metadata } from './gen/tidemark/v1/metadata.ts'
import { record } from './recorded.ts'
import { FAMILIES } from './streams.ts'

test('an event is read back as it was written', () => {
  const pushed = event('PushReceived', { sourceId: 'shop', url: 'https://git.example/shop' })
  expect(decodeBody('PushReceived', encodeBody(pushed))).toEqual(pushed)
  expect(bodyToJson(pushed)).toEqual({ sourceId: 'shop', url: 'https://git.example/shop' })
})

test('a name that this build does not know is no event, and its bytes are left alone', () => {
  expect(isEventName('toString')).toBe(false)
  expect(decodeBody('PushRecalled', Uint8Array.of(1, 2, 3))).toBeUndefined()
})

test('bytes that are no message of their name are an error, not an event', () => {
  expect(() => decodeBody('PushReceived', Uint8Array.of(0x0a, 0xff))).toThrow(/EOF|varint|range/u)
})

test('a field that this build does not know is skipped', () => {
  const pushed = event('PushReceived', { sourceId: 'shop' })
  const later = Buffer.concat([encodeBody(pushed), Uint8Array.of(0xfa, 0x3f, 1, 7)])
  expect(decodeBody('PushReceived', later)).toEqual(pushed)
})

test('every event belongs to one family, but what several services each say in a family of their own', () => {
  const listed = Object.values(FAMILIES).flatMap(({ events }) => events)
  // A snapshot is kept by two readers; the fetcher and the releaser ask for what they want to know of a cluster.
  const twice = ['SnapshotKept', 'ClusterInputRequested', 'ClusterInputReleased']
  expect(listed.toSorted()).toEqual([...EVENT_NAMES, ...twice].toSorted())
})

test('a stored event is recorded with its metadata', () => {
  const stored = {
    position: 7n,
    id: '00112233-4455-8677-8899-aabbccddeeff',
    stream: 'push-shop',
    version: 1n,
    type: 'PushReceived',
    schema: 1,
    body: encodeBody(event('PushReceived', { sourceId: 'shop' })),
    meta: Metadata.encode(Metadata.fromPartial({ correlationId: 'one' })).finish(),
    writer: 'gateway',
    atUs: 1n,
    leaf: new Uint8Array(32),
    chain: new Uint8Array(32),
  }
  expect(record(stored)).toMatchObject({
    position: 7n,
    event: { type: 'PushReceived', value: { sourceId: 'shop' } },
    meta: { correlationId: 'one' },
  })
  expect(record({ ...stored, type: 'PushRecalled' })).toBeUndefined()
  expect(record(stored), 'the next service need not decode it again').toBe(record(stored))
})
