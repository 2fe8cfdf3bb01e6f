import type { TraceContext } from './trace.ts'

/** One finished piece of work, for a tracing backend. */
export interface SpanRecord {
  readonly name: string
  /** The span itself: its id is the one that events carry. */
  readonly context: TraceContext
  readonly parent: TraceContext | undefined
  /** Milliseconds since 1970-01-01 UTC. */
  readonly startMs: number
  readonly endMs: number
  readonly attributes: Readonly<Record<string, string | number | boolean>>
  readonly error: string | undefined
}

/** Where finished spans go. Recording MUST NOT block or throw. */
export interface SpanSink {
  record(span: SpanRecord): void
}

/** Where no tracing backend is configured. */
export const noSpans: SpanSink = { record: () => undefined }
