import { event, streams } from '@tidemark/contracts'
import { expect, test } from 'vitest'
import { buildAppend, causeFrom, type AppendParts } from './recorder.ts'
import { beginTrace, childTrace, parseTraceparent } from './trace.ts'

const stream = streams.source('s')
const parts: AppendParts = {
  writer: 'fetcher',
  build: '1',
  events: [
    {
      cause: causeFrom('a push'),
      stream,
      event: event('FetchRecovered', { sourceId: 's', revision: 'main@sha1:a' }),
      project: 'p',
      cluster: '',
    },
  ],
  expected: new Map([[stream, 4n]]),
}

test('the same step on the same state gives the same bytes, and so the same command', () => {
  expect(buildAppend(parts)).toEqual(buildAppend(parts))
})

test('another version of the stream is another event and another command', () => {
  const later = buildAppend({ ...parts, expected: new Map([[stream, 5n]]) })
  expect(later.commandId).not.toBe(buildAppend(parts).commandId)
  expect(later.events[0]?.id).not.toBe(buildAppend(parts).events[0]?.id)
})

test('another cursor or epoch is another command', () => {
  const cursor = { name: 'fetcher-0', from: 1n, to: 2n }
  const ids = [
    buildAppend(parts).commandId,
    buildAppend({ ...parts, cursor }).commandId,
    buildAppend({ ...parts, epoch: { resource: 'r', epoch: 1n } }).commandId,
  ]
  expect(new Set(ids).size).toBe(3)
})

test('a child stays in the trace of its parent, with a span that follows from what it does', () => {
  const parent = beginTrace('push')
  const [child, again, other] = ['step', 'step', 'other'].map((seed) => childTrace(parent, seed))
  expect(child).toEqual(again)
  expect(child?.traceparent).not.toBe(other?.traceparent)
  expect(parseTraceparent(child?.traceparent ?? '')?.traceId).toBe(
    parseTraceparent(parent.traceparent)?.traceId,
  )
})

test.each([
  '',
  '00-abc-def-01',
  `00-${'0'.repeat(32)}-${'1'.repeat(16)}-01`,
  `00-${'1'.repeat(32)}-${'0'.repeat(16)}-01`,
])('"%s" is no trace', (text) => {
  expect(parseTraceparent(text)).toBeUndefined()
})
