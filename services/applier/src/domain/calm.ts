const FIRST_MS = 1_000
const LAST_MS = 60_000
const FORGET_MS = 300_000

interface Past {
  readonly corrections: number
  readonly lastMs: number
}

/**
 * Keeps us from fighting: somebody who writes a field again and again is corrected at once the first time,
 * then after 1 s, 2 s, ... 60 s. Five quiet minutes are forgotten.
 */
export class Calm {
  readonly #past = new Map<string, Past>()

  /** How long to wait before the next correction, in milliseconds. Times are those of one monotonic clock. */
  waitMs(id: string, nowMs: number): number {
    const past = this.#past.get(id)
    if (past === undefined || nowMs - past.lastMs >= FORGET_MS) return 0
    const doubled = FIRST_MS * 2 ** (past.corrections - 1)
    const until = past.lastMs + (doubled < LAST_MS ? doubled : LAST_MS)
    return until > nowMs ? until - nowMs : 0
  }

  /** Something was corrected now. */
  corrected(id: string, nowMs: number): void {
    const past = this.#past.get(id)
    const isOld = past === undefined || nowMs - past.lastMs >= FORGET_MS
    this.#past.set(id, { corrections: isOld ? 1 : past.corrections + 1, lastMs: nowMs })
  }
}
