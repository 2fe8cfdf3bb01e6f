import type { GitInclude, IncludedArtifact, SecretRole, SourceDeclared } from '@tidemark/contracts'
import type { SecretValues } from '@tidemark/service'
import type { Observation, SourceState } from './domain/source.ts'

/** What the Secrets hold that a source names. */
export type FoundSecrets = ReadonlyMap<SecretRole, SecretValues>

/** A source to look at. */
export interface LookedAt {
  readonly declared: SourceDeclared
  readonly known: SourceState
  readonly secrets: FoundSecrets
}

/** An artifact of another source that is put into one. */
export interface Included {
  readonly include: GitInclude
  readonly artifact: IncludedArtifact
  readonly artifactBlob: string
}

/** The places that sources name. */
export interface Repositories {
  /**
   * Looks at a source: `unchanged` where its ref names what `known` has, else the new revision, whose files
   * are in the blob store before this resolves; `refused` where the answer is no. MUST reject with an
   * OperatingError where there is no answer, and MUST NOT take longer than the source's timeout. No value of
   * a Secret may be in what it gives or throws. Of a chart, `upstream` is the source that it is in; `includes` are
   * what is put into it.
   */
  observe(
    source: LookedAt & {
      readonly upstream?: LookedAt | undefined
      readonly includes?: readonly Included[]
    },
    signal: AbortSignal,
  ): Promise<Observation>
}
