import type { Clock, CrashPoints } from '@tidemark/kernel'

/**
 * Where a test makes the store in memory fail, by throwing: `append.before-commit` (nothing was stored),
 * `append.after-commit` (all was stored and the reply is lost), `read`.
 */
export type StoreFaults = CrashPoints

export interface MemoryLedgerOptions {
  readonly clock: Clock
  readonly faults?: StoreFaults
}
