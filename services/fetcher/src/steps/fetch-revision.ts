import { streams, type ClusterInputRef, type SourceDeclared } from '@tidemark/contracts'
import { OperatingError } from '@tidemark/kernel'
import {
  buildAppend,
  type Cause,
  type KnownInputs,
  type SecretValues,
  type Surroundings,
} from '@tidemark/service'
import { source, type Observation } from '../domain/source.ts'
import type { Repositories } from '../ports.ts'
import { findSecret, type FoundSecret } from './find-secret.ts'
import type { KnownSource, KnownSources } from './known-sources.ts'

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
  /** Where its Secret has not been read yet: the answer wakes us, or that is told as a failure. */
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
  const { credentials, proxy } = known.secrets
  const found = await findSecret(deps, { ref: credentials, project, cause, pending }, signal)
  const via = await findSecret(deps, { ref: proxy, project, cause, pending }, signal)
  if (pending === 'wait' && [found, via].some(({ kind }) => kind === 'pending')) return

  // Act.
  const observation = await look(deps.repositories, { known, declared, found, via }, signal)

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

interface Looking {
  readonly known: KnownSource
  readonly declared: SourceDeclared
  readonly found: FoundSecret
  readonly via: FoundSecret
}

/** An outage is a failure of the source too: it is told, and the next poll looks again. */
async function look(
  repositories: Repositories,
  { known, declared, found, via }: Looking,
  signal: AbortSignal,
): Promise<Observation> {
  const { credentials, proxy } = known.secrets
  if (found.kind === 'missing' || found.kind === 'pending') return withoutSecret(credentials, found)
  if (via.kind === 'missing' || via.kind === 'pending') return withoutSecret(proxy, via)
  const asked = { declared, known: known.state, secret: valuesOf(found), proxy: valuesOf(via) }
  try {
    return await repositories.observe(asked, signal)
  } catch (error) {
    if (!(error instanceof OperatingError) || error.retry === 'now' || signal.aborted) throw error
    return { kind: 'refused', code: error.code, message: error.message }
  }
}

function valuesOf(found: FoundSecret): SecretValues | undefined {
  return found.kind === 'found' ? found.values : undefined
}

function withoutSecret(
  secret: ClusterInputRef | undefined,
  found: Extract<FoundSecret, { kind: 'missing' | 'pending' }>,
): Observation {
  const { cluster = '', namespace = '', name = '' } = secret ?? {}
  if (found.kind === 'pending')
    return {
      kind: 'refused',
      code: 'SECRET_PENDING',
      message:
        `Secret ${namespace}/${name} has not been read from cluster ${cluster} yet: is the cluster ` +
        'registered, and does its applier run?',
    }
  return {
    kind: 'refused',
    code: 'SECRET_MISSING',
    message:
      `${found.message}; create it there, or give its values: ` +
      `tidemark secret set ${namespace}/${name} --cluster ${cluster}`,
  }
}
