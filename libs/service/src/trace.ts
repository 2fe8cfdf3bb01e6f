import { createHash } from 'node:crypto'

/** A place in a W3C trace (Trace Context, Level 1), as an event keeps it. */
export interface TraceContext {
  readonly traceparent: string
  readonly tracestate: string
}

const FORM = /^00-(?<trace>[0-9a-f]{32})-(?<span>[0-9a-f]{16})-(?<flags>[0-9a-f]{2})$/u
const NO_TRACE = '0'.repeat(32)
const NO_SPAN = '0'.repeat(16)

export interface TraceParts {
  readonly traceId: string
  readonly spanId: string
  readonly sampled: boolean
}

/** Reads a `traceparent`; `undefined` where it is none, or names no trace. */
export function parseTraceparent(text: string): TraceParts | undefined {
  const { trace, span, flags } = FORM.exec(text)?.groups ?? {}
  if (trace === undefined || span === undefined || flags === undefined) return undefined
  if (trace === NO_TRACE || span === NO_SPAN) return undefined
  return { traceId: trace, spanId: span, sampled: (Number.parseInt(flags, 16) & 1) === 1 }
}

/** A trace that begins with `seed`: the same seed gives the same trace. */
export function beginTrace(seed: string): TraceContext {
  const digest = createHash('sha256').update(`trace/${seed}`).digest('hex')
  return { traceparent: `00-${digest.slice(0, 32)}-${digest.slice(32, 48)}-01`, tracestate: '' }
}

/**
 * The span of one step in the trace of its cause. Its id follows from `seed` (the id of the event that is
 * handled, and the step), so a step that runs again writes the same bytes.
 */
export function childTrace(parent: TraceContext, seed: string): TraceContext {
  const parts = parseTraceparent(parent.traceparent)
  if (parts === undefined) return beginTrace(seed)
  const span = createHash('sha256').update(`span/${parent.traceparent}/${seed}`).digest('hex')
  const flags = parts.sampled ? '01' : '00'
  return {
    traceparent: `00-${parts.traceId}-${span.slice(0, 16)}-${flags}`,
    tracestate: parent.tracestate,
  }
}
