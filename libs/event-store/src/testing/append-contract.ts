import { randomUUID } from 'node:crypto'
import { event, SCOPE_ALL, streams, type AppendRequest } from '@tidemark/contracts'
import { expect, test } from 'vitest'
import type { EventStore, LedgerClient } from '../event-store.ts'
import type { LedgerUnderTest } from './ledger-under-test.ts'
import { appendOf, newEvent, pushTo } from './new-event.ts'
import { logAfter, logEnd } from './read-all.ts'

type Open = () => LedgerUnderTest

/** What an append promises, on a store that other tests use too. */
export function appendContract(open: Open): void {
  const gateway = (): EventStore => open().clientFor('gateway').store

  test('an append gives the positions and the chain of what it stored', async () => {
    const source = randomUUID()
    const end = await logEnd(gateway())
    const receipt = await gateway().append(appendOf([pushTo(source, 'a'), pushTo(source, 'b')]))
    expect(receipt.firstPosition).toBe(end + 1n)
    expect(receipt.lastPosition).toBe(end + 2n)
    const stored = await logAfter(gateway(), end)
    expect(stored.map(({ version }) => version)).toEqual([1n, 2n])
    expect(Buffer.from(stored[1]?.chain ?? [])).toEqual(Buffer.from(receipt.chain))
  })

  test('what is read are the bytes that were appended, with the writer and a time', async () => {
    const source = randomUUID()
    const pushed = pushTo(source)
    await gateway().append(appendOf([pushed]))
    const [stored] = await gateway().readStream(pushed.stream, 0n)
    expect(stored).toMatchObject({ id: pushed.id, stream: pushed.stream, type: 'PushReceived' })
    expect(stored).toMatchObject({ schema: 1, version: 1n, writer: 'gateway' })
    expect(Buffer.from(stored?.body ?? [])).toEqual(Buffer.from(pushed.body))
    expect(Buffer.from(stored?.meta ?? [])).toEqual(Buffer.from(pushed.meta))
    expect(stored?.atUs).toBeGreaterThan(1_600_000_000_000_000n)
  })

  commandContract(open)
  versionContract(open)
  rightsContract(open)
  cursorContract(open)
}

function commandContract(open: Open): void {
  const gateway = (): EventStore => open().clientFor('gateway').store

  test('the same command again gives the same receipt and appends nothing', async () => {
    const request = appendOf([pushTo(randomUUID())])
    const first = await gateway().append(request)
    const second = await open().secondClientFor('gateway').store.append(request)
    expect(plain(second)).toEqual(plain(first))
    expect(await logEnd(gateway())).toBe(first.lastPosition)
  })

  test('the same command with other metadata is still the same command', async () => {
    const pushed = pushTo(randomUUID())
    const request = appendOf([pushed])
    const first = await gateway().append(request)
    const again = { ...request, events: [{ ...pushed, meta: new Uint8Array() }] }
    expect(plain(await gateway().append(again))).toEqual(plain(first))
  })

  test('a command id that comes with other content is refused', async () => {
    const request = appendOf([pushTo(randomUUID())])
    await gateway().append(request)
    const other = { ...request, events: [pushTo(randomUUID())] }
    await expect(gateway().append(other)).rejects.toMatchObject({ code: 'already-exists' })
  })

  test('one command from two callers at once has effect once', async () => {
    const request = appendOf([pushTo(randomUUID())])
    const receipts = await Promise.all([
      gateway().append(request),
      gateway().append(request),
      open().secondClientFor('gateway').store.append(request),
    ])
    expect(new Set(receipts.map(({ lastPosition }) => lastPosition)).size).toBe(1)
    expect(await gateway().readStream(request.events[0]?.stream ?? '', 0n)).toHaveLength(1)
  })

  test('an event id that another command has used is refused, and its neighbours are not', async () => {
    const used = pushTo(randomUUID())
    await gateway().append(appendOf([used]))
    const results = await Promise.allSettled([
      gateway().append(appendOf([pushTo(randomUUID())])),
      gateway().append(appendOf([used])),
      gateway().append(appendOf([pushTo(randomUUID())])),
    ])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(results[1]).toMatchObject({ reason: { code: 'invalid-append' } })
  })

  test('when the reply is lost, asking again gives the receipt of what was stored', async () => {
    const source = randomUUID()
    const request = appendOf([pushTo(source)])
    open().loseNextReply()
    await expect(gateway().append(request)).rejects.toMatchObject({
      code: 'ledger-unavailable',
      retry: 'later',
    })
    const receipt = await gateway().append(request)
    const stored = await gateway().readStream(streams.push(source), 0n)
    expect(stored.map(({ position }) => position)).toEqual([receipt.lastPosition])
  })

  test('when the commit fails, asking again stores it once', async () => {
    const source = randomUUID()
    const request = appendOf([pushTo(source)])
    open().failNextCommit()
    await expect(gateway().append(request)).rejects.toMatchObject({ code: 'ledger-unavailable' })
    expect(await gateway().readStream(streams.push(source), 0n)).toEqual([])
    await gateway().append(request)
    expect(await gateway().readStream(streams.push(source), 0n)).toHaveLength(1)
  })

  test('an append whose signal is aborted already is not made', async () => {
    const source = randomUUID()
    const request = appendOf([pushTo(source)])
    await expect(gateway().append(request, AbortSignal.abort())).rejects.toMatchObject({
      code: 'ledger-unavailable',
    })
    expect(await gateway().readStream(streams.push(source), 0n)).toEqual([])
  })
}

function versionContract(open: Open): void {
  const gateway = (): EventStore => open().clientFor('gateway').store

  test('an append on another version than the one that was read stores nothing', async () => {
    const [left, right] = [randomUUID(), randomUUID()]
    await gateway().append(appendOf([pushTo(left)]))
    const both = appendOf([pushTo(right), pushTo(left)], {
      expected: [
        { stream: streams.push(right), version: 0n },
        { stream: streams.push(left), version: 0n },
      ],
    })
    await expect(gateway().append(both)).rejects.toMatchObject({
      code: 'wrong-version',
      retry: 'now',
      stream: streams.push(left),
      actual: 1n,
    })
    expect(await gateway().readStream(streams.push(right), 0n)).toEqual([])
    const fresh = {
      ...both,
      expected: [
        { stream: streams.push(right), version: 0n },
        { stream: streams.push(left), version: 1n },
      ],
    }
    await gateway().append(fresh)
    expect(await gateway().readStream(streams.push(left), 0n)).toHaveLength(2)
  })

  test('a version may be expected of a stream that is not written to', async () => {
    const [read, written] = [randomUUID(), randomUUID()]
    const expected = [{ stream: streams.push(read), version: 1n }]
    await expect(gateway().append(appendOf([pushTo(written)], { expected }))).rejects.toMatchObject(
      { actual: 0n },
    )
    await gateway().append(appendOf([pushTo(read)]))
    await gateway().append(appendOf([pushTo(written)], { expected }))
  })

  test('of many who append on one version exactly one wins', async () => {
    const source = randomUUID()
    const expected = [{ stream: streams.push(source), version: 0n }]
    const results = await Promise.allSettled(
      Array.from({ length: 12 }, (_, index) =>
        (index % 2 === 0 ? gateway() : open().secondClientFor('gateway').store).append(
          appendOf([pushTo(source)], { expected }),
        ),
      ),
    )
    const lost = results.filter(({ status }) => status === 'rejected')
    expect(lost).toHaveLength(11)
    for (const result of lost)
      expect(result).toMatchObject({ reason: { code: 'wrong-version', actual: 1n } })
    expect(await gateway().readStream(streams.push(source), 0n)).toHaveLength(1)
  })
}

function rightsContract(open: Open): void {
  const gateway = (): EventStore => open().clientFor('gateway').store

  test("a writer may not write to another's family, nor a type that does not belong there", async () => {
    const request = appendOf([pushTo(randomUUID())])
    await refused(open().clientFor('fetcher'), request, 'not-allowed')
    const source = randomUUID()
    const declared = event('SourceDeclared', { sourceId: source })
    const misplaced = newEvent(streams.push(source), declared)
    await refused(open().clientFor('gateway'), appendOf([misplaced]), 'not-allowed')
    const unknown = { ...pushTo(source), stream: `elsewhere-${source}` }
    await refused(open().clientFor('gateway'), appendOf([unknown]), 'not-allowed')
    expect(await gateway().readStream(streams.push(source), 0n)).toEqual([])
  })

  test('a writer that is confined to a cluster writes only to what is of that cluster', async () => {
    const value = event('ApplyStarted', { applicationId: 'shop' })
    const here = newEvent(streams.deployment(randomUUID(), 'eu.west'), value)
    const there = newEvent(streams.deployment(randomUUID(), 'us.east'), value)
    const applier = open().clientFor('applier', 'eu~west')
    await refused(applier, appendOf([there]), 'not-allowed')
    await applier.store.append(appendOf([here]))
    const everywhere = open().clientFor('applier', SCOPE_ALL).store
    await everywhere.append(appendOf([there]))
    expect(await everywhere.readStream(there.stream, 0n)).toHaveLength(1)
  })

  test('an event above the limit is refused, naming its size and the way out', async () => {
    const source = randomUUID()
    const large = { ...pushTo(source), body: new Uint8Array(48 * 1024), meta: new Uint8Array(1) }
    const request = appendOf([large])
    await refused(open().clientFor('gateway'), request, 'invalid-append')
    await expect(gateway().append(request)).rejects.toThrow(
      /49153 bytes and 49152 is the most; put what is large into the blob store/u,
    )
    const largest = { ...large, meta: new Uint8Array() }
    await gateway().append(appendOf([largest]))
    const [stored] = await gateway().readStream(streams.push(source), 0n)
    expect(stored?.body).toHaveLength(48 * 1024)
  })

  test('a malformed append is refused', async () => {
    const client = open().clientFor('gateway')
    const pushed = pushTo(randomUUID())
    await refused(client, appendOf([pushed], { commandId: '' }), 'invalid-append')
    await refused(client, appendOf([pushed, pushed]), 'invalid-append')
    await refused(client, appendOf([{ ...pushed, id: 'one' }]), 'invalid-append')
    await refused(client, appendOf([{ ...pushed, schema: 0 }]), 'invalid-append')
    const twice = { stream: pushed.stream, version: 0n }
    await refused(client, appendOf([pushed], { expected: [twice, twice] }), 'invalid-append')
    expect(await gateway().readStream(pushed.stream, 0n)).toEqual([])
  })
}

function cursorContract(open: Open): void {
  const gateway = (): EventStore => open().clientFor('gateway').store

  test('a cursor and the effect of what was read move together, or not at all', async () => {
    const [name, source] = [cursorName(), randomUUID()]
    expect(await gateway().readCursor(name)).toBe(0n)
    const request = appendOf([pushTo(source)], { cursor: { name, from: 0n, to: 7n } })
    await gateway().append(request)
    expect(await gateway().readCursor(name)).toBe(7n)
    const late = appendOf([pushTo(source)], { cursor: { name, from: 0n, to: 9n } })
    await expect(gateway().append(late)).rejects.toMatchObject({ code: 'cursor-moved' })
    expect(await gateway().readCursor(name)).toBe(7n)
    expect(await gateway().readStream(streams.push(source), 0n)).toHaveLength(1)
    expect(plain(await gateway().append(request))).toMatchObject({
      lastPosition: expect.anything(),
    })
    expect(await gateway().readCursor(name)).toBe(7n)
  })

  test('a cursor moves alone where nothing follows from what was read', async () => {
    const name = cursorName()
    const end = await logEnd(gateway())
    const move = appendOf([], { commandId: '', cursor: { name, from: 0n, to: 3n } })
    const receipt = await gateway().append(move)
    expect(receipt).toMatchObject({ firstPosition: 0n, lastPosition: 0n })
    expect(await gateway().readCursor(name)).toBe(3n)
    await expect(gateway().append(move)).rejects.toMatchObject({ code: 'cursor-moved' })
    expect(await logEnd(gateway())).toBe(end)
  })

  test('a command that is known moves a cursor that still waits where it starts from', async () => {
    const name = cursorName()
    const first = appendOf([pushTo(randomUUID())])
    await gateway().append(first)
    await gateway().append({ ...first, cursor: { name, from: 0n, to: 5n } })
    expect(await gateway().readCursor(name)).toBe(5n)
  })

  test('of two copies of a reader only one moves the cursor from where both were', async () => {
    const [name, source] = [cursorName(), randomUUID()]
    const results = await Promise.allSettled(
      [gateway(), open().secondClientFor('gateway').store].map((store) =>
        store.append(appendOf([pushTo(source)], { cursor: { name, from: 0n, to: 4n } })),
      ),
    )
    expect(results.filter(({ status }) => status === 'rejected')).toMatchObject([
      { reason: { code: 'cursor-moved' } },
    ])
    expect(await gateway().readStream(streams.push(source), 0n)).toHaveLength(1)
  })

  // A store may believe what an append says of its streams, and take another way then.
  test('a copy of a reader that comes later moves no cursor, though its versions are right', async () => {
    const name = cursorName()
    const append = async (from: bigint): Promise<unknown> => {
      const pushed = pushTo(randomUUID())
      const expected = [{ stream: pushed.stream, version: 0n }]
      return await gateway().append(
        appendOf([pushed], { expected, cursor: { name, from, to: 9n } }),
      )
    }
    await append(0n)
    await expect(append(0n)).rejects.toMatchObject({ code: 'cursor-moved' })
    await append(9n)
  })

  test("another service's cursor may not be moved", async () => {
    const cursor = { name: 'releaser-0', from: 0n, to: 1n }
    await expect(gateway().append(appendOf([], { commandId: '', cursor }))).rejects.toMatchObject({
      code: 'not-allowed',
    })
  })
}

function refused(client: LedgerClient, request: AppendRequest, code: string): Promise<void> {
  return expect(client.store.append(request)).rejects.toMatchObject({ code, retry: 'never' })
}

function cursorName(): string {
  return `gateway-${randomUUID()}`
}

/** Hashes as plain values, whichever class of bytes the adapter gives. */
function plain(receipt: { readonly chain: Uint8Array }): object {
  return { ...receipt, chain: Buffer.from(receipt.chain).toString('hex') }
}
