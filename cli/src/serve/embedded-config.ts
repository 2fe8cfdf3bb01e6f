import type { EnvironmentProxies } from '@tidemark/git'
import { ConfigReader } from '@tidemark/service'
import { availableParallelism } from 'node:os'
import { environment } from '../config.ts'
import { readProxies, readRefuseForcePushes, readSnapshotEvents } from './platform-config.ts'

/** What the embedded form takes from the environment. */
export interface EmbeddedConfig {
  /** `OTEL_EXPORTER_OTLP_ENDPOINT`: where traces go. */
  readonly otlpUrl: string | undefined
  /** `TIDEMARK_RENDER_PROCESSES`: how many render side by side. */
  readonly renderChildren: number
  /** `TIDEMARK_SNAPSHOT_EVENTS`: how many events at least lie between two snapshots. */
  readonly snapshotEvents: number
  /** `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`. */
  readonly proxies: EnvironmentProxies
  /** `TIDEMARK_REFUSE_FORCE_PUSHES`. */
  readonly refuseForcePushes: readonly string[]
}

/** Reads the environment, once. */
export function embeddedConfig(): EmbeddedConfig {
  const env = new ConfigReader(environment())
  // One processor is left to the plane itself: a render that takes it away from there ends no push sooner.
  const processes = Math.max(1, Math.min(4, availableParallelism() - 1))
  return {
    otlpUrl: env.optional('OTEL_EXPORTER_OTLP_ENDPOINT'),
    renderChildren: env.number('TIDEMARK_RENDER_PROCESSES', processes, { min: 1, max: 64 }),
    snapshotEvents: readSnapshotEvents(env),
    proxies: readProxies(environment()),
    refuseForcePushes: readRefuseForcePushes(environment()),
  }
}
