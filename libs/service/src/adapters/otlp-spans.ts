import {
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type HrTime,
  type SpanContext,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes, type Resource } from '@opentelemetry/resources'
import { BatchSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace'
import type { SpanRecord, SpanSink } from '../spans.ts'
import { parseTraceparent, type TraceContext } from '../trace.ts'

const SEND_MS = 2_000 // What a backend has not taken by then is lost: nobody's end waits for it.
const SCOPE = { name: 'tidemark', version: '0.1.0' }

/**
 * Sends spans to an OpenTelemetry collector (OTLP over HTTP). Their ids are those that events carry, so a
 * trace in the backend and the ledger name the same things.
 *
 * @param url the collector's base address, `http://collector:4318`
 */
export function otlpSpans(url: string, service: string): SpanSink & AsyncDisposable {
  const traces = `${url.replace(/\/+$/u, '')}/v1/traces`
  const exporter = new OTLPTraceExporter({ url: traces, timeoutMillis: SEND_MS })
  const processor = new BatchSpanProcessor({ exporter, exportTimeoutMillis: SEND_MS })
  const resource = resourceFromAttributes({ 'service.name': `tidemark-${service}` })
  return {
    record: (span) => {
      const readable = toReadable(span, resource)
      if (readable !== undefined) processor.onEnd(readable)
    },
    [Symbol.asyncDispose]: () => processor.shutdown().catch(() => undefined),
  }
}

function toReadable(span: SpanRecord, resource: Resource): ReadableSpan | undefined {
  const context = toContext(span.context)
  if (context === undefined) return undefined
  const parent = span.parent === undefined ? undefined : toContext(span.parent)
  return {
    name: span.name,
    kind: SpanKind.INTERNAL,
    spanContext: () => context,
    ...(parent === undefined ? {} : { parentSpanContext: parent }),
    startTime: toHrTime(span.startMs),
    endTime: toHrTime(span.endMs),
    duration: toHrTime(span.endMs - span.startMs),
    status:
      span.error === undefined
        ? { code: SpanStatusCode.OK }
        : { code: SpanStatusCode.ERROR, message: span.error },
    attributes: { ...span.attributes },
    links: [],
    events: [],
    ended: true,
    resource,
    instrumentationScope: SCOPE,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  }
}

function toContext(trace: TraceContext): SpanContext | undefined {
  const parts = parseTraceparent(trace.traceparent)
  if (parts === undefined) return undefined
  return {
    traceId: parts.traceId,
    spanId: parts.spanId,
    traceFlags: parts.sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
  }
}

function toHrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000)
  return [seconds, Math.round((ms - seconds * 1000) * 1_000_000)]
}
