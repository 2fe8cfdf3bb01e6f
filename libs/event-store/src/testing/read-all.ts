import type { StoredEvent } from '@tidemark/contracts'
import type { EventStore } from '../event-store.ts'

/** The position of the last event. */
export async function logEnd(store: EventStore): Promise<bigint> {
  const { head } = await store.readLog(1n << 60n)
  return head
}

/** All events above a position, page by page. */
export async function logAfter(store: EventStore, after: bigint): Promise<readonly StoredEvent[]> {
  const events: StoredEvent[] = []
  for (let at = after; ;) {
    const page = await store.readLog(at)
    events.push(...page.events)
    at = page.events.at(-1)?.position ?? at
    if (page.events.length === 0) return events
  }
}
