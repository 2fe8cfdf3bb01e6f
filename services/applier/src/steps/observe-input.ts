import {
  ClusterInputOutcome,
  event,
  streams,
  type ClusterInputObserved,
  type ClusterInputRef,
  type EventOf,
} from '@tidemark/contracts'
import {
  buildAppend,
  causeFrom,
  encodeValues,
  type KnownInputs,
  type Surroundings,
} from '@tidemark/service'

export interface ObserveInputDeps {
  readonly surroundings: Pick<Surroundings, 'store' | 'blobs' | 'build' | 'crashPoints'>
  readonly inputs: KnownInputs
  readonly name: string
  readonly project: string
  readonly epoch: bigint
}

/** What a look at a Secret or ConfigMap gave. */
export type SeenInput =
  | { readonly kind: 'found'; readonly values: ReadonlyMap<string, Uint8Array> }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable'; readonly message: string }

/**
 * ClusterInputRequested, and each change on the cluster -> ClusterInputObserved, where it is not what was told
 * last. The values go into a sealed blob, whose name follows from them.
 */
export async function observeInput(
  { surroundings, inputs, name, project, epoch }: ObserveInputDeps,
  { ref, seen }: { readonly ref: ClusterInputRef; readonly seen: SeenInput },
  signal: AbortSignal,
): Promise<void> {
  const { store, blobs, build, crashPoints } = surroundings
  // Read.
  const { observed, requested, versions } = inputs.get(ref)
  if (!requested) return

  // Act.
  const isFound = seen.kind === 'found'
  const blob = isFound ? await blobs.put(encodeValues(seen.values), signal) : ''
  crashPoints.at('applier.input-kept')

  // Decide.
  const decided = decide({ ref, seen, blob }, observed)
  if (decided === undefined) return

  // Record.
  const stream = streams.input(ref)
  const version = versions.input
  const cause = causeFrom(`${stream}/${versions.query}/${version}`)
  const request = buildAppend({
    writer: 'applier',
    build,
    events: [{ cause, stream, event: decided, project, cluster: name }],
    expected: new Map([[stream, version]]),
    epoch: { resource: `applier-${name}`, epoch },
  })
  await store.append(request, signal)
  crashPoints.at('applier.input-recorded')
  inputs.foldOwn({ stream, event: decided, version: version + 1n })
}

const { CLUSTER_INPUT_OUTCOME_FOUND: FOUND, CLUSTER_INPUT_OUTCOME_ABSENT: ABSENT } =
  ClusterInputOutcome
const { CLUSTER_INPUT_OUTCOME_UNREADABLE: UNREADABLE } = ClusterInputOutcome

function decide(
  {
    ref,
    seen,
    blob,
  }: { readonly ref: ClusterInputRef; readonly seen: SeenInput; readonly blob: string },
  before: ClusterInputObserved | undefined,
): EventOf<'ClusterInputObserved'> | undefined {
  switch (seen.kind) {
    case 'found': {
      if (before?.outcome === FOUND && before.blob === blob) return undefined
      const keys = [...seen.values.keys()].toSorted()
      return event('ClusterInputObserved', { input: ref, outcome: FOUND, blob, keys })
    }
    case 'absent':
      if (before?.outcome === ABSENT) return undefined
      return event('ClusterInputObserved', { input: ref, outcome: ABSENT })
    default:
      // What was seen once is used on while the cluster cannot be reached.
      if (before !== undefined) return undefined
      return event('ClusterInputObserved', {
        input: ref,
        outcome: UNREADABLE,
        message: seen.message,
      })
  }
}
