/** What decides whether a checkpoint is due. */
export interface Pace {
  readonly size: number
  /** The size that was last signed. */
  readonly signed: number
  /** Leaves behind `signed` that are no checkpoints themselves. */
  readonly news: number
  readonly sinceMs: number
}

const EVENTS_MAX = 1_000
const WAIT_MS_MAX = 1_000

/** Every second or every 1,000 events (RELIABILITY 5), and never for checkpoints alone. */
export function isCheckpointDue({ size, signed, news, sinceMs }: Pace): boolean {
  if (news === 0) return false
  return size - signed >= EVENTS_MAX || sinceMs >= WAIT_MS_MAX
}
