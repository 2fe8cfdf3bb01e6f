import { Counter, Gauge, Histogram, Registry } from 'prom-client'

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

/** What a service counts. Labels are few and bounded: ids go to logs and spans. */
export interface Metrics {
  readonly registry: Registry
  /** Steps that ended, by step and outcome: `done`, `retry`, `parked`. */
  stepEnded(step: string, outcome: 'done' | 'retry' | 'parked', seconds: number): void
  /** How far a reader is behind the head of the log, in events. */
  lag(reader: string, events: number): void
  /** Whether this process holds a lease. */
  leaseHeld(resource: string, held: 0 | 1): void
  /** A try to send a notification. */
  notificationTried(outcome: 'sent' | 'failed' | 'given up'): void
  /** How many notifications wait. */
  notificationsPending(count: number): void
}

/** Prometheus metrics of one process. Names and units by the Prometheus conventions. */
export function createMetrics(service: string): Metrics {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  const registers = [registry]
  const steps = new Histogram({
    name: 'tidemark_step_duration_seconds',
    help: 'How long a step took, by step and outcome.',
    labelNames: ['step', 'outcome'],
    buckets: SECONDS,
    registers,
  })
  const lag = new Gauge({
    name: 'tidemark_reader_lag_events',
    help: 'Events between the head of the ledger and what this reader has handled.',
    labelNames: ['reader'],
    registers,
  })
  const leases = new Gauge({
    name: 'tidemark_lease_held',
    help: '1 while this process holds the lease.',
    labelNames: ['resource'],
    registers,
  })
  const notifications = new Counter({
    name: 'tidemark_notifications_total',
    help: 'Tries to send a notification, by outcome: sent, failed (it is tried again), given up.',
    labelNames: ['outcome'],
    registers,
  })
  const pending = new Gauge({
    name: 'tidemark_notifications_pending',
    help: 'Notifications that are queued and have no end yet.',
    registers,
  })
  return {
    registry,
    stepEnded: (step, outcome, seconds) => steps.observe({ step, outcome }, seconds),
    lag: (reader, events) => lag.set({ reader }, events),
    leaseHeld: (resource, held) => leases.set({ resource }, held),
    notificationTried: (outcome) => notifications.inc({ outcome }),
    notificationsPending: (count) => pending.set(count),
  }
}
