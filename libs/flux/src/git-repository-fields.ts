import type { FieldRule, FieldTable } from './fields.ts'

const NEXT = 'remove it, or wait for a version that has it'

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
  include: { rule: { kind: 'not-yet', instead: `put the files into one repository, ${NEXT}` } },
  recurseSubmodules: { rule: { kind: 'not-yet', instead: NEXT } },
  sparseCheckout: { rule: { kind: 'not-yet', instead: `use spec.ignore, ${NEXT}` } },
  proxySecretRef: { rule: NAMED },
  serviceAccountName: {
    rule: {
      kind: 'not-yet',
      instead: 'it is for the providers aws and azure, which are not supported; use secretRef',
    },
  },
}
