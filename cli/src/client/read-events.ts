import type { EventView, WatchEventsRequest, WatchEventsResponse } from '@tidemark/contracts'
import type { ServiceError } from '@grpc/grpc-js'
import { toCommandError, type ApiClient } from './api-client.ts'

const EVENTS_MAX = 10_000 // What one commit does to a large fleet; the newest of them are left out.

/** The events that fit, oldest first, as far as the ledger goes now. */
export function readEvents(
  api: ApiClient,
  wanted: Partial<WatchEventsRequest>,
): Promise<readonly EventView[]> {
  const request = { after: 0n, follow: false, application: '', types: [], correlationId: '' }
  const stream = api.raw.watchEvents({ ...request, ...wanted }, api.metadata)
  const events: EventView[] = []
  return new Promise((resolve, reject) => {
    stream.on('data', ({ event }: WatchEventsResponse) => {
      if (event !== undefined) events.push(event)
      if (events.length < EVENTS_MAX) return
      resolve(events)
      stream.cancel()
    })
    stream.on('end', () => resolve(events))
    stream.on('error', (error: ServiceError) => reject(toCommandError(error)))
  })
}
