import type { FieldTable } from './fields.ts'
import { onlyGeneric, SECRET_REF, SWITCH, TIMEOUT } from './source-fields.ts'

/** HelmRepository, source.toolkit.fluxcd.io/v1 (source-controller 1.9.1), field by field. */
export const HELM_REPOSITORY_SPEC: FieldTable = {
  url: {
    required: 'required',
    rule: {
      kind: 'text',
      pattern: /^(?:https?|oci):\/\/[^\s/@]+(?:\/\S*)?$/u,
      expected:
        'an https://, http:// or oci:// address without a user: credentials are in spec.secretRef',
    },
  },
  type: {
    rule: { kind: 'text', pattern: /^(?:default|oci)?$/u, expected: 'default or oci' },
  },
  secretRef: SECRET_REF,
  certSecretRef: SECRET_REF,
  passCredentials: SWITCH,
  interval: { rule: { kind: 'duration', hours: 'allowed' } },
  timeout: TIMEOUT,
  insecure: SWITCH,
  provider: onlyGeneric('aws, azure and gcp'),
  suspend: SWITCH,
  accessFrom: {
    rule: { kind: 'ignored', why: 'Flux declares it too, and does not act on it' },
  },
}
