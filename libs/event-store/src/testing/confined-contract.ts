import type { RawBlobs } from '@tidemark/blob-store'
import { event, record, streams, type AnyEvent } from '@tidemark/contracts'
import { expect, test } from 'vitest'
import type { LedgerClient } from '../event-store.ts'
import { LogReader } from '../reader/log-reader.ts'
import { appendOf, newEvent } from './new-event.ts'

/** A ledger that an applier of cluster `eu` may ask, over a bus that keeps it apart from that of `us`. */
export interface ConfinedUnderTest extends AsyncDisposable {
  readonly releaser: LedgerClient
  /** Confined to `eu`. */
  readonly applier: LedgerClient
  readonly blobs: RawBlobs
  /** Blobs as a service sees them that is confined to nothing. */
  readonly allBlobs: RawBlobs
  /** The same identity, asking in the name of an applier of `us`, and of one of all clusters. */
  readonly strangers: readonly LedgerClient[]
}

const NAMES = { eu: 'e'.repeat(64), us: 'a'.repeat(64), nobody: 'f'.repeat(64) } as const

/** What a service that is confined to one cluster may read. */
export function confinedContract(name: string, open: () => Promise<ConfinedUnderTest>): void {
  test(`${name}: a confined applier reads events of its cluster, and of others place and hashes`, async () => {
    await using given = await opened(open)
    const reader = new LogReader(given.applier.store, 0n)
    const events = await reader.next()
    expect(events.map(({ position }) => position)).toEqual([1n, 2n, 3n, 4n])
    expect(events.map(({ type }) => type)).toEqual(['ApplyRequested', '', '', 'ApplyRequested'])
    expect(events.map((stored) => record(stored)?.stream)).toEqual([
      streams.rollout('shop-eu'),
      undefined,
      undefined,
      streams.rollout('shop-eu'),
    ])
    const told = Buffer.concat(events.map(({ body, meta }) => Buffer.concat([body, meta])))
    expect(told.toString('latin1')).not.toContain('us')
    expect(told.toString('latin1')).not.toContain(NAMES.us)
  })

  test(`${name}: it reads the streams of its cluster, and no others`, async () => {
    await using given = await opened(open)
    const { store } = given.applier
    expect(await store.readStream(streams.rollout('shop-eu'), 0n)).toHaveLength(2)
    for (const stream of [streams.rollout('shop-us'), streams.intake('fleet')])
      await expect(store.readStream(stream, 0n)).rejects.toMatchObject({
        code: 'not-allowed',
        message: expect.stringContaining('applier is confined to cluster eu'),
      })
    expect(await store.readCursor('applier-eu')).toBe(0n)
    await expect(store.readCursor('applier-us')).rejects.toMatchObject({ code: 'not-allowed' })
  })

  test(`${name}: it takes no lease, moves no cursor and parks nothing of others`, async () => {
    await using given = await opened(open)
    const { leases, store, parking } = given.applier
    const lease = { holder: 'a', ttlMs: 1_000 }
    expect((await leases.acquire({ ...lease, resource: 'applier-eu' })).epoch).toBe(1n)
    const refused = { code: 'not-allowed' }
    await expect(leases.acquire({ ...lease, resource: 'applier-us' })).rejects.toMatchObject(
      refused,
    )
    const cursor = { name: 'applier-us', from: 0n, to: 1n }
    await expect(store.append(appendOf([], { cursor }))).rejects.toMatchObject(refused)
    const parked = { reactor: 'applier-us', position: 1n, key: 'k', error: 'e' }
    await expect(parking.failed(parked)).rejects.toMatchObject(refused)
  })

  test(`${name}: it reads blobs that an event of its cluster names, and no others`, async () => {
    await using given = await opened(open)
    const { blobs, allBlobs } = given
    await allBlobs.write(
      Object.values(NAMES).map((blob) => ({ name: blob, bytes: Buffer.from(blob) })),
    )
    expect(Buffer.from((await blobs.read(NAMES.eu)) ?? []).toString()).toBe(NAMES.eu)
    for (const blob of [NAMES.us, NAMES.nobody]) {
      expect(await blobs.read(blob)).toBeUndefined()
      expect(await blobs.has(blob)).toBe(false)
      expect(await allBlobs.has(blob)).toBe(true)
    }
  })

  test(`${name}: a blob is readable as soon as an event of the cluster names it`, async () => {
    await using given = await opened(open)
    const { blobs, allBlobs, releaser } = given
    await allBlobs.write([{ name: NAMES.nobody, bytes: Buffer.from('later') }])
    expect(await blobs.read(NAMES.nobody)).toBeUndefined()
    await releaser.store.append(appendOf([applyOn('eu', NAMES.nobody)]))
    expect(Buffer.from((await blobs.read(NAMES.nobody)) ?? []).toString()).toBe('later')
  })

  test(`${name}: it cannot ask in the name of another cluster, or of all`, async () => {
    await using given = await opened(open)
    for (const { store } of given.strangers)
      await expect(store.readLog(0n)).rejects.toMatchObject({
        cause: { code: 'subject-forbidden' },
      })
  })
}

async function opened(open: () => Promise<ConfinedUnderTest>): Promise<ConfinedUnderTest> {
  const given = await open()
  const { store } = given.releaser
  await store.append(appendOf([applyOn('eu', NAMES.eu), applyOn('us', NAMES.us)]))
  await store.append(appendOf([newEvent(streams.intake('fleet'), declared('fleet'))]))
  await store.append(appendOf([applyOn('eu', NAMES.eu)]))
  return given
}

function declared(sourceId: string): AnyEvent {
  return event('SourceDeclared', { sourceId })
}

function applyOn(cluster: string, manifestBlob: string): ReturnType<typeof newEvent> {
  const applicationId = `shop-${cluster}`
  const requested = event('ApplyRequested', { applicationId, cluster, manifestBlob })
  return newEvent(streams.rollout(applicationId), requested, { cluster })
}
