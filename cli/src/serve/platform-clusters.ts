import type { ClusterRegistered } from '@tidemark/contracts'
import type { Clock } from '@tidemark/kernel'
import { readKubeconfig, type ClusterAccess } from '@tidemark/kube'
import { ConfigError } from '@tidemark/service'

export interface PlatformClusters {
  /** The file that whoever runs the applier gave it. */
  readonly kubeconfig: string | undefined
  readonly clock: Clock
}

/**
 * Access to a registered cluster: a context of the applier's own kubeconfig, or of the file that the registration
 * names. Programs that sign in run for the former only: who may register clusters must not run programs here.
 */
export async function platformAccess(
  { kubeconfig, clock }: PlatformClusters,
  { cluster, access }: Pick<ClusterRegistered, 'cluster' | 'access'>,
): Promise<ClusterAccess> {
  const kind = access?.kind
  if (kind?.$case !== 'kubeconfigContext')
    throw new ConfigError(`cluster ${cluster} is no cluster of a kubeconfig`)
  const { context } = kind.value
  const path = kind.value.path || kubeconfig
  if (path === undefined)
    throw new ConfigError(`TIDEMARK_KUBECONFIG is not set: it gives the context of ${cluster}`)
  const exec = path === kubeconfig ? 'allowed' : 'refused'
  return await readKubeconfig({ path, context, exec, clock })
}
