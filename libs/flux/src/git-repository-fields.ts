import type { FieldRule, FieldTable } from './fields.ts'

/** A reference by name, within the namespace. */
const NAMED: FieldRule = {
  kind: 'object',
  fields: { name: { required: 'required', rule: { kind: 'text' } } },
}

/** GitRepository, source.toolkit.fluxcd.io/v1 (source-controller 1.9.1), field by field. */
export const GIT_REPOSITORY_SPEC: FieldTable = {
  url: {
    required: 'required',
    rule: {
      kind: 'text',
      pattern: /^(?:https?|ssh|file):\/\/\S+$/u,
      expected:
        'an https://, http:// or ssh:// address; the form git@host:path is not allowed, as in Flux',
    },
  },
  interval: { required: 'required', rule: { kind: 'duration', hours: 'allowed' } },
  timeout: { rule: { kind: 'duration', hours: 'refused' } },
  ref: {
    rule: {
      kind: 'object',
      fields: {
        branch: { rule: { kind: 'text' } },
        tag: { rule: { kind: 'text' } },
        semver: { rule: { kind: 'text' } },
        name: { rule: { kind: 'text' } },
        commit: {
          rule: { kind: 'text', pattern: /^[0-9a-f]{40}$/u, expected: 'a full SHA-1 of 40 digits' },
        },
      },
    },
  },
  secretRef: { rule: NAMED },
  suspend: { rule: { kind: 'switch' } },
  ignore: { rule: { kind: 'text' } },
  provider: {
    rule: {
      kind: 'text',
      pattern: /^(?:generic|github)$/u,
      expected:
        'generic or github: aws (CodeCommit) and azure (Azure DevOps) sign in by the identity of a cloud workload, which Tidemark does not have; use secretRef with a user name and password, a token or an SSH key',
    },
  },
  verify: {
    rule: {
      kind: 'object',
      fields: {
        mode: {
          rule: {
            kind: 'text',
            pattern: /^(?:HEAD|head|Tag|TagAndHEAD)$/u,
            expected: 'HEAD, Tag or TagAndHEAD',
          },
        },
        secretRef: { required: 'required', rule: NAMED },
      },
    },
  },
  include: {
    rule: {
      kind: 'list',
      items: {
        kind: 'object',
        fields: {
          repository: { required: 'required', rule: NAMED },
          fromPath: { rule: { kind: 'text' } },
          toPath: { rule: { kind: 'text' } },
        },
      },
    },
  },
  recurseSubmodules: { rule: { kind: 'switch' } },
  sparseCheckout: { rule: { kind: 'list', items: { kind: 'text' } } },
  proxySecretRef: { rule: NAMED },
  serviceAccountName: {
    rule: {
      kind: 'not-yet',
      instead: 'it is for the providers aws and azure, which are not supported; use secretRef',
    },
  },
}
