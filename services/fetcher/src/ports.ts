import type { SourceDeclared } from '@tidemark/contracts'
import type { Observation, SourceState } from './domain/source.ts'

/** The places that sources name. */
export interface Repositories {
  /**
   * Looks at a source: `unchanged` where its ref names what `known` has, else the new revision, whose files
   * are in the blob store before this resolves; `refused` where the answer is no. MUST reject with an
   * OperatingError where there is no answer, and MUST NOT take longer than the source's timeout.
   */
  observe(declared: SourceDeclared, known: SourceState, signal: AbortSignal): Promise<Observation>
}
