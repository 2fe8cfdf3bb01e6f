import type { Recorded } from '@tidemark/contracts'
import {
  causeFrom,
  causeOf,
  foldHandled,
  KeyedQueue,
  runReactor,
  runWithLease,
  type Cause,
  type RunningService,
  type Steps,
  type Surroundings,
} from '@tidemark/service'
import type { Repositories } from './ports.ts'
import { fetchRevision } from './steps/fetch-revision.ts'
import { KnownSources } from './steps/known-sources.ts'
import { pollSources } from './steps/poll.ts'

const FETCHES_MAX = 8 // Connections to Git servers at once.

export interface FetcherParts {
  readonly repositories: Repositories
}

/** The fetcher: looks at each source when it is declared, pushed to, asked for, or due. */
export function startFetcher(surroundings: Surroundings, parts: FetcherParts): RunningService {
  return runWithLease('fetcher', surroundings, [
    { resource: 'fetcher-0', run: (_, signal) => run(surroundings, parts, signal) },
  ])
}

async function run(
  surroundings: Surroundings,
  { repositories }: FetcherParts,
  signal: AbortSignal,
): Promise<void> {
  const { store, crashPoints, clock, random, log, build } = surroundings
  const sources = new KnownSources()
  await foldHandled(
    store,
    { cursor: 'fetcher-0', writer: 'fetcher' },
    ({ stream, stored, event }) => sources.fold(stream, stored.version, event),
    signal,
  )
  const queue = new KeyedQueue(FETCHES_MAX)
  const deps = { store, crashPoints, sources, repositories, build }
  const fetch = (sourceId: string, cause: Cause): Promise<void> =>
    new Promise((resolve, reject) => {
      queue.push(sourceId, () =>
        fetchRevision(deps, { sourceId, cause }, signal).then(resolve, reject),
      )
    })
  const look = (sourceId: string): void => {
    const seed = `poll/${sourceId}/${sources.get(sourceId).version}/${random.uuid()}`
    fetch(sourceId, causeFrom(seed)).catch((error: unknown) => {
      if (!signal.aborted) log.warn('poll failed', { sourceId, error: String(error) })
    })
  }
  await Promise.all([
    pollSources({ sources, clock, random, look }, signal),
    runReactor(
      surroundings,
      {
        name: 'fetcher-0',
        writer: 'fetcher',
        steps: fetcherSteps(fetch),
        keyOf: sourceOf,
        concurrency: FETCHES_MAX,
        observe: ({ stream, stored, event }) => sources.fold(stream, stored.version, event),
      },
      signal,
    ),
  ])
}

/** Which step answers which event. */
function fetcherSteps(fetch: (sourceId: string, cause: Cause) => Promise<void>): Steps {
  return {
    SourceDeclared: (recorded) => fetch(recorded.event.value.sourceId, causeOf(recorded)),
    PushReceived: (recorded) => fetch(recorded.event.value.sourceId, causeOf(recorded)),
    ReconcileRequested: (recorded) => fetch(recorded.event.value.sourceId, causeOf(recorded)),
  }
}

function sourceOf({ event }: Recorded): string | undefined {
  switch (event.type) {
    case 'SourceDeclared':
    case 'PushReceived':
      return event.value.sourceId
    case 'ReconcileRequested':
      return event.value.sourceId === '' ? undefined : event.value.sourceId
    default:
      return undefined
  }
}
