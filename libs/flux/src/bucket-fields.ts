import type { FieldTable } from './fields.ts'
import { INTERVAL, NEXT, onlyGeneric, SECRET_REF, SWITCH, TEXT, TIMEOUT } from './source-fields.ts'

/** Bucket, source.toolkit.fluxcd.io/v1 (source-controller 1.9.1), field by field. */
export const BUCKET_SPEC: FieldTable = {
  provider: onlyGeneric('aws, azure and gcp'),
  bucketName: {
    required: 'required',
    rule: {
      kind: 'text',
      pattern: /^[a-zA-Z0-9][a-zA-Z0-9._-]{1,62}$/u,
      expected: 'the name of a bucket: letters, digits, ., _ and -',
    },
  },
  endpoint: {
    required: 'required',
    rule: {
      kind: 'text',
      pattern: /^[^\s/@?#]+$/u,
      expected: 'host or host:port, without https:// and path',
    },
  },
  sts: {
    rule: { kind: 'not-yet', instead: `give accesskey and secretkey by spec.secretRef; ${NEXT}` },
  },
  insecure: SWITCH,
  region: TEXT,
  prefix: TEXT,
  secretRef: SECRET_REF,
  serviceAccountName: {
    rule: { kind: 'not-yet', instead: `give accesskey and secretkey by spec.secretRef; ${NEXT}` },
  },
  certSecretRef: SECRET_REF,
  proxySecretRef: SECRET_REF,
  interval: INTERVAL,
  timeout: TIMEOUT,
  ignore: TEXT,
  suspend: SWITCH,
}
