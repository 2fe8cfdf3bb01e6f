import { streams } from '@tidemark/contracts'
import { OperatingError } from '@tidemark/kernel'
import { buildAppend, type Cause, type Surroundings } from '@tidemark/service'
import { source, type Observation } from '../domain/source.ts'
import type { Repositories } from '../ports.ts'
import type { KnownSource, KnownSources } from './known-sources.ts'

export interface FetchRevisionDeps {
  readonly store: Surroundings['store']
  readonly crashPoints: Surroundings['crashPoints']
  readonly sources: KnownSources
  readonly repositories: Repositories
  readonly build: string
}

/**
 * PushReceived, or a poll that is due -> RevisionFetched where the source has moved, FetchFailed where it
 * cannot be read; nothing where all is as it was.
 */
export async function fetchRevision(
  { store, crashPoints, sources, repositories, build }: FetchRevisionDeps,
  { sourceId, cause }: { readonly sourceId: string; readonly cause: Cause },
  signal: AbortSignal,
): Promise<void> {
  // Read.
  const known = sources.get(sourceId)
  const { declared, state, version } = known
  if (declared === undefined || declared.suspended) return

  // Act.
  const observation = await look(repositories, known, signal)

  // Decide.
  const decided = source.decide({ sourceId, observation }, state)
  if (decided.length === 0) return

  // Record.
  const stream = streams.source(sourceId)
  const { project } = declared
  const events = decided.map((event) => ({ cause, stream, event, project, cluster: '' }))
  const expected = new Map([[stream, version]])
  await store.append(buildAppend({ writer: 'fetcher', build, events, expected }), signal)
  crashPoints.at('fetcher.recorded')
  for (const [index, event] of decided.entries())
    sources.fold(stream, version + BigInt(index) + 1n, event)
}

/** An outage is a failure of the source too: it is told, and the next poll looks again. */
async function look(
  repositories: Repositories,
  { declared, state }: KnownSource,
  signal: AbortSignal,
): Promise<Observation> {
  if (declared === undefined) return { kind: 'unchanged' }
  try {
    return await repositories.observe(declared, state, signal)
  } catch (error) {
    if (!(error instanceof OperatingError) || error.retry === 'now' || signal.aborted) throw error
    return { kind: 'refused', code: error.code, message: error.message }
  }
}
