import { ActorKind, event, streams } from '@tidemark/contracts'
import { CommandReused, MemoryLedger } from '@tidemark/event-store'
import { noCrashPoints } from '@tidemark/kernel'
import { VirtualClock } from '@tidemark/kernel/testing'
import { noSpans } from '@tidemark/service'
import { expect, test } from 'vitest'
import { appendRequest, type Asked } from './append-request.ts'

const caller = { kind: ActorKind.ACTOR_KIND_PERSON, name: 'ada', issuer: '' }

function suspend(requestId: string, reason = 'a window'): Asked {
  const applicationId = 'shop'
  return {
    caller,
    requestId,
    stream: streams.request(applicationId),
    event: event('SuspendRequested', { requestId, applicationId, reason }),
    project: 'default',
    cluster: 'c',
  }
}

function given(): {
  readonly ask: (asked: Asked, build?: string) => Promise<bigint>
  readonly length: () => Promise<bigint>
} {
  const clock = new VirtualClock()
  const ledger = new MemoryLedger({ clock })
  const { store } = ledger.clientFor('gateway', '_')
  const around = { store, clock, crashPoints: noCrashPoints, spans: noSpans }
  return {
    ask: (asked, build = '1') => appendRequest({ ...around, build }, asked),
    length: async () => (await ledger.head()).position,
  }
}

test('a request that is repeated is one event, with the position that it had', async () => {
  const { ask, length } = given()
  expect(await ask(suspend('a'))).toBe(1n)
  expect(await ask(suspend('b'))).toBe(2n)
  expect(await ask(suspend('a'))).toBe(1n)
  expect(await length()).toBe(2n)
})

test('a request that is repeated to the next build of the gateway is one event too', async () => {
  const { ask, length } = given()
  await ask(suspend('a'), '1')
  expect(await ask(suspend('a'), '2')).toBe(1n)
  expect(await length()).toBe(1n)
})

test('requests that come at once do not stand in the way of one another', async () => {
  const { ask } = given()
  const asked = ['a', 'b', 'c', 'a'].map((requestId) => ask(suspend(requestId)))
  expect(new Set(await Promise.all(asked)).size).toBe(3)
})

test('another question under a request id that was used is refused', async () => {
  const { ask } = given()
  await ask(suspend('a'))
  await expect(ask(suspend('a', 'another window'))).rejects.toThrow(CommandReused)
})

test('a request that depends on what it read is refused where that has changed', async () => {
  const { ask } = given()
  await ask(suspend('a'))
  await expect(ask({ ...suspend('b'), expected: 0n })).rejects.toMatchObject({
    code: 'wrong-version',
  })
})
