import type { Clock } from '@tidemark/kernel'
import { readKubeconfig, type ClusterAccess } from '@tidemark/kube'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** A context of a kubeconfig, by default that of this user. Throws `KubeconfigRefused`. */
export async function contextAccess({
  context,
  path = join(homedir(), '.kube', 'config'),
  clock,
}: {
  readonly context: string
  readonly path: string | undefined
  readonly clock: Clock
}): Promise<ClusterAccess> {
  return await readKubeconfig({ path, context, exec: 'allowed', clock })
}
