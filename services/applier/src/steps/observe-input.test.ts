import { event, streams, type ClusterInputRef, type StoredEvent } from '@tidemark/contracts'
import { MemoryLedger } from '@tidemark/event-store'
import { noCrashPoints } from '@tidemark/kernel'
import { VirtualClock } from '@tidemark/kernel/testing'
import { KnownInputs } from '@tidemark/service'
import { expect, test } from 'vitest'
import { observeInput, type SeenInput } from './observe-input.ts'

const ref: ClusterInputRef = { cluster: 'eu', kind: 'Secret', namespace: 'shop', name: 'git' }
const { signal } = new AbortController()

function found(values: Readonly<Record<string, string>>): SeenInput {
  const entries = Object.entries(values).map(([key, value]) => [key, Buffer.from(value)] as const)
  return { kind: 'found', values: new Map(entries) }
}

async function given(): Promise<{
  readonly see: (seen: SeenInput) => Promise<void>
  readonly ask: () => void
  readonly log: () => Promise<readonly StoredEvent[]>
}> {
  const ledger = new MemoryLedger({ clock: new VirtualClock() })
  const { store, leases } = ledger.clientFor('applier', 'eu')
  const { epoch } = await leases.acquire({ resource: 'applier-eu', holder: 'a', ttlMs: 60_000 })
  const inputs = new KnownInputs()
  let asked = 0n
  const blobs = {
    put: async (bytes: Uint8Array) => Buffer.from(bytes).toString('hex'),
    putAll: async () => [],
    get: async () => new Uint8Array(),
  }
  const surroundings = { store, blobs, build: '1', crashPoints: noCrashPoints }
  const deps = { surroundings, inputs, name: 'eu', project: 'default', epoch }
  const ask = (): void => {
    asked += 1n
    const requested = event('ClusterInputRequested', { input: ref })
    inputs.foldOwn({ stream: streams.query(ref), event: requested, version: asked })
  }
  ask()
  return {
    ask,
    see: (seen) => observeInput(deps, { ref, seen }, signal),
    log: async () =>
      (await ledger.readPage(0n, 100)).filter(({ type }) => type === 'ClusterInputObserved'),
  }
}

test('what is there is told once, until it is another one', async () => {
  const { see, log } = await given()
  await see(found({ password: 'one', username: 'ada' }))
  await see(found({ username: 'ada', password: 'one' }))
  expect(await log()).toHaveLength(1)
  await see(found({ password: 'two', username: 'ada' }))
  expect(await log()).toHaveLength(2)
})

test('an event has the names of the keys, and no value', async () => {
  const { see, log } = await given()
  await see(found({ password: 'hush-0123456789' }))
  const [observed] = await log()
  const text = Buffer.from(observed?.body ?? []).toString('latin1')
  expect(text).toContain('password')
  expect(text).not.toContain('hush-0123456789')
})

test('one that is deleted is told, and one that was never there', async () => {
  const { see, log } = await given()
  await see({ kind: 'absent' })
  await see({ kind: 'absent' })
  await see(found({ a: '1' }))
  await see({ kind: 'absent' })
  expect(await log()).toHaveLength(3)
})

test('a cluster that cannot be reached does not take back what was seen', async () => {
  const { see, log } = await given()
  await see({ kind: 'unreadable', message: 'refused' })
  await see(found({ a: '1' }))
  await see({ kind: 'unreadable', message: 'refused' })
  expect(await log()).toHaveLength(2)
})

test('whoever asks again is answered again', async () => {
  const { see, ask, log } = await given()
  await see(found({ a: '1' }))
  ask()
  await see(found({ a: '1' }))
  expect(await log()).toHaveLength(2)
})
