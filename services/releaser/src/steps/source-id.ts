import {
  BucketSource,
  ComposedSource,
  derivedId,
  GitSource,
  HelmChartSource,
  HelmRepositorySource,
  OciSource,
  secretNamesOf,
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
  // Secrets and the inputs of an artifact are named: on another cluster they are others.
  const isBound = secretNamesOf(declared).size > 0 || declared.composed !== undefined
  const owner = isBound ? `${object.cluster}/${object.namespace}` : ''
  return derivedId('source', object.kind, owner, Buffer.from(identityOf(declared)).toString('hex'))
}

function gitSourceId(git: GitSource, { cluster, namespace }: ObjectRef): string {
  const { url, ref, ignore, secretName, proxySecretName, provider } = git
  const owner = secretName === '' ? '' : `${cluster}/${namespace}/${secretName}`
  const refs = [ref?.commit, ref?.name, ref?.semver, ref?.tag, ref?.branch].map(
    (part) => part ?? '',
  )
  const parts = [url, ...refs, ignore ?? '-', owner]
  const proxy = proxySecretName === '' ? '' : `${cluster}/${namespace}/${proxySecretName}`
  // Ids of before stay as they are where nothing of this is used.
  const more =
    proxy === '' && provider === '' ? [] : [proxy, provider === '' ? 'generic' : provider]
  return derivedId('source', ...parts, ...more, ...rulesOf(git, `${cluster}/${namespace}`))
}

/** What else decides of the files; keys and other sources are looked up in the namespace of the object. */
function rulesOf(
  { verification, includes, recurseSubmodules, sparseCheckout }: GitSource,
  namespace: string,
): readonly string[] {
  const rules = GitSource.fromPartial({ verification, includes, recurseSubmodules, sparseCheckout })
  const bytes = GitSource.encode(rules).finish()
  if (bytes.length === 0) return []
  const isBound = verification !== undefined || includes.length > 0
  return ['rules', isBound ? namespace : '', Buffer.from(bytes).toString('hex')]
}

/** What a source is fetched by, as bytes: equal ones are one source. */
function identityOf(declared: SourceDeclared): Uint8Array {
  const { oci, helmRepository, helmChart, bucket, composed } = declared
  if (composed !== undefined) return ComposedSource.encode(composed).finish()
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
