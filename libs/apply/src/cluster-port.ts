import type { Clock } from '@tidemark/kernel'
import type { KubeClient } from '@tidemark/kube'
import type { JsonObject, KeyedDigest } from '@tidemark/manifests'

/** What applying and pruning need: a cluster to write to, a clock to wait by. */
export interface ClusterPort {
  readonly client: KubeClient
  readonly clock: Clock
  /** Requests at once to this cluster; 8 is what an API server takes at full speed from one process. */
  readonly concurrency?: number
  readonly fieldManager: string
  readonly keyed: KeyedDigest
  /** Called after each object that was written, with what was answered, or deleted: where a crash test ends the process. */
  readonly afterWrite?: (answered?: JsonObject) => void
}

export const CONCURRENCY = 8
