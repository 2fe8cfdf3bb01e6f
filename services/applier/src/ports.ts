import type { ClusterPort, LiveState } from '@tidemark/apply'
import type { JsonObject, ObjectIdentity } from '@tidemark/manifests'

/** Whose objects are watched: those of one kind of owner carry one label. */
export type WatchedOwners = 'kustomizations' | 'releases'

/** A cluster that is watched: what is there can be known without a request. */
export interface WatchedCluster extends ClusterPort {
  /** Watches these kinds from now on, and resolves when each has been listed, or cannot be. */
  watch(
    identities: Iterable<ObjectIdentity>,
    owners: WatchedOwners,
    signal: AbortSignal,
  ): Promise<void>
  live(identity: ObjectIdentity): LiveState
}

/** The objects of a release, as the renderer kept them. */
export interface Releases {
  objects(manifestBlob: string, signal: AbortSignal): Promise<readonly JsonObject[]>
  /** Of a HelmRelease: what it rendered to beside them, as bytes of `HelmContents`. */
  helm(helmBlob: string, signal: AbortSignal): Promise<Uint8Array>
}
