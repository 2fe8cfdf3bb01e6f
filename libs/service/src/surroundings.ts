import type { EventStore, Leases, Parking } from '@tidemark/event-store'
import type { Clock, CrashPoints, Random } from '@tidemark/kernel'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'
import type { SpanSink } from './spans.ts'
import type { Wake } from './wake.ts'

/** Bytes under names that follow from them. What a service needs of the blob store. */
export interface Blobs {
  put(bytes: Uint8Array, signal?: AbortSignal): Promise<string>
  /** The same for several, faster. Their names in order. */
  putAll(blobs: readonly Uint8Array[]): Promise<readonly string[]>
  get(name: string, signal?: AbortSignal): Promise<Uint8Array>
}

/** What every service is given by its composition root. */
export interface Surroundings {
  readonly store: EventStore
  readonly leases: Leases
  readonly parking: Parking
  readonly blobs: Blobs
  readonly wake: Wake
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly metrics: Metrics
  readonly spans: SpanSink
  readonly crashPoints: CrashPoints
  /** Version of this build, kept with each event. */
  readonly build: string
  /** Names this process among its copies. */
  readonly holder: string
}

/** Work that goes on until it is disposed: disposing drains it. */
export interface RunningService extends AsyncDisposable {
  readonly name: string
  /** What is wrong now; `undefined` where it can do its work. */
  check(): Promise<string | undefined>
  /** Ends when the service has stopped; rejects where it stopped by itself. */
  readonly stopped: Promise<void>
}
