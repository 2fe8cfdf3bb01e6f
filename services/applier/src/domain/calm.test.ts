import { expect, test } from 'vitest'
import { Calm } from './calm.ts'

test('the first correction is at once', () => {
  expect(new Calm().waitMs('shop', 0)).toBe(0)
})

test('each correction after it waits twice as long, up to a minute', () => {
  const calm = new Calm()
  const waits = Array.from({ length: 9 }, () => {
    calm.corrected('shop', 0)
    return calm.waitMs('shop', 0)
  })
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000])
})

test('another application does not wait', () => {
  const calm = new Calm()
  calm.corrected('shop', 0)
  expect(calm.waitMs('mail', 0)).toBe(0)
})

test('five quiet minutes are forgotten', () => {
  const calm = new Calm()
  for (let index = 0; index < 5; index += 1) calm.corrected('shop', 0)
  expect(calm.waitMs('shop', 300_000)).toBe(0)
  calm.corrected('shop', 300_000)
  expect(calm.waitMs('shop', 300_000)).toBe(1_000)
})
