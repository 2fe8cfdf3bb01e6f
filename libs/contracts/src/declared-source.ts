import { GitRef, OciRef, type SourceDeclared } from './gen/tidemark/v1/source.ts'

/** What a Secret that a source names is for. */
export type SecretRole = 'credentials' | 'proxy' | 'certificates' | 'verification' | 'trustedRoot'

/** The Secrets that a source names, in the namespace of its object; those that it does not name are left out. */
export function secretNamesOf(declared: SourceDeclared): ReadonlyMap<SecretRole, string> {
  const { git, oci, helmRepository, helmChart, bucket } = declared
  const place: Place = git ?? oci ?? helmRepository ?? bucket ?? {}
  const verification = oci?.verification ?? helmChart?.verification
  const keys = git?.verification ?? verification
  const names: readonly (readonly [SecretRole, string | undefined])[] = [
    ['credentials', place.secretName],
    ['proxy', place.proxySecretName],
    ['certificates', place.certSecretName],
    ['verification', keys?.secretName],
    ['trustedRoot', verification?.trustedRootSecretName],
  ]
  return new Map(names.map(([role, name]) => [role, name ?? ''] as const).filter(isNamed))
}

interface Place {
  readonly secretName?: string
  readonly proxySecretName?: string
  readonly certSecretName?: string
}

function isNamed([, name]: readonly [SecretRole, string]): boolean {
  return name !== ''
}

/** Where a source is, as people know it: its URL, or the chart and what it is in. */
export function addressOf(declared: SourceDeclared | undefined): string {
  if (declared === undefined) return ''
  const { git, oci, helmRepository, helmChart, bucket } = declared
  if (helmChart !== undefined)
    return `${helmChart.chart} in ${helmChart.upstream?.kind ?? ''} ${helmChart.upstream?.name ?? ''}`
  if (declared.composed !== undefined)
    return declared.composed.inputs
      .map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`)
      .join(' + ')
  if (bucket !== undefined)
    return `${bucket.insecure ? 'http' : 'https'}://${bucket.endpoint}/${bucket.bucketName}${bucket.prefix === '' ? '' : `/${bucket.prefix}`}`
  return (git ?? oci ?? helmRepository)?.url ?? ''
}

/** The part of a source that is followed: a branch, a tag, a range of versions; empty where there is one only. */
export function followedRefOf(declared: SourceDeclared | undefined): string {
  if (declared?.helmChart !== undefined) return declared.helmChart.version
  if (declared?.oci !== undefined) {
    const { digest, semver, tag } = OciRef.fromPartial(declared.oci.ref ?? {})
    return digest || semver || tag || 'latest'
  }
  const { commit, name, semver, tag, branch } = GitRef.fromPartial(declared?.git?.ref ?? {})
  return commit || name || semver || tag || branch
}
