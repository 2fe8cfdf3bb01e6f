import { record, type WatchEventsRequest, type WatchEventsResponse } from '@tidemark/contracts'
import { LogReader } from '@tidemark/event-store'
import type { Surroundings } from '@tidemark/service'
import { viewEvent } from '../projections/summarize.ts'

/**
 * Events with a position above `after`, in order; then, where the caller follows, those that come. The last
 * position that a caller has seen is all that it needs to go on.
 */
export async function* watchEvents(
  { store, wake }: Pick<Surroundings, 'store' | 'wake'>,
  { after, follow, types, correlationId }: WatchEventsRequest,
  {
    application,
    signal,
  }: { readonly application: string | undefined; readonly signal: AbortSignal },
): AsyncGenerator<WatchEventsResponse> {
  const reader = new LogReader(store, after)
  while (!signal.aborted) {
    const events = await reader.next(signal)
    for (const stored of events) {
      const wanted = types.length === 0 || types.includes(stored.type)
      const own = application === undefined || stored.stream.includes(application)
      const recorded = wanted && own ? record(stored) : undefined
      const caused = correlationId === '' || recorded?.meta.correlationId === correlationId
      if (recorded !== undefined && caused) yield { event: viewEvent(recorded), stored }
    }
    if (events.length > 0) continue
    if (!follow) return
    await wake.wait(signal)
  }
}
