import {
  createMetrics,
  noSpans,
  otlpSpans,
  pinoLogger,
  startAdminServer,
  type AdminServer,
  type LogLevel,
  type RunningService,
} from '@tidemark/service'
import type { Common } from './start-services.ts'

export type Telemetry = Pick<Common, 'metrics' | 'spans' | 'logFor'>

/** Metrics, spans and logs of one process, in either form. Spans go to `otlpUrl`, or nowhere. */
export function openTelemetry(
  {
    name,
    otlpUrl,
    logLevel,
  }: {
    readonly name: string
    readonly otlpUrl: string | undefined
    readonly logLevel: LogLevel
  },
  stack: AsyncDisposableStack,
): Telemetry {
  return {
    metrics: createMetrics(name),
    spans: otlpUrl === undefined ? noSpans : stack.use(otlpSpans(otlpUrl, name)),
    logFor: (service) => pinoLogger(service, logLevel),
  }
}

/** `/livez`, `/readyz` and `/metrics` over the services of this process. */
export function startAdmin(
  services: readonly RunningService[],
  {
    host,
    port,
    metrics,
  }: { readonly host: string; readonly port: number; readonly metrics: Telemetry['metrics'] },
): Promise<AdminServer> {
  const checks = services.map((service) => ({ name: service.name, run: () => service.check() }))
  return startAdminServer({ host, port, checks, metrics })
}
