import { createServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { otlpSpans } from './otlp-spans.ts'

test('a tracing backend that never answers holds the end of a process up for three seconds at most', async () => {
  const silent = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => {
    silent.once('listening', resolve)
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- It listens on TCP.
  const { port } = silent.address() as AddressInfo
  const spans = otlpSpans(`http://127.0.0.1:${port}`, 'test')
  for (let at = 0; at < 2_000; at += 1)
    spans.record({
      name: 'a step',
      context: {
        traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
        tracestate: '',
      },
      parent: undefined,
      startMs: at,
      endMs: at + 1,
      attributes: {},
      error: undefined,
    })
  const began = performance.now()
  await spans[Symbol.asyncDispose]()
  expect(performance.now() - began).toBeLessThan(4_000)
  silent.close()
}, 60_000)
