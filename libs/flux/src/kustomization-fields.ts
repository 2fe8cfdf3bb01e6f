import type { Field, FieldTable } from './fields.ts'

const NEXT = 'remove it, or wait for a version that has it'
const text: Field = { rule: { kind: 'text' } }
const required: Field = { required: 'required', rule: { kind: 'text' } }

/** Kustomization, kustomize.toolkit.fluxcd.io/v1 (kustomize-controller 1.9.4), field by field. */
export const KUSTOMIZATION_SPEC: FieldTable = {
  interval: { required: 'required', rule: { kind: 'duration', hours: 'allowed' } },
  retryInterval: { rule: { kind: 'duration', hours: 'allowed' } },
  timeout: { rule: { kind: 'duration', hours: 'allowed' } },
  sourceRef: {
    required: 'required',
    rule: {
      kind: 'object',
      fields: {
        apiVersion: text,
        kind: {
          required: 'required',
          rule: {
            kind: 'text',
            pattern: /^(?:GitRepository|OCIRepository|Bucket|ExternalArtifact)$/u,
            expected: 'GitRepository, OCIRepository, Bucket or ExternalArtifact',
          },
        },
        name: required,
        namespace: text,
      },
    },
  },
  path: text,
  prune: { required: 'required', rule: { kind: 'switch' } },
  deletionPolicy: {
    rule: {
      kind: 'text',
      pattern: /^(?:MirrorPrune|Delete|WaitForTermination|Orphan)$/u,
      expected: 'MirrorPrune, Delete, WaitForTermination or Orphan',
    },
  },
  wait: { rule: { kind: 'switch' } },
  targetNamespace: text,
  dependsOn: {
    rule: {
      kind: 'list',
      items: {
        kind: 'object',
        fields: {
          name: required,
          namespace: text,
          readyExpr: text,
        },
      },
    },
  },
  suspend: { rule: { kind: 'switch' } },
  force: { rule: { kind: 'switch' } },
  images: { rule: { kind: 'list', items: { kind: 'map' } } },
  patches: { rule: { kind: 'list', items: { kind: 'map' } } },
  namePrefix: text,
  nameSuffix: text,
  commonMetadata: { rule: { kind: 'map' } },
  components: { rule: { kind: 'list', items: { kind: 'text' } } },
  ignoreMissingComponents: { rule: { kind: 'switch' } },
  buildMetadata: { rule: { kind: 'list', items: { kind: 'text' } } },
  postBuild: {
    rule: {
      kind: 'object',
      fields: {
        substitute: { rule: { kind: 'map' } },
        substituteStrategy: {
          rule: {
            kind: 'text',
            pattern: /^(?:WithVariables|Always)$/u,
            expected: 'WithVariables or Always',
          },
        },
        substituteFrom: {
          rule: {
            kind: 'list',
            items: {
              kind: 'object',
              fields: {
                kind: {
                  required: 'required',
                  rule: {
                    kind: 'text',
                    pattern: /^(?:Secret|ConfigMap)$/u,
                    expected: 'Secret or ConfigMap',
                  },
                },
                name: required,
                optional: { rule: { kind: 'switch' } },
              },
            },
          },
        },
      },
    },
  },
  healthChecks: { rule: { kind: 'not-yet', instead: `set spec.wait to true, ${NEXT}` } },
  healthCheckExprs: { rule: { kind: 'not-yet', instead: NEXT } },
  decryption: {
    differs:
      'the MAC of a file is verified, and one that does not fit is refused: files are decrypted when they are read, not when they were built',
    rule: {
      kind: 'object',
      fields: {
        provider: {
          required: 'required',
          rule: { kind: 'text', pattern: /^sops$/u, expected: 'sops' },
        },
        secretRef: { rule: { kind: 'object', fields: { name: required } } },
        serviceAccountName: {
          rule: {
            kind: 'not-yet',
            instead: 'encrypt for an age or OpenPGP key, and name its Secret',
          },
        },
      },
    },
  },
  kubeConfig: { rule: { kind: 'not-yet', instead: `register the cluster, ${NEXT}` } },
  serviceAccountName: { rule: { kind: 'not-yet', instead: NEXT } },
  ignore: { rule: { kind: 'not-yet', instead: NEXT } },
}
