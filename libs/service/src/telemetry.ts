import type { Recorded, Writer } from '@tidemark/contracts'
import { causeOf, type Cause } from './recorder.ts'
import type { SpanSink } from './spans.ts'
import { childTrace } from './trace.ts'

/** When a piece of work ran, in milliseconds since 1970-01-01 UTC, and what went wrong with it. */
export interface Ran {
  readonly startMs: number
  readonly endMs: number
  readonly error?: string | undefined
}

/** A step that answered an event. Its span is the one that the events of the step carry. */
export function stepRan(spans: SpanSink, writer: Writer, recorded: Recorded, ran: Ran): void {
  const cause = causeOf(recorded)
  spans.record({
    name: `${writer} ${recorded.event.type}`,
    context: childTrace(cause.trace, `${writer}/${cause.id}`),
    parent: cause.trace,
    startMs: ran.startMs,
    endMs: ran.endMs,
    attributes: {
      'tidemark.stream': recorded.stream,
      'tidemark.position': String(recorded.position),
    },
    error: ran.error,
  })
}

/** A request from outside that became an event: the first span of what follows from it. */
export function requestAccepted(
  spans: SpanSink,
  { cause, name }: { readonly cause: Cause; readonly name: string },
  ran: Ran,
): void {
  spans.record({
    name: `gateway ${name}`,
    context: childTrace(cause.trace, `gateway/${cause.id}`),
    parent: cause.trace,
    startMs: ran.startMs,
    endMs: ran.endMs,
    attributes: {},
    error: ran.error,
  })
}
