import type { StoredEvent } from '@tidemark/contracts'

/** Of one page: it fits into one bus message of 1 MiB, whatever its events are. */
export const PAGE_BYTES_MAX: number = 512 * 1024
/** Events of one page, so that many tiny ones do not hold the reader up. */
export const PAGE_EVENTS_MAX = 2_048
/** What a stored event has beside body, metadata and stream: id, type, writer, two hashes, numbers. */
export const EVENT_OVERHEAD_BYTES = 192

/** What counts against {@link PAGE_BYTES_MAX}. */
export function sizeOf({ body, meta, stream }: StoredEvent): number {
  return body.length + meta.length + stream.length + EVENT_OVERHEAD_BYTES
}

/** The events that fit into one page: at least one, where there is one. */
export function cutPage(events: readonly StoredEvent[]): readonly StoredEvent[] {
  let size = 0
  const end = events.findIndex((event, index) => {
    size += sizeOf(event)
    return size > PAGE_BYTES_MAX && index > 0
  })
  return end === -1 ? events : events.slice(0, end)
}
