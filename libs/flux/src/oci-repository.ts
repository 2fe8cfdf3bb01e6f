import { isRecord } from './fields.ts'
import { readFluxObject, textOf, type Read } from './flux-object.ts'
import { OCI_REPOSITORY_SPEC } from './oci-repository-fields.ts'
import {
  optionalText,
  readSourceFrame,
  readVerification,
  refName,
  type SourceFrame,
  type VerificationModel,
} from './source-frame.ts'

/** An OCIRepository, with Flux's defaults filled in. */
export interface OciRepositoryModel extends SourceFrame {
  readonly kind: 'OCIRepository'
  readonly url: string
  /** Precedence is digest, semver, tag; all empty is the tag `latest`. */
  readonly ref: {
    readonly digest: string
    readonly semver: string
    readonly semverFilter: string
    readonly tag: string
  }
  /** Empty: the first layer. */
  readonly layerMediaType: string
  readonly layerOperation: 'extract' | 'copy'
  readonly ignore: string | undefined
  readonly secretName: string
  readonly certSecretName: string
  readonly proxySecretName: string
  readonly insecure: boolean
  readonly verification: VerificationModel | undefined
}

/** Reads an OCIRepository (source.toolkit.fluxcd.io/v1). */
export function readOciRepository(value: unknown): Read<OciRepositoryModel> {
  const read = readFluxObject(value, OCI_REPOSITORY_SPEC)
  if (read.kind === 'refused') return read
  const { spec } = read.model
  const ref = isRecord(spec['ref']) ? spec['ref'] : {}
  const layer = isRecord(spec['layerSelector']) ? spec['layerSelector'] : {}
  return {
    kind: 'read',
    model: {
      kind: 'OCIRepository',
      ...readSourceFrame(read.model),
      url: textOf(spec['url']),
      ref: {
        digest: textOf(ref['digest']),
        semver: textOf(ref['semver']),
        semverFilter: textOf(ref['semverFilter']),
        tag: textOf(ref['tag']),
      },
      layerMediaType: textOf(layer['mediaType']),
      layerOperation: layer['operation'] === 'copy' ? 'copy' : 'extract',
      ignore: optionalText(spec['ignore']),
      secretName: refName(spec['secretRef']),
      certSecretName: refName(spec['certSecretRef']),
      proxySecretName: refName(spec['proxySecretRef']),
      insecure: spec['insecure'] === true,
      verification: readVerification(spec['verify']),
    },
  }
}
