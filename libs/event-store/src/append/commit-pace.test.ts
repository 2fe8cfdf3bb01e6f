import { VirtualClock } from '@tidemark/kernel/testing'
import { expect, test } from 'vitest'
import { CommitPace } from './commit-pace.ts'

test('a few commits wait for nothing; of many there is one each 40 ms', async () => {
  const clock = new VirtualClock()
  const pace = new CommitPace(clock)
  const begun = clock.monotonic()
  const turns: number[] = []
  const many = async (): Promise<void> => {
    for (let turn = 0; turn < 12; turn += 1) {
      await pace.turn()
      turns.push(clock.monotonic() - begun)
    }
  }
  const all = many()
  await clock.advance(1_000)
  await all
  expect(turns).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 40, 80, 120, 160])
})
