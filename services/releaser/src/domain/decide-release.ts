import { event, InputKind, type EventOf } from '@tidemark/contracts'
import type { Application, Release, RenderAnswer } from './application.ts'
import type { Fetched } from './source.ts'

export type ReleaseDecision = EventOf<'ReleaseCut' | 'ReleaseConfirmed'>

/**
 * Rendered -> ReleaseCut, or ReleaseConfirmed where the bytes are those of the newest release (DECISIONS
 * 8). Nothing for an answer to an older request, and nothing twice.
 */
export function decideRelease(
  state: Application,
  fetched: Fetched | undefined,
): readonly ReleaseDecision[] {
  const { rendered, request, declared } = state
  if (rendered?.kind !== 'rendered' || request === undefined || declared === undefined) return []
  if (!isDue(state)) return []
  const inputs = [
    {
      kind: InputKind.INPUT_KIND_ARTIFACT,
      ref: request.sourceId,
      digest: request.artifactDigest,
      blob: '',
      revision: request.revision,
      missing: '',
    },
    ...request.inputs,
  ]
  const newest = state.releases.at(-1)
  if (newest !== undefined && isSameRelease(state, newest, rendered))
    return [
      event('ReleaseConfirmed', {
        applicationId: state.id,
        number: newest.number,
        request: rendered.request,
        inputs,
        readSetBlob: rendered.readSetBlob,
        revision: request.revision,
      }),
    ]
  const cluster = declared.cluster
  return [
    event('ReleaseCut', {
      applicationId: state.id,
      number: (newest?.number ?? 0n) + 1n,
      request: rendered.request,
      inputsDigest: rendered.inputsDigest,
      inputs,
      readSetBlob: rendered.readSetBlob,
      variants: [
        {
          manifestDigest: rendered.manifestDigest,
          manifestBlob: rendered.manifestBlob,
          generatedDigest: rendered.generatedDigest,
          generatedBlob: rendered.generatedBlob,
          helmBlob: rendered.helmBlob,
        },
      ],
      targets: [{ cluster, variant: 0 }],
      targetsDigest: rendered.manifestDigest,
      objectJson: declared.objectJson,
      revision: request.revision,
      commit: fetched?.artifactDigest === request.artifactDigest ? fetched.commit : undefined,
      objectCount: rendered.objectCount,
      fluxObjectCount: rendered.fluxObjectCount,
      chart: rendered.chart,
    }),
  ]
}

/**
 * Whether a render is the newest release once more: the same bytes, or, of a chart, the same inputs. A chart may print the
 * number of its release, or something else the first time; as in Flux, that alone is no reason for another one.
 */
function isSameRelease(
  state: Application,
  newest: Release,
  { manifestDigest, inputsDigest, chart }: Extract<RenderAnswer, { kind: 'rendered' }>,
): boolean {
  if (newest.manifestDigest === manifestDigest) return true
  if (!isAsked(state)) return false
  return (
    chart !== undefined && newest.inputsDigest === inputsDigest && state.request?.rotates !== true
  )
}

/** Whether the newest release was handed to the applier, or has been applied. */
export function isAsked({ releases, rollout }: Application): boolean {
  const newest = releases.at(-1)?.number
  return newest !== undefined && rollout?.number === newest && rollout.phase !== 'planned'
}

/** Whether the newest answer is the one that was asked for, and no release stands for it yet. */
function isDue({ rendered, request, released, removed }: Application): boolean {
  if (removed !== undefined || rendered?.request !== request?.request) return false
  return (rendered?.request ?? 0n) > released
}
