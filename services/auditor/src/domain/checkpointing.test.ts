import { expect, test } from 'vitest'
import { isCheckpointDue } from './checkpointing.ts'

test('a second after something happened, a checkpoint is due', () => {
  expect(isCheckpointDue({ size: 5, signed: 3, news: 2, sinceMs: 1_000 })).toBe(true)
  expect(isCheckpointDue({ size: 5, signed: 3, news: 2, sinceMs: 999 })).toBe(false)
})

test('a thousand events do not wait for the second', () => {
  expect(isCheckpointDue({ size: 1_003, signed: 3, news: 1_000, sinceMs: 1 })).toBe(true)
})

test('a checkpoint is no reason for the next one', () => {
  expect(isCheckpointDue({ size: 4, signed: 3, news: 0, sinceMs: 60_000 })).toBe(false)
})
