import type { StoredEvent } from '@tidemark/contracts'

/** Body and metadata together. An entry of a C2SP log has at most 65,535 bytes; the rest is for names. */
export const EVENT_BYTES_MAX: number = 48 * 1024
/** Of a stream, a cursor, a command: a stream of two ids of 253 bytes (a Kubernetes name), twice over. */
export const NAME_BYTES_MAX = 1_024
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

/** Whether there may be more behind a page: not where one more of the largest would have had room. */
export function mayHaveMore(page: readonly StoredEvent[]): boolean {
  const size = page.reduce((sum, event) => sum + sizeOf(event), 0)
  const largest = EVENT_BYTES_MAX + NAME_BYTES_MAX + EVENT_OVERHEAD_BYTES
  return page.length >= PAGE_EVENTS_MAX || size > PAGE_BYTES_MAX - largest
}
