import type { LogMessage } from '@tidemark/bus'
import { eventSubject, LOG_HEADERS, Metadata, StoredEvent } from '@tidemark/contracts'

/** An event as it goes over the bus: the stored bytes, under the subject that its metadata names. */
export function logMessage(event: StoredEvent, incarnation: number): LogMessage {
  return {
    position: event.position,
    subject: subjectOf(event),
    headers: {
      [LOG_HEADERS.position]: String(event.position),
      [LOG_HEADERS.chain]: Buffer.from(event.chain).toString('hex'),
      [LOG_HEADERS.incarnation]: String(incarnation),
    },
    bytes: StoredEvent.encode(event).finish(),
  }
}

/**
 * Whether a message is this event. Not byte by byte: another build may write fields that this one does not
 * know. The leaf stands for all that is hashed, so it is enough that the bytes say what they are hashed to.
 */
export function isMessageOf({ headers, bytes }: LogMessage, event: StoredEvent): boolean {
  const carried = decoded(bytes)
  return (
    carried !== undefined &&
    headers[LOG_HEADERS.chain] === Buffer.from(event.chain).toString('hex') &&
    carried.position === event.position &&
    carried.id === event.id &&
    carried.stream === event.stream &&
    carried.type === event.type &&
    Buffer.compare(carried.chain, event.chain) === 0 &&
    Buffer.compare(carried.body, event.body) === 0 &&
    Buffer.compare(carried.meta, event.meta) === 0
  )
}

function subjectOf({ stream, type, meta }: StoredEvent): string {
  const { project, cluster } = metadataOf(meta)
  return eventSubject({ project, cluster, stream, type })
}

/** Metadata that nobody can read must not hold up the log: the event goes out under `_`. */
function metadataOf(meta: Uint8Array): Pick<Metadata, 'project' | 'cluster'> {
  try {
    return Metadata.decode(meta)
  } catch {
    return { project: '', cluster: '' }
  }
}

function decoded(bytes: Uint8Array): StoredEvent | undefined {
  try {
    return StoredEvent.decode(bytes)
  } catch {
    return undefined
  }
}
