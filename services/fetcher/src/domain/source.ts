import {
  event,
  type AnyEvent,
  type Commit,
  type EventOf,
  type IncludedArtifact,
} from '@tidemark/contracts'
import type { Decider } from '@tidemark/event-store'

/** What is known of a source from its own stream. */
export interface SourceState {
  /** Revisions so far. */
  readonly sequence: bigint
  readonly revision: string
  readonly artifactDigest: string
  readonly artifactBlob: string
  /** What it was put together with. */
  readonly includes: readonly IncludedArtifact[]
  readonly failing:
    | { readonly code: string; readonly message: string; readonly failures: bigint }
    | undefined
}

/** What came of looking at a source. */
export type Observation =
  | { readonly kind: 'unchanged' }
  | {
      readonly kind: 'found'
      readonly revision: string
      readonly artifactDigest: string
      readonly artifactBlob: string
      readonly fileCount: number
      readonly byteCount: number
      /** Of a source in Git. */
      readonly commit?: Commit
      /** Where an artifact says what it was built from. */
      readonly originRevision?: string
      /** What it was put together with. */
      readonly includes?: readonly IncludedArtifact[]
      readonly forced: boolean
    }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }

interface Input {
  readonly sourceId: string
  readonly observation: Observation
}

type Found = Extract<Observation, { kind: 'found' }>

/** A source: its revisions, numbered, and whether it fails now. Unchanged polls append nothing. */
export const source: Decider<
  SourceState,
  Input,
  'RevisionFetched' | 'FetchFailed' | 'FetchRecovered'
> = {
  initial: {
    sequence: 0n,
    revision: '',
    artifactDigest: '',
    artifactBlob: '',
    includes: [],
    failing: undefined,
  },

  decide: ({ sourceId, observation }, state) => {
    switch (observation.kind) {
      case 'unchanged':
        return recovered(sourceId, state)
      case 'refused':
        return refused(sourceId, observation, state)
      default:
        return found(sourceId, observation, state)
    }
  },

  evolve: (state, { type, value }: AnyEvent) => {
    switch (type) {
      case 'RevisionFetched':
        return {
          sequence: value.sequence,
          revision: value.revision,
          artifactDigest: value.artifactDigest,
          artifactBlob: value.artifactBlob,
          includes: value.includes,
          failing: undefined,
        }
      case 'FetchFailed':
        return { ...state, failing: value }
      case 'FetchRecovered':
        return { ...state, failing: undefined }
      default:
        return state
    }
  },
}

function recovered(
  sourceId: string,
  { failing, revision }: SourceState,
): readonly EventOf<'FetchRecovered'>[] {
  return failing === undefined ? [] : [event('FetchRecovered', { sourceId, revision })]
}

function refused(
  sourceId: string,
  { code, message }: { readonly code: string; readonly message: string },
  { failing }: SourceState,
): readonly EventOf<'FetchFailed'>[] {
  if (failing?.code === code && failing.message === message) return []
  const failures = (failing?.failures ?? 0n) + 1n
  return [event('FetchFailed', { sourceId, code, message, failures })]
}

/** Whether a source was put together with just these. */
export function isPutTogetherWith(
  { includes }: SourceState,
  wanted: readonly IncludedArtifact[],
): boolean {
  const digests = wanted.map(({ artifactDigest }) => artifactDigest)
  return includes.map(({ artifactDigest }) => artifactDigest).join() === digests.join()
}

/** A revision that gives the same files under the same name is no news, unless other artifacts are in it. */
function found(
  sourceId: string,
  observation: Found,
  state: SourceState,
): readonly EventOf<'RevisionFetched' | 'FetchRecovered'>[] {
  const { revision, artifactDigest, artifactBlob, commit, forced, includes = [] } = observation
  const isSame = revision === state.revision && artifactDigest === state.artifactDigest
  if (isSame && isPutTogetherWith(state, includes)) return recovered(sourceId, state)
  return [
    event('RevisionFetched', {
      sourceId,
      revision,
      artifactDigest,
      artifactBlob,
      commit,
      originRevision: observation.originRevision ?? '',
      forced,
      includes: [...includes],
      fileCount: BigInt(observation.fileCount),
      byteCount: BigInt(observation.byteCount),
      sequence: state.sequence + 1n,
    }),
  ]
}
