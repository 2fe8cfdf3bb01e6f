import { systemClock, systemRandom } from '@tidemark/kernel'
import { KubeClient, KubeconfigRefused, readKubeconfig } from '@tidemark/kube'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { ownKubeconfig } from '../config.ts'
import { CommandError, EXIT } from './exit-codes.ts'

export interface ClusterChoice {
  /** How messages name it. */
  readonly cluster: string
  /** The context; else the cluster's own name. */
  readonly context: string | undefined
  readonly kubeconfig: string | undefined
  readonly dataDir: string
}

/**
 * A connection to a cluster from this machine, with the rights of whoever types: the server is not asked. Sandbox
 * clusters are in the kubeconfig of the data folder.
 */
export async function openCluster(choice: ClusterChoice): Promise<KubeClient> {
  const { cluster, context = cluster, kubeconfig, dataDir } = choice
  const path = kubeconfig ?? (await kubeconfigWith(context, dataDir))
  try {
    const access = await readKubeconfig({ path, context, exec: 'allowed', clock: systemClock })
    return new KubeClient({ cluster, access, clock: systemClock, random: systemRandom })
  } catch (error) {
    if (error instanceof KubeconfigRefused)
      throw new CommandError(
        `${error.message}; name another with --kubeconfig and --context`,
        EXIT.notFound,
      )
    throw error
  }
}

/** The sandbox's own kubeconfig where it has the context, else the operator's. */
async function kubeconfigWith(context: string, dataDir: string): Promise<string> {
  const { kubeconfigContexts } = await import('@tidemark/kube')
  const sandbox = join(dataDir, 'kubeconfig')
  if (existsSync(sandbox) && (await kubeconfigContexts(sandbox)).includes(context)) return sandbox
  return ownKubeconfig() ?? join(homedir(), '.kube', 'config')
}
