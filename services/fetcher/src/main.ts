import { INPUT_FAMILIES, inputId, type ClusterInputRef, type Recorded } from '@tidemark/contracts'
import {
  causeFrom,
  causeOf,
  foldHandled,
  KeyedQueue,
  KnownInputs,
  runReactor,
  runWithLease,
  type Cause,
  type RunningService,
  type Steps,
  type Surroundings,
} from '@tidemark/service'
import type { SourceState } from './domain/source.ts'
import type { Repositories } from './ports.ts'
import { fetchRevision, type FetchRevisionDeps } from './steps/fetch-revision.ts'
import { releaseSecrets } from './steps/find-secret.ts'
import { KnownSources, SOURCE_FAMILIES } from './steps/known-sources.ts'
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
  const { store, clock, random, log } = surroundings
  const sources = new KnownSources()
  const inputs = new KnownInputs()
  const fold = (recorded: Recorded): void => {
    sources.fold(recorded.stream, recorded.stored.version, recorded.event)
    inputs.fold(recorded)
  }
  const families = new Set([...SOURCE_FAMILIES, ...INPUT_FAMILIES])
  await foldHandled(store, { cursor: 'fetcher-0', writer: 'fetcher', families }, fold, signal)
  const queue = new KeyedQueue(FETCHES_MAX)
  const deps = { ...surroundings, sources, inputs, repositories }
  const inTurn = (sourceId: string, job: () => Promise<void>): Promise<void> =>
    new Promise((resolve, reject) => {
      queue.push(sourceId, () => job().then(resolve, reject))
    })
  const look = (sourceId: string): void => {
    const seed = `poll/${sourceId}/${sources.get(sourceId).version}/${random.uuid()}`
    const options = { sourceId, cause: causeFrom(seed), pending: 'tell' } as const
    inTurn(sourceId, () => fetchRevision(deps, options, signal)).catch((error: unknown) => {
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
        steps: fetcherSteps(deps, inTurn, signal),
        keyOf,
        concurrency: FETCHES_MAX,
        observe: fold,
      },
      signal,
    ),
  ])
}

type InTurn = (sourceId: string, job: () => Promise<void>) => Promise<void>

/** Which step answers which event. Jobs of one source follow one another, also those of its polls. */
function fetcherSteps(deps: FetchRevisionDeps, inTurn: InTurn, signal: AbortSignal): Steps {
  const { sources } = deps
  const fetch = (sourceId: string, cause: Cause): Promise<void> =>
    inTurn(sourceId, () => fetchRevision(deps, { sourceId, cause, pending: 'wait' }, signal))
  /** A Secret is there, or another one: whoever waits for it looks again, the others at their next poll. */
  const fetchWaiting = async (secret: ClusterInputRef | undefined, cause: Cause): Promise<void> => {
    if (secret === undefined) return
    const waiting = sources.naming(secret).filter(({ state }) => isWaiting(state))
    for (const { id } of waiting) await fetch(id, cause)
  }
  /** An index, the files that charts are in, or what others include, have moved. */
  const fetchMadeFrom = async (sourceId: string, cause: Cause): Promise<void> => {
    for (const { id } of sources.madeFrom(sourceId)) await fetch(id, cause)
  }
  return {
    SourceDeclared: (recorded) => fetch(recorded.event.value.sourceId, causeOf(recorded)),
    PushReceived: (recorded) => fetch(recorded.event.value.sourceId, causeOf(recorded)),
    ReconcileRequested: (recorded) => fetch(recorded.event.value.sourceId, causeOf(recorded)),
    SourceWithdrawn: (recorded) =>
      inTurn(recorded.event.value.sourceId, () => releaseSecrets(deps, recorded)),
    ClusterInputObserved: (recorded) => fetchWaiting(recorded.event.value.input, causeOf(recorded)),
    SecretSet: (recorded) => fetchWaiting(recorded.event.value.secret, causeOf(recorded)),
    RevisionFetched: (recorded) => fetchMadeFrom(recorded.event.value.sourceId, causeOf(recorded)),
  }
}

function isWaiting({ sequence, failing }: SourceState): boolean {
  return sequence === 0n || failing !== undefined
}

function keyOf({ event }: Recorded): string | undefined {
  switch (event.type) {
    case 'SourceDeclared':
    case 'SourceWithdrawn':
    case 'PushReceived':
      return event.value.sourceId
    case 'RevisionFetched':
      return `made from ${event.value.sourceId}`
    case 'ReconcileRequested':
      return event.value.sourceId === '' ? undefined : event.value.sourceId
    case 'ClusterInputObserved':
      return event.value.input === undefined ? undefined : inputId(event.value.input)
    case 'SecretSet':
      return event.value.secret === undefined ? undefined : inputId(event.value.secret)
    default:
      return undefined
  }
}
