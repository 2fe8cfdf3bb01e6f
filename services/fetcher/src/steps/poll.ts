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

interface Due {
  readonly at: number
  /** Looks since it began to fail. */
  readonly tries: number
}

/**
 * Looks at each source at its interval, and sooner while it fails. What was known before the start is looked
 * at once at the start: a push may have come while nobody listened. Ends with its signal.
 */
export async function pollSources(
  { sources, clock, random, look }: PollDeps,
  signal: AbortSignal,
): Promise<void> {
  const due = new Map<string, Due>()
  for (const { id, state } of sources.all())
    if (state.sequence > 0n) due.set(id, { at: clock.monotonic(), tries: 0 })
  while (!signal.aborted) {
    const now = clock.monotonic()
    for (const known of sources.all()) {
      const entry = due.get(known.id)
      const isDue = entry !== undefined && entry.at <= now
      if (known.declared === undefined || known.declared.suspended) due.delete(known.id)
      else due.set(known.id, schedule(known, entry, { now, random }))
      if (isDue && due.has(known.id)) look(known.id)
    }
    await clock.sleep(TICK_MS_MAX, signal)
  }
}

/** When to look next. What was just declared is looked at by the step that its declaration wakes. */
function schedule(
  known: KnownSource,
  entry: Due | undefined,
  { now, random }: { readonly now: number; readonly random: Random },
): Due {
  const tries = entry?.tries ?? 0
  if (entry === undefined || entry.at <= now) return next(known, { tries, now, random })
  if (known.state.failing === undefined || tries > 0) return entry
  const sooner = next(known, { tries, now, random })
  return sooner.at < entry.at ? sooner : entry
}

interface Looked {
  readonly tries: number
  readonly now: number
  readonly random: Random
}

function next({ declared, state }: KnownSource, { tries, now, random }: Looked): Due {
  const interval = Number(declared?.intervalMs ?? 60_000n)
  const failed = state.failing === undefined ? 0 : tries + 1
  const backoff = RETRY_MS_MIN * 2 ** Math.min(failed, 20)
  const wait = failed === 0 ? interval : Math.min(interval, backoff)
  return { at: now + wait * (1 - JITTER + 2 * JITTER * random.fraction()), tries: failed }
}
