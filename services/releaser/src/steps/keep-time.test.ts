import { expect, test } from 'vitest'
import { emptyApplication } from '../domain/application.ts'
import { nextDueMs } from './keep-time.ts'

const DAY_MS = 86_400_000

function suspendedUntil(untilMs: number): ReturnType<typeof emptyApplication> {
  return { ...emptyApplication('shop'), suspended: { untilMs: BigInt(untilMs) } }
}

test('a suspension of two months is looked at within a span that timers have', () => {
  expect(nextDueMs([suspendedUntil(60 * DAY_MS)], 0)).toBe(3_600_000)
  expect(nextDueMs([suspendedUntil(60 * DAY_MS), suspendedUntil(5_000)], 0)).toBe(5_000)
})

test('nothing is due where nothing has a time', () => {
  expect(nextDueMs([emptyApplication('shop')], 0)).toBeUndefined()
})
