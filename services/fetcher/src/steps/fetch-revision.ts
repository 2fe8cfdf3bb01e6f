import { streams } from '@tidemark/contracts'
import { OperatingError } from '@tidemark/kernel'
import { buildAppend, type Cause, type KnownInputs, type Surroundings } from '@tidemark/service'
import { source, type Observation } from '../domain/source.ts'
import type { Repositories } from '../ports.ts'
import type { KnownSources } from './known-sources.ts'
import { prepareLook, type Prepared } from './prepare-look.ts'

export interface FetchRevisionDeps {
  readonly store: Surroundings['store']
  readonly blobs: Surroundings['blobs']
  readonly crashPoints: Surroundings['crashPoints']
  readonly sources: KnownSources
  readonly inputs: KnownInputs
  readonly repositories: Repositories
  readonly build: string
}

export interface FetchRevisionOptions {
  readonly sourceId: string
  readonly cause: Cause
  /** Where what it needs is not there yet: that wakes us, or is told as a failure. */
  readonly pending: 'wait' | 'tell'
}

/**
 * PushReceived, or a poll that is due -> RevisionFetched where the source has moved, FetchFailed where it
 * cannot be read; nothing where all is as it was, or where the answer of its cluster is waited for.
 */
export async function fetchRevision(
  deps: FetchRevisionDeps,
  { sourceId, cause, pending }: FetchRevisionOptions,
  signal: AbortSignal,
): Promise<void> {
  const { store, crashPoints, sources, build } = deps
  // Read.
  const known = sources.get(sourceId)
  const { declared, state, version } = known
  if (declared === undefined || declared.suspended) return
  const { project } = declared
  const prepared = await prepareLook(deps, { known, declared, cause, pending }, signal)
  if (prepared.kind === 'waiting') return

  // Act.
  const observation = await observe(deps.repositories, prepared, signal)

  // Decide.
  const decided = source.decide({ sourceId, observation }, state)
  if (decided.length === 0) return

  // Record.
  const stream = streams.source(sourceId)
  const events = decided.map((event) => ({ cause, stream, event, project, cluster: '' }))
  const expected = new Map([[stream, version]])
  await store.append(buildAppend({ writer: 'fetcher', build, events, expected }), signal)
  crashPoints.at('fetcher.recorded')
  for (const [index, event] of decided.entries())
    sources.fold(stream, version + BigInt(index) + 1n, event)
}

/** An outage is a failure of the source too: it is told, and the next poll looks again. */
async function observe(
  repositories: Repositories,
  prepared: Exclude<Prepared, { kind: 'waiting' }>,
  signal: AbortSignal,
): Promise<Observation> {
  if (prepared.kind === 'refused') return prepared
  try {
    return await repositories.observe(prepared.source, signal)
  } catch (error) {
    if (!(error instanceof OperatingError) || error.retry === 'now' || signal.aborted) throw error
    return { kind: 'refused', code: error.code, message: error.message }
  }
}
