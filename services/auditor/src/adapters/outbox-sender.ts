import { backoffMs, KeyedQueue, type Surroundings } from '@tidemark/service'
import type { Pending } from '../domain/outbox.ts'
import type { Courier } from '../ports.ts'
import type { KnownObjects } from '../steps/known-objects.ts'
import { sendNotification } from '../steps/send-notification.ts'
import type { OutboxWriter } from './outbox-writer.ts'

const ALERTS_MAX = 64 // That are sent at once: a receiver that hangs costs one of them, for its timeout.
const WAIT_MS_MAX = 300_000

export interface OutboxSenderParts {
  readonly known: KnownObjects
  readonly writer: OutboxWriter
  readonly courier: Courier
}

/** How it goes with one Alert. */
interface Line {
  /** What is being sent. */
  busy: boolean
  tries: number
  /** On the monotonic clock: not before. */
  notBefore: number
}

/**
 * Sends what is pending: of one Alert one after another, oldest first, and of all of them side by side. A receiver that does
 * not answer is asked again later and later, and what goes to another one never waits for it.
 */
export class OutboxSender implements AsyncDisposable {
  readonly #surroundings: Surroundings
  readonly #parts: OutboxSenderParts
  readonly #ending = new AbortController()
  readonly #signal: AbortSignal
  readonly #queue = new KeyedQueue(ALERTS_MAX)
  readonly #lines = new Map<string, Line>()
  #failure: unknown
  #alarm: AbortController | undefined

  constructor(surroundings: Surroundings, parts: OutboxSenderParts, signal: AbortSignal) {
    this.#surroundings = surroundings
    this.#parts = parts
    this.#signal = AbortSignal.any([signal, this.#ending.signal])
    this.#queue.onFailure = (error) => {
      if (!this.#signal.aborted) this.#failure = error
    }
  }

  /** Whoever runs it finds out here that the ledger did not take how something ended. */
  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Begins to send what is due. */
  look(): void {
    if (this.#signal.aborted) return
    const now = this.#surroundings.clock.monotonic()
    let next = Number.POSITIVE_INFINITY
    let waiting = 0
    for (const [alertId, { pending }] of this.#parts.known.outboxes) {
      waiting += pending.size
      const [oldest] = pending.values()
      if (oldest === undefined) continue
      const line = this.#lineOf(alertId)
      if (line.busy) continue
      if (line.notBefore > now) next = Math.min(next, line.notBefore)
      else this.#begin(alertId, line, oldest)
    }
    this.#surroundings.metrics.notificationsPending(waiting)
    this.#wakeAt(next - now)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort()
    await this.#queue.idle()
  }

  #lineOf(alertId: string): Line {
    const line = this.#lines.get(alertId) ?? { busy: false, tries: 0, notBefore: 0 }
    this.#lines.set(alertId, line)
    return line
  }

  #begin(alertId: string, line: Line, pending: Pending): void {
    line.busy = true
    this.#queue.push(alertId, async () => {
      try {
        await this.#try(line, pending)
      } finally {
        line.busy = false
      }
      this.look()
    })
  }

  async #try(line: Line, pending: Pending): Promise<void> {
    const { clock, random, blobs, crashPoints, log, metrics } = this.#surroundings
    const { known, courier, writer } = this.#parts
    const { alertId, sequence } = pending.queued
    const deps = { known, courier, blobs, nowMs: () => clock.now() }
    const ended = await sendNotification(deps, pending, this.#signal)
    crashPoints.at('notifier.sent')
    metrics.notificationTried(ended.kind)
    line.tries = ended.kind === 'failed' ? line.tries + 1 : 0
    const waitMs = Math.min(WAIT_MS_MAX, 1_000 + backoffMs(line.tries, random) * 5)
    line.notBefore = ended.kind === 'failed' ? clock.monotonic() + waitMs : 0
    if (ended.kind !== 'sent')
      log.warn('a notification was not sent', { alert: alertId, code: ended.code })
    const tries = Math.max(1, line.tries)
    await writer.end({ alertId, sequence, tries, ended }, this.#signal)
  }

  /** Looks again when the next is due; an earlier alarm is not rung any more. */
  #wakeAt(waitMs: number): void {
    this.#alarm?.abort()
    if (!Number.isFinite(waitMs)) return
    const alarm = new AbortController()
    this.#alarm = alarm
    const signal = AbortSignal.any([alarm.signal, this.#signal])
    void this.#lookAfter(Math.max(1, waitMs), signal)
  }

  async #lookAfter(waitMs: number, signal: AbortSignal): Promise<void> {
    await this.#surroundings.clock.sleep(waitMs, signal)
    if (!signal.aborted) this.look()
  }
}
