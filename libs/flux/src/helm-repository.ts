import { readFluxObject, textOf, type Read } from './flux-object.ts'
import { HELM_REPOSITORY_SPEC } from './helm-repository-fields.ts'
import { readSourceFrame, refName, type SourceFrame } from './source-frame.ts'

const INTERVAL_MS = 60_000 // Flux's default.

/** A HelmRepository, with Flux's defaults filled in. */
export interface HelmRepositoryModel extends SourceFrame {
  readonly kind: 'HelmRepository'
  readonly url: string
  /** `oci`: charts are artifacts of a registry, and there is no index. */
  readonly type: 'default' | 'oci'
  readonly secretName: string
  readonly certSecretName: string
  readonly passCredentials: boolean
  readonly insecure: boolean
}

/** Reads a HelmRepository (source.toolkit.fluxcd.io/v1). */
export function readHelmRepository(value: unknown): Read<HelmRepositoryModel> {
  const read = readFluxObject(value, HELM_REPOSITORY_SPEC)
  if (read.kind === 'refused') return read
  const { spec } = read.model
  const url = textOf(spec['url'])
  const type = spec['type'] === 'oci' ? 'oci' : 'default'
  if (url.startsWith('oci://') !== (type === 'oci'))
    return {
      kind: 'refused',
      problems: [
        {
          field: 'spec.url',
          message:
            type === 'oci'
              ? `is "${url}": with the type oci it begins with oci://`
              : `is "${url}": an address of oci:// needs spec.type to be oci`,
        },
      ],
    }
  return {
    kind: 'read',
    model: {
      kind: 'HelmRepository',
      ...readSourceFrame(read.model, INTERVAL_MS),
      url,
      type,
      secretName: refName(spec['secretRef']),
      certSecretName: refName(spec['certSecretRef']),
      passCredentials: spec['passCredentials'] === true,
      insecure: type === 'oci' && spec['insecure'] === true,
    },
  }
}
