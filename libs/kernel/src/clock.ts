/**
 * Time, timers and timeouts, as every part of Tidemark sees them. Nothing outside an adapter may use the
 * globals (a lint rule holds it), so that the whole plane can run on a simulated clock.
 */
export interface Clock {
  /** Wall time in milliseconds since 1970-01-01 UTC. It is information: order comes from positions. */
  now(): number
  /** Milliseconds of a clock that never jumps; only differences mean anything. */
  monotonic(): number
  /**
   * Resolves after `ms` (0 to 2^31-1), or at once when `signal` is aborted: it never rejects, so the
   * caller looks at the signal.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** A signal that is aborted after `ms`, or with `parent`. Dispose it when the work has ended. */
  deadline(ms: number, parent?: AbortSignal): Deadline
}

/** A time limit that is held with `using`, so that its timer ends with the work. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal
}
