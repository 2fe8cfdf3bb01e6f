import { record, type Recorded } from '@tidemark/contracts'
import type { EventStore } from '@tidemark/event-store'
import { LogReader } from './log-reader.ts'

/**
 * Folds what a reactor has handled before, since the reactor itself begins at its cursor: all events up to
 * it, and behind it our own family, whose events are appended before the cursor is saved.
 */
export async function foldHandled(
  store: EventStore,
  { cursor, family }: { readonly cursor: string; readonly family: string },
  fold: (recorded: Recorded) => void,
  signal: AbortSignal,
): Promise<void> {
  const until = await store.readCursor(cursor, signal)
  const reader = new LogReader(store, 0n)
  for (;;) {
    const events = await reader.next(signal)
    if (events.length === 0) return
    for (const stored of events) {
      const recorded = record(stored)
      const isOwn = stored.stream.startsWith(`${family}-`)
      if (recorded !== undefined && (isOwn || stored.position <= until)) fold(recorded)
    }
  }
}
