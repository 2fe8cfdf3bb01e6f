import {
  FAMILIES,
  familyOf,
  record,
  type Recorded,
  type StoredEvent,
  type Writer,
} from '@tidemark/contracts'
import { LogReader, type EventStore } from '@tidemark/event-store'

/**
 * Folds what a reader has handled before, since it goes on at its cursor: all events up to it, and behind it
 * those that it wrote itself, which are appended before the cursor is saved. Gives a reader at the cursor.
 */
export async function foldHandled(
  store: EventStore,
  { cursor, writer }: { readonly cursor: string; readonly writer: Writer },
  fold: (recorded: Recorded) => void,
  signal: AbortSignal,
): Promise<LogReader> {
  const until = await store.readCursor(cursor, signal)
  const reader = new LogReader(store, 0n)
  for (;;) {
    const events = await reader.next(signal)
    if (events.length === 0) return new LogReader(store, until)
    for (const stored of events) {
      const isHandled = stored.position <= until || isOf(writer, stored)
      const recorded = isHandled ? record(stored) : undefined
      if (recorded !== undefined) fold(recorded)
    }
  }
}

function isOf(writer: Writer, { stream }: StoredEvent): boolean {
  const family = familyOf(stream)
  return family !== undefined && FAMILIES[family].writer === writer
}
