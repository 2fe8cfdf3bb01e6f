import type { Reads, SourceTree } from '@tidemark/source-tree'

/** What the releaser reads that is too big for an event. */
export interface Library {
  /** The files of an artifact, by the name of its listing. */
  artifact(blob: string, signal: AbortSignal): Promise<SourceTree>
  /** What a render read, by the name of the blob that keeps it. */
  reads(blob: string, signal: AbortSignal): Promise<Reads>
  /** The objects of a release, as JSON. */
  manifests(blob: string, signal: AbortSignal): Promise<readonly unknown[]>
}
