import { VirtualClock } from '@tidemark/kernel/testing'
import { expect, test } from 'vitest'
import { CaughtUp } from './caught-up.ts'

test('who asks waits until what was there at the start has been read, and nobody after that', async () => {
  const caughtUp = new CaughtUp(new VirtualClock())
  const answered: string[] = []
  const asked = caughtUp.wait().then(() => answered.push('first'))
  caughtUp.reached(2_048n, 3_000n)
  await Promise.resolve()
  expect([caughtUp.problem, answered]).toEqual(['the log is read to 2048 of 3000', []])
  caughtUp.reached(3_000n, 3_000n)
  await asked
  expect([caughtUp.problem, answered]).toEqual([undefined, ['first']])
  caughtUp.reached(3_000n, 9_000n) // Reading began again after an outage: what is known stays known.
  await caughtUp.wait()
})

test('an empty log is known at once', async () => {
  const caughtUp = new CaughtUp(new VirtualClock())
  caughtUp.reached(0n, 0n)
  await caughtUp.wait()
  expect(caughtUp.problem).toBeUndefined()
})

test('who has waited for five seconds is told how far the log is read', async () => {
  const clock = new VirtualClock()
  const caughtUp = new CaughtUp(clock)
  caughtUp.reached(2_048n, 3_000n)
  const asked = caughtUp.wait()
  asked.catch(() => undefined)
  await clock.advance(5_000)
  await expect(asked).rejects.toThrow(
    'the gateway has just started, and the log is read to 2048 of 3000',
  )
})
