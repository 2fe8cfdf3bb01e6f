import { randomUUID } from 'node:crypto'
import { event, LeaseTaken, streams, type LeaseEpoch, type NewEvent } from '@tidemark/contracts'
import { expect, test } from 'vitest'
import type { LeaseWish, Leases } from '../event-store.ts'
import type { LedgerUnderTest } from './ledger-under-test.ts'
import { appendOf, newEvent } from './new-event.ts'

type Open = () => LedgerUnderTest
const TTL_MS = 400
const LONG_MS = 60_000

/** What leases promise, and appends under them. */
export function leaseContract(open: Open): void {
  const leases = (): Leases => open().clientFor('applier').leases
  test('a free lease is taken, and nobody else gets it until its time is over', async () => {
    const resource = fresh()
    const granted = await leases().acquire(wish(resource, 'a', TTL_MS))
    expect(granted).toMatchObject({ epoch: 1n, holder: 'a' })
    expect(granted.remainingMs).toBeGreaterThan(0n)
    expect(granted.remainingMs).toBeLessThanOrEqual(BigInt(TTL_MS))
    const other = await open().secondClientFor('applier').leases.acquire(wish(resource, 'b'))
    expect(other).toMatchObject({ epoch: 0n, holder: 'a' })
    await open().passTime(TTL_MS + 1)
    expect(await leases().acquire(wish(resource, 'b'))).toMatchObject({ epoch: 2n, holder: 'b' })
    expect(await leases().acquire(wish(resource, 'a'))).toMatchObject({ epoch: 0n, holder: 'b' })
  })

  test('renewing keeps the epoch, also a moment too late, where nobody took the lease', async () => {
    const resource = fresh()
    await leases().acquire(wish(resource, 'a', TTL_MS))
    await open().passTime(TTL_MS + 1)
    expect(await leases().acquire(wish(resource, 'a'))).toMatchObject({ epoch: 1n, holder: 'a' })
  })

  test('a released lease is free at once, and the next holder has the next epoch', async () => {
    const resource = fresh()
    await leases().acquire(wish(resource, 'a'))
    await leases().release({ resource, holder: 'b' })
    expect(await leases().acquire(wish(resource, 'b'))).toMatchObject({ epoch: 0n })
    await leases().release({ resource, holder: 'a' })
    expect(await leases().acquire(wish(resource, 'b'))).toMatchObject({ epoch: 2n, holder: 'b' })
  })

  test('taking a lease is an event, renewing it is none', async () => {
    const resource = fresh()
    await leases().acquire(wish(resource, 'a'))
    await leases().acquire(wish(resource, 'a'))
    await leases().release({ resource, holder: 'a' })
    await leases().acquire(wish(resource, 'b'))
    const stored = await open().clientFor('applier').store.readStream(streams.lease(resource), 0n)
    expect(stored.map(({ body }) => LeaseTaken.decode(body))).toEqual([
      { resource, holder: 'a', epoch: 1n },
      { resource, holder: 'b', epoch: 2n },
    ])
    expect(stored.map(({ writer }) => writer)).toEqual(['ledger', 'ledger'])
  })

  test('of many who want a lease exactly one has it', async () => {
    const resource = fresh()
    const grants = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        (index % 2 === 0 ? leases() : open().secondClientFor('applier').leases).acquire(
          wish(resource, `holder-${index}`),
        ),
      ),
    )
    expect(grants.filter(({ epoch }) => epoch === 1n)).toHaveLength(1)
    expect(grants.filter(({ epoch }) => epoch === 0n)).toHaveLength(7)
  })

  // A store may believe what an append says of its streams, and take another way then.
  test.each(['with', 'without'])(
    'an append %s an expected version under an epoch that has ended is refused',
    async (expecting) => {
      const resource = fresh()
      const { epoch } = await leases().acquire(wish(resource, 'a'))
      const { store } = open().clientFor('applier')
      const append = async (under: LeaseEpoch): Promise<unknown> => {
        const events = [started()]
        const expected = events.map(({ stream }) => ({ stream, version: 0n }))
        const more = expecting === 'with' ? { epoch: under, expected } : { epoch: under }
        return await store.append(appendOf(events, more))
      }
      await append({ resource, epoch })
      await leases().release({ resource, holder: 'a' })
      await leases().acquire(wish(resource, 'b'))
      await expect(append({ resource, epoch })).rejects.toMatchObject({ code: 'stale-epoch' })
      await append({ resource, epoch: epoch + 1n })
      await expect(append({ resource: fresh(), epoch: 1n })).rejects.toMatchObject({
        code: 'stale-epoch',
      })
    },
  )

  test('a lease that is not the writer’s, lasts for ever or has no holder is refused', async () => {
    await expect(leases().acquire(wish('releaser-0', 'a'))).rejects.toMatchObject({
      code: 'not-allowed',
    })
    await expect(leases().acquire(wish(fresh(), 'a', 1e9))).rejects.toMatchObject({
      code: 'invalid-append',
    })
    await expect(leases().acquire(wish(fresh(), ''))).rejects.toMatchObject({
      code: 'invalid-append',
    })
    const confined = open().clientFor('applier', 'eu').leases
    await expect(confined.acquire(wish('applier-us', 'a'))).rejects.toMatchObject({
      code: 'not-allowed',
    })
  })
}

function wish(resource: string, holder: string, ttlMs = LONG_MS): LeaseWish {
  return { resource, holder, ttlMs }
}

function fresh(): string {
  return `applier-${randomUUID()}`
}

function started(): NewEvent {
  return newEvent(streams.deployment(randomUUID(), 'eu'), event('ApplyStarted', {}))
}
