import { expect, test } from 'vitest'
import { KeyedQueue } from './keyed-queue.ts'

const later = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms)
  })

test('jobs of one key run one after another, in the order in which they came', async () => {
  const queue = new KeyedQueue(4)
  const order: number[] = []
  for (const [index, ms] of [5, 1, 3].entries())
    queue.push('a', async () => {
      await later(ms)
      order.push(index)
    })
  await queue.idle()
  expect(order).toEqual([0, 1, 2])
})

test('at most so many keys run at once', async () => {
  const queue = new KeyedQueue(2)
  let running = 0
  let most = 0
  for (const key of ['a', 'b', 'c', 'd', 'e'])
    queue.push(key, async () => {
      running += 1
      most = Math.max(most, running)
      await later(2)
      running -= 1
    })
  await queue.idle()
  expect(most).toBe(2)
})

test('a key with many jobs lets the others have their turn', async () => {
  const queue = new KeyedQueue(1)
  const order: string[] = []
  for (const key of ['a', 'a', 'a', 'b'])
    queue.push(key, async () => {
      order.push(key)
    })
  await queue.idle()
  expect(order.indexOf('b')).toBeLessThan(3)
})

test('a job that fails is told, and the queue goes on', async () => {
  const queue = new KeyedQueue(1)
  const failures: unknown[] = []
  queue.onFailure = (error) => failures.push(error)
  let isDone = false
  queue.push('a', () => Promise.reject(new Error('no')))
  queue.push('a', async () => {
    isDone = true
  })
  await queue.idle()
  expect(failures).toHaveLength(1)
  expect(isDone).toBe(true)
})

test('an empty queue is idle at once', async () => {
  await expect(new KeyedQueue(1).idle()).resolves.toBeUndefined()
})
