import { OperatingError, type Retry } from '@tidemark/kernel'

/** What of an error goes over the bus to the one who asked. */
export interface HandlerFailure {
  readonly code: string
  readonly retry: Retry
  readonly message: string
}

/** An error that is not an operating error may hold anything, so nothing of it leaves the process. */
export function failureOf(error: unknown): HandlerFailure {
  if (error instanceof OperatingError) {
    const { code, retry, message } = error
    return { code, retry, message }
  }
  return { code: 'internal', retry: 'later', message: 'the responder failed; its log says why' }
}

const REDELIVERY_MS = [1_000, 5_000, 30_000, 120_000] as const // RELIABILITY: 1-5-30-120 s.

/** How long to wait before a delivery whose handler threw is made again. */
export function redeliveryDelayMs(attempt: number): number {
  return REDELIVERY_MS[Math.min(attempt, REDELIVERY_MS.length) - 1] ?? REDELIVERY_MS[0]
}
