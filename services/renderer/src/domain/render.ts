import { event, type AnyEvent, type EventOf, type RenderRequested } from '@tidemark/contracts'
import type { Decider } from '@tidemark/event-store'

/** The newest render of an application that has its answer. */
export interface RenderState {
  readonly answered: bigint
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
      readonly engine: string
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
  initial: { answered: 0n },

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

  evolve: (state, { type, value }: AnyEvent) =>
    type === 'Rendered' || type === 'RenderFailed' ? { answered: value.request } : state,
}
