import {
  BucketSource,
  derivedId,
  HelmChartSource,
  HelmRepositorySource,
  OciSource,
  secretNamesOf,
  type GitSource,
  type ObjectRef,
  type SourceDeclared,
} from '@tidemark/contracts'
import { assert } from '@tidemark/kernel'

/**
 * One id for one URL, ref, rules and credentials: however many objects name it, it is fetched once.
 * Secrets are looked up on a cluster, so a source with one belongs to that cluster.
 */
export function sourceIdOf(declared: SourceDeclared): string {
  const { git, object } = declared
  assert(object !== undefined, 'a source is declared by an object')
  if (git !== undefined) return gitSourceId(git, object)
  const owner = secretNamesOf(declared).size === 0 ? '' : `${object.cluster}/${object.namespace}`
  return derivedId('source', object.kind, owner, Buffer.from(identityOf(declared)).toString('hex'))
}

function gitSourceId(git: GitSource, { cluster, namespace }: ObjectRef): string {
  const { url, ref, ignore, secretName, proxySecretName, provider, verification } = git
  const owner = secretName === '' ? '' : `${cluster}/${namespace}/${secretName}`
  const refs = [ref?.commit, ref?.name, ref?.semver, ref?.tag, ref?.branch].map(
    (part) => part ?? '',
  )
  const parts = [url, ...refs, ignore ?? '-', owner]
  const proxy = proxySecretName === '' ? '' : `${cluster}/${namespace}/${proxySecretName}`
  // Ids of before stay as they are where nothing of this is used.
  const more =
    proxy === '' && provider === '' ? [] : [proxy, provider === '' ? 'generic' : provider]
  const { mode = '', secretName: keys = '' } = verification ?? {}
  const signed =
    verification === undefined ? [] : ['verify', mode, `${cluster}/${namespace}/${keys}`]
  return derivedId('source', ...parts, ...more, ...signed)
}

/** What a source is fetched by, as bytes: equal ones are one source. */
function identityOf({ oci, helmRepository, helmChart, bucket }: SourceDeclared): Uint8Array {
  if (oci !== undefined) return OciSource.encode(oci).finish()
  if (helmRepository !== undefined) return HelmRepositorySource.encode(helmRepository).finish()
  if (bucket !== undefined) return BucketSource.encode(bucket).finish()
  assert(helmChart !== undefined, 'a source is of one of the kinds')
  const { upstream, objectGeneration, valuesFiles } = helmChart
  return HelmChartSource.encode({
    ...helmChart,
    // Which object the upstream source stands for says its id; where it is declared does not matter.
    upstream: {
      cluster: '',
      apiVersion: '',
      namespace: '',
      kind: upstream?.kind ?? '',
      name: upstream?.name ?? '',
    },
    objectGeneration: valuesFiles.length === 0 ? 0n : objectGeneration,
  }).finish()
}
