export { startAdminServer, type AdminServer } from './adapters/admin-server.ts'
export { codeOf } from './adapters/code-of.ts'
export { otlpSpans } from './adapters/otlp-spans.ts'
export { pinoLogger, type LogLevel } from './adapters/pino-logger.ts'
export { backoffMs } from './backoff.ts'
export { closestName } from './closest-name.ts'
export { ConfigError, ConfigReader, type Environment } from './config-reader.ts'
export type { Check } from './health.ts'
export { foldHandled } from './fold-handled.ts'
export { decodeValues, encodeValues, type SecretValues } from './input-values.ts'
export { KeyedQueue } from './keyed-queue.ts'
export { KnownInputs } from './known-inputs.ts'
export { whileHolding, type LeaseKeeperDeps } from './lease-keeper.ts'
export { silentLogger, type LogFields, type Logger } from './logger.ts'
export { createMetrics, type Metrics } from './metrics.ts'
export { runReactor, type ReactorDeps, type ReactorOptions } from './reactor.ts'
export {
  buildAppend,
  causeFrom,
  causeOf,
  type AppendParts,
  type Cause,
  type Intended,
} from './recorder.ts'
export { goOn, runService, runWithLease, type Role } from './run-service.ts'
export {
  SNAPSHOT_EVENTS,
  Snapshots,
  type FoldPlace,
  type KeptFold,
  type SnapshotsOptions,
} from './snapshots.ts'
export { noSpans, type SpanSink } from './spans.ts'
export { dispatch, type Step, type Steps } from './steps.ts'
export type { Blobs, RunningService, Surroundings } from './surroundings.ts'
export { requestAccepted, stepRan } from './telemetry.ts'
export { beginTrace, childTrace, parseTraceparent, type TraceContext } from './trace.ts'
export { WakeHints, type Wake } from './wake.ts'
