import { event, streams, type AppendRequest, type StoredEvent } from '@tidemark/contracts'
import { MemoryLedger, type EventStore } from '@tidemark/event-store'
import { noCrashPoints } from '@tidemark/kernel'
import { VirtualClock } from '@tidemark/kernel/testing'
import * as fc from 'fast-check'
import { deserialize, serialize } from 'node:v8'
import { expect, test } from 'vitest'
import { foldHandled } from './fold-handled.ts'
import type { LogFields } from './logger.ts'
import { buildAppend, causeFrom } from './recorder.ts'
import { Snapshots } from './snapshots.ts'

const STREAM = streams.viewSnapshot('gateway')
const { signal } = new AbortController()

/** A ledger that pushes go into, and blobs that may be broken. */
class Rig {
  readonly ledger = new MemoryLedger({ clock: new VirtualClock() })
  readonly store: EventStore = this.ledger.clientFor('gateway', '_').store
  readonly kept = new Map<string, Uint8Array>()
  readonly said: string[] = []
  fails = false
  #pushes: number

  constructor(pushes = 0) {
    this.#pushes = pushes
  }

  async push(count = 1): Promise<void> {
    for (let index = 0; index < count; index += 1) {
      this.#pushes += 1
      const stream = streams.push(`source-${this.#pushes % 3}`)
      const pushed = event('PushReceived', { sourceId: stream, deliveryId: `${this.#pushes}` })
      const cause = causeFrom(`push ${this.#pushes}`)
      const events = [{ cause, stream, event: pushed, project: '', cluster: '' }]
      const parts = { writer: 'gateway', build: '1', events, expected: new Map() } as const
      await this.store.append({ ...buildAppend(parts), expected: [] })
    }
  }

  open({ code = 'this', eventsMin = 4 } = {}): Snapshots {
    const note = (message: string, fields: LogFields = {}): void => {
      const { error } = fields
      this.said.push(typeof error === 'string' ? `${message} ${error}` : message)
    }
    const log = { debug: note, info: note, warn: note, error: note }
    const blobs = {
      put: async (bytes: Uint8Array): Promise<string> => {
        if (this.fails) throw new Error('the disk is full')
        const name = `blob-${this.kept.size + 1}`
        this.kept.set(name, bytes.slice())
        return name
      },
      putAll: async () => [],
      get: async (name: string): Promise<Uint8Array> => {
        const bytes = this.kept.get(name)
        if (bytes === undefined) throw new Error(`there is no blob ${name}`)
        return bytes.slice()
      },
    }
    const around = { store: this.store, blobs, log, build: '1', crashPoints: noCrashPoints }
    const options = { reader: 'gateway', writer: 'gateway', stream: STREAM } as const
    return new Snapshots(around, { ...options, code, eventsMin })
  }

  /** Folds the whole log, from a snapshot where there is one, and keeps one where it is due. */
  async fold(options: Parameters<Rig['open']>[0] = {}): Promise<Folded> {
    await using snapshots = this.open(options)
    const from = await snapshots.load(signal)
    const state = mapOf(from?.state)
    const { last } = await foldHandled(
      this.atEnd(),
      { cursor: 'gateway', writer: 'gateway', from },
      ({ stored }) => {
        snapshots.seen(stored)
        foldInto(state, stored)
      },
      signal,
    )
    const seen = serialize(state)
    if (last !== undefined && snapshots.isDue) snapshots.keep(state, last)
    state.set('changed after it was kept', 1n)
    return { state: mapOf(deserialize(seen)), began: from?.position ?? 0n }
  }

  /** The store, as one sees it whose cursor is at the end of the log. */
  atEnd(): EventStore {
    return { ...this.store, readCursor: async () => (await this.ledger.head()).position }
  }
}

interface Folded {
  readonly state: ReadonlyMap<string, bigint>
  /** Where the fold began. */
  readonly began: bigint
}

function sizeOf(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size, 0)
}

function mapOf(state: unknown): Map<string, bigint> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- What this test has kept.
  return new Map(state as Map<string, bigint> | undefined)
}

/** Pushes by stream, and the last position. Snapshots are no part of it: there may be more or fewer. */
function foldInto(state: Map<string, bigint>, { stream, type, position }: StoredEvent): void {
  if (type !== 'PushReceived') return
  state.set(stream, (state.get(stream) ?? 0n) + 1n)
  state.set('last', position)
}

test('a fold from a snapshot is the fold from the start, wherever it was kept', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 8 }),
      fc.integer({ min: 1, max: 6 }),
      async (pushes, eventsMin) => {
        const rig = new Rig()
        for (const count of pushes) {
          await rig.push(count)
          const { state } = await rig.fold({ eventsMin })
          expect(state).toEqual((await rig.fold({ code: 'none', eventsMin: 1_000 })).state)
        }
      },
    ),
    { numRuns: 60 },
  )
})

test('a fold begins where its last snapshot ends', async () => {
  const rig = new Rig()
  await rig.push(5)
  expect((await rig.fold()).began).toBe(0n)
  await rig.push(2)
  expect((await rig.fold()).began).toBe(5n)
})

test('one is kept when enough has come since the last, and not before', async () => {
  const rig = new Rig()
  await rig.push(3)
  await rig.fold()
  expect(rig.kept.size).toBe(0)
  await rig.push(1)
  await rig.fold()
  await rig.push(2)
  await rig.fold()
  expect(rig.kept.size).toBe(1)
})

test('a large one is kept less often: all of them are a small part of the log', async () => {
  const rig = new Rig()
  for (let round = 0; round < 60; round += 1) {
    await rig.push(2)
    await rig.fold({ eventsMin: 1 })
  }
  const log = await rig.ledger.readPage(0n, 1_000)
  const logBytes = sizeOf(log.map(({ body, meta }) => body.length + meta.length))
  const keptBytes = sizeOf([...rig.kept.values()].map(({ length }) => length))
  expect(rig.kept.size).toBeGreaterThan(3)
  expect(keptBytes).toBeLessThan(logBytes / 3)
})

test('what other code has folded is left alone, and said so', async () => {
  const rig = new Rig()
  await rig.push(5)
  await rig.fold({ code: 'other' })
  expect((await rig.fold({ eventsMin: 1_000 })).began).toBe(0n)
  expect(rig.said.join('\n')).toContain('snapshots of other code are left alone')
})

test.each([
  ['that lost a byte', (bytes: Uint8Array) => bytes.subarray(0, -1)],
  ['that is empty', () => new Uint8Array()],
  ['in which a bit flipped', (bytes: Uint8Array) => bytes.with(bytes.length >> 1, 255)],
  ['that is gone', () => undefined],
])('a snapshot %s is left alone, and said so', async (_, breakIt) => {
  const rig = new Rig()
  await rig.push(9)
  const before = await rig.fold()
  const [name, bytes] = [...rig.kept][0] ?? ['', new Uint8Array()]
  const broken = breakIt(bytes)
  if (broken === undefined) rig.kept.delete(name)
  else rig.kept.set(name, broken)
  const after = await rig.fold({ eventsMin: 1_000 })
  expect(after.began).toBe(0n)
  expect(after.state).toEqual(before.state)
  expect(rig.said.filter((line) => line.startsWith('a snapshot is left alone'))).toHaveLength(1)
})

test('where the newest is broken, the one before it is used', async () => {
  const rig = new Rig()
  for (let round = 0; round < 2; round += 1) {
    await rig.push(30)
    await rig.fold()
  }
  expect(rig.kept.size).toBe(2)
  rig.kept.delete('blob-2')
  expect((await rig.fold()).began).toBe(30n)
})

test('a snapshot of another log is left alone', async () => {
  const [rig, other] = [new Rig(), new Rig(100)]
  await other.push(6)
  await other.fold()
  await rig.push(7)
  rig.kept.set('blob-1', other.kept.get('blob-1') ?? new Uint8Array())
  const told = (await other.ledger.readPage(0n, 100)).find(({ type }) => type === 'SnapshotKept')
  const events = told === undefined ? [] : [told]
  const request: AppendRequest = {
    commandId: 'x',
    expected: [],
    events,
    epoch: undefined,
    cursor: undefined,
  }
  await rig.store.append(request)
  expect((await rig.fold({ eventsMin: 1_000 })).began).toBe(0n)
  expect(rig.said.join('\n')).toContain('the log has another event at position 6')
})

test('one that is ahead of a cursor is not for its reader', async () => {
  const rig = new Rig()
  await rig.push(5)
  await rig.fold()
  await using snapshots = rig.open()
  expect(await snapshots.load(signal, 4n)).toBeUndefined()
  expect((await snapshots.load(signal, 5n))?.position).toBe(5n)
})

test('one that cannot be kept is told, and tried again when as much has come', async () => {
  const rig = new Rig()
  rig.fails = true
  await rig.push(5)
  await rig.fold()
  expect(rig.said.join('\n')).toContain('a snapshot was not kept Error: the disk is full')
  rig.fails = false
  await rig.push(1)
  await rig.fold()
  expect(rig.kept.size).toBe(1)
})

test('of two copies that keep one at once, one is told in the ledger', async () => {
  const rig = new Rig()
  await rig.push(5)
  await Promise.all([rig.fold(), rig.fold()])
  const log = await rig.ledger.readPage(0n, 100)
  expect(log.filter(({ type }) => type === 'SnapshotKept')).toHaveLength(1)
  expect(rig.said.join('\n')).toContain('another copy keeps a snapshot')
})
