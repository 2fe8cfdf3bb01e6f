import type { FluxInput } from '@tidemark/flux'
import type { GeneratedEntry } from '@tidemark/go-template'
import type { HelmReleaseContents } from '@tidemark/flux'
import type { JsonObject } from '@tidemark/manifests'
import type { KeySet } from '@tidemark/sops'
import type { Reads, SourceTree } from '@tidemark/source-tree'

/** One render: an application's object over the files of its source. */
export interface RenderJob {
  /** Jobs of one key go to the same worker, which has their files already. */
  readonly key: string
  readonly artifactDigest: string
  readonly tree: SourceTree
  /** The Flux object, as JSON. */
  readonly objectJson: string
  /** Variables of the cluster, which `spec.postBuild` may name. */
  readonly variables: ReadonlyMap<string, string>
  /** What the Secrets and ConfigMaps that the object names hold. */
  readonly inputs: readonly FluxInput[]
  /** Opens the data key of a file that SOPS encrypted, or says why it cannot. The private keys stay here. */
  readonly unwrap: (set: KeySet) => Promise<Uint8Array | { readonly refused: string }>
  /** What charts generated when this was last rendered; it is given again. */
  readonly generated: readonly GeneratedEntry[]
  /** Of a HelmRelease: which release it would be, and of which revision of the chart. */
  readonly release: ReleaseFacts
}

export interface ReleaseFacts {
  /** 1 is an install. */
  readonly number: number
  readonly sourceRevision: string
}

/** What came of it. A pure function of the job, but for what charts generate anew: that is in the outcome. */
export type RenderOutcome =
  | {
      readonly kind: 'rendered'
      readonly objects: readonly JsonObject[]
      /** Of a HelmRelease: what it holds beside its objects. Secrets may be among it. */
      readonly helm: HelmReleaseContents | undefined
      readonly reads: Reads
      readonly warnings: readonly string[]
      /** All that charts generated, now or before. Secrets may be among it. */
      readonly generated: readonly GeneratedEntry[]
    }
  | {
      readonly kind: 'failed'
      readonly code: string
      readonly message: string
      /** Empty where no file is to blame. */
      readonly file: string
      /** 0 where no line is to blame. */
      readonly line: number
      /** What was read before it failed; `undefined` where that is not known. */
      readonly reads: Reads | undefined
    }

/** Renders. MUST answer `failed` for what the input is to blame for, and reject only for what may pass. */
export interface RenderEngine {
  render(job: RenderJob, signal: AbortSignal): Promise<RenderOutcome>
}

/** Opens the artifacts that renders take in. */
export interface Artifacts {
  open(blob: string, signal: AbortSignal): Promise<SourceTree>
}
