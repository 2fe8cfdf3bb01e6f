import {
  FAMILIES,
  familyOf,
  record,
  type FamilyName,
  type Recorded,
  type Writer,
} from '@tidemark/contracts'
import { LogReader, type EventStore } from '@tidemark/event-store'
import type { FoldPlace } from './snapshots.ts'

export interface FoldHandledOptions {
  /** The name of the reader's cursor. */
  readonly cursor: string
  readonly writer: Writer
  /** The families that the fold looks at; all where it is not said. Events of others are not even decoded. */
  readonly families?: ReadonlySet<FamilyName>
  /** What is folded already: a snapshot, which is not behind the cursor. */
  readonly from?: FoldPlace | undefined
}

/** What has been folded: where its reader goes on, and the last event before that. */
export interface FoldHandled {
  readonly reader: LogReader
  readonly last: FoldPlace | undefined
}

/**
 * Folds what a reader has handled before, since it goes on at its cursor: all events up to it, and behind it
 * those that it wrote itself, which are appended before the cursor is saved.
 */
export async function foldHandled(
  store: EventStore,
  { cursor, writer, families, from }: FoldHandledOptions,
  fold: (recorded: Recorded) => void,
  signal: AbortSignal,
): Promise<FoldHandled> {
  const until = await store.readCursor(cursor, signal)
  const reader = new LogReader(store, from?.position ?? 0n, from?.chain)
  let last = from
  for (;;) {
    const events = await reader.next(signal)
    if (events.length === 0) return { reader: new LogReader(store, until, last?.chain), last }
    for (const stored of events) {
      if (stored.position <= until) last = stored
      const family = familyOf(stored.stream)
      if (families !== undefined && (family === undefined || !families.has(family))) continue
      const isOwn = family !== undefined && FAMILIES[family].writer === writer
      const recorded = stored.position <= until || isOwn ? record(stored) : undefined
      if (recorded !== undefined) fold(recorded)
    }
  }
}
