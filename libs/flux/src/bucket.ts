import { BUCKET_SPEC } from './bucket-fields.ts'
import { readFluxObject, textOf, type Read } from './flux-object.ts'
import { optionalText, readSourceFrame, refName, type SourceFrame } from './source-frame.ts'

/** A Bucket, with Flux's defaults filled in. */
export interface BucketModel extends SourceFrame {
  readonly kind: 'Bucket'
  readonly endpoint: string
  readonly bucketName: string
  readonly region: string
  readonly prefix: string
  readonly insecure: boolean
  readonly ignore: string | undefined
  readonly secretName: string
  readonly certSecretName: string
  readonly proxySecretName: string
}

/** Reads a Bucket (source.toolkit.fluxcd.io/v1). */
export function readBucket(value: unknown): Read<BucketModel> {
  const read = readFluxObject(value, BUCKET_SPEC)
  if (read.kind === 'refused') return read
  const { spec } = read.model
  return {
    kind: 'read',
    model: {
      kind: 'Bucket',
      ...readSourceFrame(read.model),
      endpoint: textOf(spec['endpoint']),
      bucketName: textOf(spec['bucketName']),
      region: textOf(spec['region']),
      prefix: textOf(spec['prefix']),
      insecure: spec['insecure'] === true,
      ignore: optionalText(spec['ignore']),
      secretName: refName(spec['secretRef']),
      certSecretName: refName(spec['certSecretRef']),
      proxySecretName: refName(spec['proxySecretRef']),
    },
  }
}
