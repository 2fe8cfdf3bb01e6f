import type { StoredEvent } from '@tidemark/contracts'
import { expect, test } from 'vitest'
import { LogTail } from './log-tail.ts'

function stored(...positions: readonly bigint[]): readonly StoredEvent[] {
  return positions.map((position) => ({
    position,
    id: '',
    stream: 'render-a',
    version: position,
    type: 'Rendered',
    schema: 1,
    body: Buffer.alloc(100),
    meta: Buffer.alloc(0),
    writer: 'renderer',
    atUs: 0n,
    leaf: Buffer.alloc(32),
    chain: Buffer.alloc(32),
  }))
}

function after(tail: LogTail, position: bigint): readonly bigint[] | undefined {
  return tail.after(position)?.events.map((event) => event.position)
}

test('what was committed is read on from any position that is kept, up to the end of the log', () => {
  const tail = new LogTail()
  expect(after(tail, 0n)).toBeUndefined()
  tail.add(stored(4n, 5n))
  tail.add(stored(6n))
  expect(after(tail, 2n)).toBeUndefined()
  expect(after(tail, 3n)).toEqual([4n, 5n, 6n])
  expect(tail.after(5n)?.head).toBe(6n)
  expect(after(tail, 6n)).toEqual([])
  expect(after(tail, 7n)).toBeUndefined()
})

test('a commit that tells of itself too late is read from the tables', () => {
  const tail = new LogTail()
  tail.add(stored(4n))
  tail.add(stored(6n))
  tail.add(stored(5n))
  expect(after(tail, 3n)).toBeUndefined()
  expect(after(tail, 4n)).toBeUndefined()
  expect(after(tail, 5n)).toEqual([6n])
  expect(after(tail, 6n)).toEqual([])
})

test('the oldest go when it gets too large', () => {
  const tail = new LogTail(1_500)
  for (let position = 1n; position <= 20n; position += 1n) tail.add(stored(position))
  expect(after(tail, 19n)).toEqual([20n])
  expect(after(tail, 1n)).toBeUndefined()
})

test('where the end of the log is not known, nothing is answered', () => {
  const tail = new LogTail()
  tail.add(stored(1n))
  tail.forget()
  expect(after(tail, 1n)).toBeUndefined()
})
