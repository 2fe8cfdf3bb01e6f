import {
  derivedId,
  event,
  InputKind,
  type EventOf,
  type Input,
  type KeyValue,
} from '@tidemark/contracts'
import type { Application, RenderWish } from './application.ts'
import { isAsked } from './decide-release.ts'
import type { Fetched } from './source.ts'

export interface RenderDecision {
  readonly sourceId: string
  readonly fetched: Fetched
  /** Digest of the object that the application is declared by. */
  readonly specDigest: string
  /** Of the cluster, sorted. */
  readonly variables: readonly KeyValue[]
  /** The Secrets and ConfigMaps that the object names. */
  readonly inputs: readonly Input[]
  /** `rotate` draws anew what charts generated, also where nothing else has changed. */
  readonly generated?: 'keep' | 'rotate'
}

/**
 * RenderRequested for this artifact and declaration, unless just that was the last wish. A rotation that was asked for and
 * has not succeeded yet is asked for again.
 */
export function decideRender(
  state: Application,
  { sourceId, fetched, specDigest, variables, inputs, generated = 'keep' }: RenderDecision,
): readonly EventOf<'RenderRequested'>[] {
  const { declared, request } = state
  if (declared === undefined || state.removed !== undefined) return []
  const variablesDigest = digestOf(variables)
  const same = {
    sourceId,
    artifactDigest: fetched.artifactDigest,
    generation: declared.generation,
    variablesDigest,
  }
  if (generated === 'keep' && isSameWish(request, same) && isSameInputs(state, inputs)) return []
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
          missing: '',
        },
        {
          kind: InputKind.INPUT_KIND_SPEC,
          ref: state.id,
          digest: specDigest,
          blob: '',
          revision: String(declared.generation),
          missing: '',
        },
        ...(variables.length === 0 ? [] : [variablesInput(declared.cluster, variablesDigest)]),
        ...inputs,
      ],
      variables,
      generatedBlob: state.rendered?.kind === 'rendered' ? state.rendered.generatedBlob : '',
      revision: fetched.revision,
      generation: declared.generation,
      rotateGenerated: generated === 'rotate' || isRotating(state),
      releaseNumber: releaseNumberOf(state),
    }),
  ]
}

/** Of variables; empty where there are none. */
export function digestOf(variables: readonly KeyValue[]): string {
  if (variables.length === 0) return ''
  return derivedId('variables', ...variables.flatMap(({ key, value }) => [key, value]))
}

function variablesInput(ref: string, digest: string): Input {
  const kind = InputKind.INPUT_KIND_CLUSTER_VARIABLES
  return { kind, ref, digest, blob: '', revision: '', missing: '' }
}

/**
 * Whether the newest wish was for these Secrets and ConfigMaps, and for what the cluster serves. The latter counts until the
 * release is handed to the applier: as in Flux, a cluster that serves more is no upgrade of what it runs.
 */
export function isSameInputs(state: Application, next: readonly Input[]): boolean {
  const isSettled = isAsked(state) && state.rendered?.kind === 'rendered'
  const counted = (inputs: readonly Input[]): readonly string[] =>
    inputs
      .filter(({ kind }) => !isSettled || kind !== InputKind.INPUT_KIND_CAPABILITIES)
      .map(inputText)
  const [one, other] = [counted(state.request?.inputs ?? []), counted(next)]
  return one.length === other.length && one.every((text, index) => text === other[index])
}

function inputText({ kind, ref, digest, missing }: Input): string {
  return [kind, ref, digest, missing].join('\n')
}

/** What was never applied is installed, whatever was cut before. */
function releaseNumberOf({ lastApply, releases }: Application): bigint {
  return lastApply === 0n ? 1n : (releases.at(-1)?.number ?? 0n) + 1n
}

function isRotating({ request, rendered }: Application): boolean {
  if (request?.rotates !== true) return false
  return rendered?.kind !== 'rendered' || rendered.request < request.request
}

function isSameWish(
  request: RenderWish | undefined,
  same: Pick<RenderWish, 'sourceId' | 'artifactDigest' | 'generation' | 'variablesDigest'>,
): boolean {
  if (request === undefined || request.generation !== same.generation) return false
  if (request.artifactDigest !== same.artifactDigest) return false
  return request.sourceId === same.sourceId && request.variablesDigest === same.variablesDigest
}
