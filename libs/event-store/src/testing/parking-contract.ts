import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Parking } from '../event-store.ts'
import type { LedgerUnderTest } from './ledger-under-test.ts'

type Open = () => LedgerUnderTest

/** What the table of events that could not be handled promises. */
export function parkingContract(open: Open): void {
  const parking = (): Parking => open().clientFor('releaser').parking
  test('an event is parked by its third failure', async () => {
    const reactor = `releaser-${randomUUID()}`
    expect(await parking().failed(failure(reactor, 7n))).toMatchObject({ tries: 1 })
    expect(await parking().failed(failure(reactor, 7n))).toMatchObject({ tries: 2 })
    expect(await parking().list(reactor)).toEqual([])
    const parked = await parking().failed(failure(reactor, 7n))
    expect(parked).toMatchObject({ ...failure(reactor, 7n), tries: 3 })
    expect(parked.atMs).toBeGreaterThan(1_600_000_000_000n)
    expect(await parking().list(reactor)).toEqual([parked])
    expect(await open().clientFor('gateway').parking.list(undefined)).toContainEqual(parked)
  })

  test('a parked event that is removed starts from nothing', async () => {
    const reactor = `releaser-${randomUUID()}`
    for (let tries = 0; tries < 3; tries += 1) await parking().failed(failure(reactor, 9n))
    await parking().remove(reactor, 9n)
    expect(await parking().list(reactor)).toEqual([])
    expect(await parking().failed(failure(reactor, 9n))).toMatchObject({ tries: 1 })
  })

  test('parked events come in the order of their positions', async () => {
    const reactor = `releaser-${randomUUID()}`
    for (const position of [30n, 4n, 200n])
      for (let tries = 0; tries < 3; tries += 1) await parking().failed(failure(reactor, position))
    const parked = await parking().list(reactor)
    expect(parked.map(({ position }) => position)).toEqual([4n, 30n, 200n])
  })

  test("another service's reactor may not be parked for", async () => {
    await expect(parking().failed(failure('applier', 1n))).rejects.toMatchObject({
      code: 'not-allowed',
    })
    await expect(parking().remove('applier', 1n)).rejects.toMatchObject({ code: 'not-allowed' })
  })
}

function failure(reactor: string, position: bigint): Parameters<Parking['failed']>[0] {
  return { reactor, position, key: 'shop', error: 'no such field' }
}
