import { derivedId } from '@tidemark/contracts'
import type { GitRepositoryModel } from '@tidemark/flux'

/**
 * One id for one URL, ref, ignore rules and credentials: however many objects name it, it is fetched once.
 * Credentials are looked up on a cluster, so a source with a Secret belongs to that cluster.
 */
export function sourceIdOf(model: GitRepositoryModel, cluster: string): string {
  const { url, ref, ignore, secretName, proxySecretName, provider, namespace } = model
  const owner = secretName === '' ? '' : `${cluster}/${namespace}/${secretName}`
  const parts = [url, ref.commit, ref.name, ref.semver, ref.tag, ref.branch, ignore ?? '-', owner]
  const proxy = proxySecretName === '' ? '' : `${cluster}/${namespace}/${proxySecretName}`
  // Ids of before stay as they are where nothing of this is used.
  const more = proxy === '' && provider === 'generic' ? [] : [proxy, provider]
  return derivedId('source', ...parts, ...more)
}
