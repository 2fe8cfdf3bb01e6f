import { derivedId, event, streams, type EventOf, type Recorded } from '@tidemark/contracts'
import { causeOf, type Cause } from '@tidemark/service'
import { firstDifference, type SourceTree } from '@tidemark/source-tree'
import type { Application } from '../domain/application.ts'
import { decideRender, digestOf, isSameInputs } from '../domain/decide-render.ts'
import type { Source } from '../domain/source.ts'
import { clusterVariables } from './cluster-variables.ts'
import type { ReleaserDeps } from './deps.ts'
import { findInputs, knownInputs } from './find-inputs.ts'
import { isPaused, sourceKeyOf } from './models.ts'

const AFFECTED_MAX = 500 // An event holds 48 KiB; each render that is asked for is an event too.

/**
 * RevisionFetched -> RevisionAdmitted, and RenderRequested for each application that read something which
 * this revision changed. All others of the source are covered by it (DECISIONS 8).
 */
export async function requestRenders(
  deps: ReleaserDeps,
  recorded: Recorded<EventOf<'RevisionFetched'>>,
  signal: AbortSignal,
): Promise<void> {
  const { plane, library, decisions } = deps
  const { sourceId, sequence, revision, artifactDigest, artifactBlob } = recorded.event.value

  // Read.
  const source = plane.source(sourceId)
  if (sequence < (source.fetched?.sequence ?? 0n) || sequence <= source.admitted.sequence) return
  const users = usersOf(deps, source)

  // Act.
  const tree = await library.artifact(artifactBlob, signal)
  const affected: string[] = []
  for (const user of users)
    if (!isPaused(user) && (await isAffected(deps, user, { sourceId, tree }, signal)))
      affected.push(user.id)

  // Decide.
  const admitted = event('RevisionAdmitted', {
    sourceId,
    revision,
    artifactDigest,
    artifactBlob,
    sequence,
    affected: affected.slice(0, AFFECTED_MAX),
    covered: users.length - affected.length,
  })

  // Record. Admitted last: where many wishes need several appends, what is missing is asked for again.
  const cause = causeOf(recorded)
  for (const id of affected) wishRender(deps, id, cause)
  decisions.record(cause, [{ stream: streams.intake(sourceId), event: admitted }])
}

/** Asks for a render where what the application would be rendered from has changed since the last one. */
export async function considerRender(
  deps: ReleaserDeps,
  id: string,
  cause: Cause,
  signal: AbortSignal,
): Promise<void> {
  const { plane, library } = deps
  const state = plane.application(id)
  const sourceId = plane.sourceOf.get(sourceKeyOf(state))
  const fetched = sourceId === undefined ? undefined : plane.source(sourceId).fetched
  if (sourceId === undefined || fetched === undefined || isPaused(state)) return
  const tree = await library.artifact(fetched.artifactBlob, signal)
  if (await isAffected(deps, state, { sourceId, tree }, signal)) wishRender(deps, id, cause)
}

/** The applications that take their files from a source. */
export function usersOf({ plane }: ReleaserDeps, source: Source): readonly Application[] {
  const keys = new Set(source.objects.map(({ key }) => key))
  return [...plane.applications.values()].filter(
    (state) =>
      state.declared !== undefined && state.removed === undefined && keys.has(sourceKeyOf(state)),
  )
}

/** Asks for a render that draws anew what charts generated. */
export function rotateGenerated(deps: ReleaserDeps, id: string, cause: Cause): void {
  wishRender(deps, id, cause, 'rotate')
}

function wishRender(
  deps: ReleaserDeps,
  id: string,
  cause: Cause,
  generated: 'keep' | 'rotate' = 'keep',
): void {
  const { plane, decisions } = deps
  const state = plane.application(id)
  const sourceId = plane.sourceOf.get(sourceKeyOf(state)) ?? ''
  const { fetched } = plane.source(sourceId)
  if (fetched === undefined || state.declared === undefined) return
  const found = findInputs(deps, state, cause)
  if (found.kind === 'pending') return
  const { inputs } = found
  const specDigest = derivedId('spec', Buffer.from(state.declared.objectJson).toString('base64'))
  const variables = clusterVariables(plane, state)
  const decided = decideRender(state, {
    sourceId,
    fetched,
    specDigest,
    variables,
    inputs,
    generated,
  })
  decisions.record(
    cause,
    decided.map((wish) => ({ stream: streams.application(id), event: wish })),
  )
}

interface Candidate {
  readonly sourceId: string
  readonly tree: SourceTree
}

/** Whether the application's newest render would read something else in this tree, or none is known. */
async function isAffected(
  { library, plane }: ReleaserDeps,
  state: Application,
  { sourceId, tree }: Candidate,
  signal: AbortSignal,
): Promise<boolean> {
  const { request, rendered, declared } = state
  if (request === undefined || rendered?.request !== request.request) return true
  if (request.sourceId !== sourceId || request.generation !== declared?.generation) return true
  if (request.variablesDigest !== digestOf(clusterVariables(plane, state))) return true
  const inputs = knownInputs(plane, state)
  if (inputs.kind === 'pending' || !isSameInputs(state, inputs.inputs)) return true
  if (rendered.readSetBlob === '') return true
  const reads = await library.reads(rendered.readSetBlob, signal)
  return firstDifference(reads, tree) !== undefined
}
