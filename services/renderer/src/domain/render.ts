import {
  event,
  type AnyEvent,
  type EventOf,
  type ReleaseChart,
  type RenderRequested,
} from '@tidemark/contracts'
import type { Decider } from '@tidemark/event-store'

/** The newest render of an application that has its answer. */
export interface RenderState {
  readonly answered: bigint
  /** What charts generated at the newest render that succeeded; empty where they generated nothing. */
  readonly generatedBlob: string
}

export interface Answer {
  readonly requested: RenderRequested
  readonly readSetDigest: string
  readonly readSetBlob: string
  readonly outcome: Outcome
}

export type Outcome =
  | {
      readonly kind: 'rendered'
      readonly manifestDigest: string
      readonly manifestBlob: string
      readonly objectCount: number
      readonly fluxObjectCount: number
      readonly inputsDigest: string
      readonly warnings: readonly string[]
      readonly generatedDigest: string
      readonly generatedBlob: string
      readonly engine: string
      readonly helmBlob: string
      /** Of a HelmRelease. */
      readonly chart: ReleaseChart | undefined
    }
  | {
      readonly kind: 'failed'
      readonly code: string
      readonly message: string
      readonly file: string
      readonly line: number
    }

/** One answer for each request, and none for one that a newer answer has overtaken. */
export const render: Decider<RenderState, Answer, 'Rendered' | 'RenderFailed'> = {
  initial: { answered: 0n, generatedBlob: '' },

  decide: (
    { requested, readSetDigest, readSetBlob, outcome },
    state,
  ): readonly EventOf<'Rendered' | 'RenderFailed'>[] => {
    const { applicationId, request } = requested
    if (request <= state.answered) return []
    const reads = { readSetDigest, readSetBlob }
    if (outcome.kind === 'failed') {
      const { code, message, file, line } = outcome
      return [
        event('RenderFailed', { applicationId, request, code, message, file, line, ...reads }),
      ]
    }
    const { warnings, ...rendered } = outcome
    return [
      event('Rendered', {
        applicationId,
        request,
        ...rendered,
        ...reads,
        warnings: [...warnings],
      }),
    ]
  },

  evolve: (state, { type, value }: AnyEvent) => {
    if (type === 'Rendered') return { answered: value.request, generatedBlob: value.generatedBlob }
    return type === 'RenderFailed' ? { ...state, answered: value.request } : state
  },
}

/**
 * What a render is given of what earlier ones generated. Our own newest answer goes before the request, which may have been
 * written before that answer was read: else two requests in a row would draw twice.
 */
export function generatedFor(state: RenderState, requested: RenderRequested): string {
  if (requested.rotateGenerated) return ''
  return state.generatedBlob === '' ? requested.generatedBlob : state.generatedBlob
}
