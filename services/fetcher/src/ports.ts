import type { SourceDeclared } from '@tidemark/contracts'
import type { SecretValues } from '@tidemark/service'
import type { Observation, SourceState } from './domain/source.ts'

/** The places that sources name. */
export interface Repositories {
  /**
   * Looks at a source: `unchanged` where its ref names what `known` has, else the new revision, whose files
   * are in the blob store before this resolves; `refused` where the answer is no. MUST reject with an
   * OperatingError where there is no answer, and MUST NOT take longer than the source's timeout. No value of
   * a Secret may be in what it gives or throws.
   */
  observe(
    source: {
      readonly declared: SourceDeclared
      readonly known: SourceState
      /** What its `secretRef` names. */
      readonly secret: SecretValues | undefined
      /** What its `proxySecretRef` names. */
      readonly proxy: SecretValues | undefined
    },
    signal: AbortSignal,
  ): Promise<Observation>
}
