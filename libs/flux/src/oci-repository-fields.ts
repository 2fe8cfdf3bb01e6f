import type { FieldTable } from './fields.ts'
import {
  INTERVAL,
  NEXT,
  onlyGeneric,
  SECRET_REF,
  SWITCH,
  TEXT,
  TIMEOUT,
  verification,
} from './source-fields.ts'

/** OCIRepository, source.toolkit.fluxcd.io/v1 (source-controller 1.9.1), field by field. */
export const OCI_REPOSITORY_SPEC: FieldTable = {
  url: {
    required: 'required',
    rule: {
      kind: 'text',
      pattern: /^oci:\/\/[^\s@/]+\/[^\s:@]+$/u,
      expected: 'oci://host/repository, without a tag or digest: those are in spec.ref',
    },
  },
  ref: {
    rule: {
      kind: 'object',
      fields: {
        digest: {
          rule: {
            kind: 'text',
            pattern: /^sha256:[0-9a-f]{64}$/u,
            expected: 'sha256: and 64 hexadecimal digits',
          },
        },
        semver: TEXT,
        semverFilter: TEXT,
        tag: {
          rule: {
            kind: 'text',
            pattern: /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/u,
            expected: 'a tag: letters, digits, _, . and -',
          },
        },
      },
    },
  },
  layerSelector: {
    rule: {
      kind: 'object',
      fields: {
        mediaType: TEXT,
        operation: {
          rule: { kind: 'text', pattern: /^(?:extract|copy)$/u, expected: 'extract or copy' },
        },
      },
    },
  },
  provider: onlyGeneric('aws, azure and gcp'),
  secretRef: SECRET_REF,
  verify: verification({ trustedRootSecretRef: SECRET_REF }),
  serviceAccountName: {
    rule: { kind: 'not-yet', instead: `give the credentials by spec.secretRef; ${NEXT}` },
  },
  certSecretRef: SECRET_REF,
  proxySecretRef: SECRET_REF,
  interval: INTERVAL,
  timeout: TIMEOUT,
  ignore: TEXT,
  insecure: SWITCH,
  suspend: SWITCH,
}
