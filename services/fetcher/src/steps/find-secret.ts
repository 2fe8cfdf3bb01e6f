import {
  chooseInput,
  event,
  streams,
  type ClusterInputRef,
  type EventOf,
  type InputChoice,
  type Recorded,
} from '@tidemark/contracts'
import {
  buildAppend,
  causeOf,
  decodeValues,
  type Cause,
  type KnownInputs,
  type SecretValues,
  type Surroundings,
} from '@tidemark/service'
import type { KnownSources } from './known-sources.ts'

export interface FindSecretDeps {
  readonly store: Surroundings['store']
  readonly blobs: Surroundings['blobs']
  readonly inputs: KnownInputs
  readonly build: string
}

/** What a Secret that a source names comes to. */
export type FoundSecret =
  | { readonly kind: 'found'; readonly values: SecretValues }
  /** The applier of its cluster has been asked, and has not answered yet. */
  | { readonly kind: 'pending' }
  | { readonly kind: 'missing'; readonly message: string }

export interface FindSecretOptions {
  readonly ref: ClusterInputRef
  readonly project: string
  readonly cause: Cause
  /** Where the cluster has not answered: it is waited for, or what was set is used. */
  readonly pending: 'wait' | 'tell'
}

/** Finds the values of the Secret that a source names; asks its cluster where that was not done yet. */
export async function findSecret(
  { store, blobs, inputs, build }: FindSecretDeps,
  { ref, project, cause, pending }: FindSecretOptions,
  signal: AbortSignal,
): Promise<FoundSecret> {
  if (!inputs.get(ref).requestedFor.query) {
    await append({ store, inputs, build }, { type: 'ClusterInputRequested', ref, cause, project })
  }
  const choice = chooseInput(inputs.get(ref))
  const blob = blobOf(choice, pending)
  if (blob !== undefined)
    return { kind: 'found', values: decodeValues(await blobs.get(blob, signal)) }
  return choice.kind === 'missing' ? choice : { kind: 'pending' }
}

function blobOf(choice: InputChoice, pending: 'wait' | 'tell'): string | undefined {
  if (choice.kind === 'found') return choice.blob
  return choice.kind === 'pending' && pending === 'tell' ? choice.set : undefined
}

/** SourceWithdrawn -> ClusterInputReleased, for each of its Secrets that no source names any more. */
export async function releaseSecrets(
  deps: Omit<FindSecretDeps, 'blobs'> & { readonly sources: KnownSources },
  withdrawn: Recorded<EventOf<'SourceWithdrawn'>>,
): Promise<void> {
  const { sources, inputs } = deps
  const { project } = withdrawn.meta
  for (const ref of sources.get(withdrawn.event.value.sourceId).secrets.values()) {
    if (!inputs.get(ref).requestedFor.query || sources.naming(ref).length > 0) continue
    await append(deps, { type: 'ClusterInputReleased', ref, cause: causeOf(withdrawn), project })
  }
}

async function append(
  { store, inputs, build }: Omit<FindSecretDeps, 'blobs'>,
  {
    type,
    ref,
    cause,
    project,
  }: {
    readonly type: 'ClusterInputRequested' | 'ClusterInputReleased'
    readonly ref: ClusterInputRef
    readonly cause: Cause
    readonly project: string
  },
): Promise<void> {
  const stream = streams.query(ref)
  const version = inputs.get(ref).versions.query
  const asked = event(type, { input: ref })
  const events = [{ cause, stream, event: asked, project, cluster: ref.cluster }]
  const expected = new Map([[stream, version]])
  await store.append(buildAppend({ writer: 'fetcher', build, events, expected }))
  inputs.foldOwn({ stream, event: asked, version: version + 1n })
}
