import type { JournalRecord } from './store/object-store.ts'

/**
 * Where clusters are kept. Records are kept in the order in which they are given; what `append` has resolved MUST
 * survive the death of the process (not the loss of power: a sandbox is no database).
 */
export interface SandboxStorage {
  /** All that was kept of a cluster, oldest first; nothing for one that is new. */
  load(cluster: string): Promise<readonly JournalRecord[]>
  /**
   * Keeps more; `snapshot` gives everything there is, for a storage that wants to start over. After a failure it
   * MUST start over: what it was given then is not given again.
   */
  append(
    cluster: string,
    records: readonly JournalRecord[],
    snapshot: () => readonly JournalRecord[],
  ): Promise<void>
}
