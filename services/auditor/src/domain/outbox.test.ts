import type { AnyEvent } from '@tidemark/contracts'
import { expect, test } from 'vitest'
import {
  decideEnd,
  decideQueue,
  emptyOutbox,
  evolveOutbox,
  PENDING_MAX,
  type Outbox,
} from './outbox.ts'

const wish = {
  alertId: 'one_flux-system_alert_all',
  providerId: 'one_flux-system_provider_hook',
  aboutPosition: 7n,
  eventJson: new Uint8Array([123, 125]),
  key: 'a',
  commit: '',
  atUs: 1_000_000n,
}
const MINUTE_US = 60_000_000n

function given(state: Outbox, events: readonly AnyEvent[], atUs = 1_000_000n): Outbox {
  return events.reduce(
    (known, event) => evolveOutbox(known, event, { version: known.version + 1n, atUs }),
    state,
  )
}

const queuedOne = given(emptyOutbox, decideQueue(emptyOutbox, wish))

test('what is queued is pending until it is sent, and has one end', () => {
  expect([...queuedOne.pending.keys()]).toEqual([1n])
  const sent = decideEnd(queuedOne, { sequence: 1n, tries: 1, ended: { kind: 'sent' } })
  expect(sent.map(({ type }) => type)).toEqual(['NotificationSent'])
  const state = given(queuedOne, sent)
  expect(state.pending.size).toBe(0)
  expect(decideEnd(state, { sequence: 1n, tries: 2, ended: { kind: 'sent' } })).toEqual([])
})

test('the same is dropped for five minutes, and another is not', () => {
  expect(decideQueue(queuedOne, { ...wish, atUs: wish.atUs + 4n * MINUTE_US })).toEqual([])
  expect(decideQueue(queuedOne, { ...wish, key: 'b' })).toHaveLength(1)
  expect(decideQueue(queuedOne, { ...wish, atUs: wish.atUs + 5n * MINUTE_US })).toHaveLength(1)
})

function failed(code: string): Parameters<typeof decideEnd>[1] {
  return { sequence: 1n, tries: 1, ended: { kind: 'failed', code, message: 'why' } }
}

test('a failure is told once for each code, and when it is final', () => {
  const first = given(queuedOne, decideEnd(queuedOne, failed('A')))
  expect(first.pending.get(1n)?.failing).toBe('A')
  expect(decideEnd(first, failed('A'))).toEqual([])
  expect(decideEnd(first, failed('B'))).toHaveLength(1)
  const ended = { kind: 'given up', code: 'A', message: 'why' } as const
  const final = decideEnd(first, { sequence: 1n, tries: 3, ended })
  expect(final.map(({ value }) => 'final' in value && value.final)).toEqual([true])
  expect(given(first, final).pending.size).toBe(0)
})

test('where too many wait, the oldest ends and says so', () => {
  let state = emptyOutbox
  for (let count = 0; count < PENDING_MAX; count += 1)
    state = given(state, decideQueue(state, { ...wish, key: String(count) }))
  const decided = decideQueue(state, { ...wish, key: 'one more' })
  expect(decided.map(({ type }) => type)).toEqual(['NotificationFailed', 'NotificationQueued'])
  expect(decided[0]?.value).toMatchObject({ sequence: 1n, code: 'OUTBOX_FULL', final: true })
  const after = given(state, decided)
  expect(after.pending.size).toBe(PENDING_MAX)
  expect([...after.pending.keys()][0]).toBe(2n)
})

test('an event that is read back changes nothing', () => {
  const [event] = decideQueue(emptyOutbox, wish)
  if (event === undefined) throw new Error('nothing was queued')
  expect(evolveOutbox(queuedOne, event, { version: 1n, atUs: 5n })).toBe(queuedOne)
})
