import type { Clock, Random } from '@tidemark/kernel'
import type { KnownSource, KnownSources } from './known-sources.ts'

const JITTER = 0.05 // Flux: an interval is jittered by 5 %.
const TICK_MS_MAX = 1_000
const RETRY_MS_MIN = 750 // Flux's first wait after a failure; it doubles up to the interval.

export interface PollDeps {
  readonly sources: KnownSources
  readonly clock: Clock
  readonly random: Random
  /** Looks at a source; never rejects. */
  readonly look: (sourceId: string) => void
}

/** Looks at each source at its interval, and sooner while it fails. Ends with its signal. */
export async function pollSources(
  { sources, clock, random, look }: PollDeps,
  signal: AbortSignal,
): Promise<void> {
  const due = new Map<string, { at: number; tries: number }>()
  while (!signal.aborted) {
    const now = clock.monotonic()
    for (const known of sources.all()) {
      const entry = due.get(known.id)
      if (known.declared === undefined || known.declared.suspended) {
        due.delete(known.id)
        continue
      }
      if (entry !== undefined && entry.at > now) continue
      const tries = known.state.failing === undefined ? 0 : (entry?.tries ?? 0) + 1
      due.set(known.id, { at: now + waitMs(known, tries, random), tries })
      // What was just declared is looked at by the step that its declaration wakes.
      if (entry !== undefined) look(known.id)
    }
    await clock.sleep(TICK_MS_MAX, signal)
  }
}

function waitMs({ declared }: KnownSource, tries: number, random: Random): number {
  const interval = Number(declared?.intervalMs ?? 60_000n)
  const wait = tries === 0 ? interval : Math.min(interval, RETRY_MS_MIN * 2 ** Math.min(tries, 20))
  return wait * (1 - JITTER + 2 * JITTER * random.fraction())
}
