import { event, InputKind, type EventOf } from '@tidemark/contracts'
import type { Application, RenderWish } from './application.ts'
import type { Fetched } from './source.ts'

export interface RenderDecision {
  readonly sourceId: string
  readonly fetched: Fetched
  /** Digest of the object that the application is declared by. */
  readonly specDigest: string
  /** `rotate` draws anew what charts generated, also where nothing else has changed. */
  readonly generated?: 'keep' | 'rotate'
}

/**
 * RenderRequested for this artifact and declaration, unless just that was the last wish. A rotation that was asked for and
 * has not succeeded yet is asked for again.
 */
export function decideRender(
  state: Application,
  { sourceId, fetched, specDigest, generated = 'keep' }: RenderDecision,
): readonly EventOf<'RenderRequested'>[] {
  const { declared, request } = state
  if (declared === undefined || state.removed !== undefined) return []
  const same = { sourceId, digest: fetched.artifactDigest, of: declared.generation }
  if (generated === 'keep' && isSameWish(request, same)) return []
  return [
    event('RenderRequested', {
      applicationId: state.id,
      request: (request?.request ?? 0n) + 1n,
      object: declared.object,
      cluster: declared.cluster,
      objectJson: declared.objectJson,
      inputs: [
        {
          kind: InputKind.INPUT_KIND_ARTIFACT,
          ref: sourceId,
          digest: fetched.artifactDigest,
          blob: fetched.artifactBlob,
          revision: fetched.revision,
        },
        {
          kind: InputKind.INPUT_KIND_SPEC,
          ref: state.id,
          digest: specDigest,
          blob: '',
          revision: String(declared.generation),
        },
      ],
      generatedBlob: state.rendered?.kind === 'rendered' ? state.rendered.generatedBlob : '',
      revision: fetched.revision,
      generation: declared.generation,
      rotateGenerated: generated === 'rotate' || isRotating(state),
    }),
  ]
}

function isRotating({ request, rendered }: Application): boolean {
  if (request?.rotates !== true) return false
  return rendered?.kind !== 'rendered' || rendered.request < request.request
}

function isSameWish(
  request: RenderWish | undefined,
  { sourceId, digest, of }: { sourceId: string; digest: string; of: bigint },
): boolean {
  if (request === undefined || request.generation !== of) return false
  return request.artifactDigest === digest && request.sourceId === sourceId
}
