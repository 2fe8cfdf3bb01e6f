import type { Field } from './fields.ts'

/** What fields say that nothing acts on yet. */
export const NEXT = 'remove it, or wait for a version that has it'

/** Fields that the kinds of sources share (source-controller 1.9.1). */
export const TEXT: Field = { rule: { kind: 'text' } }
export const SWITCH: Field = { rule: { kind: 'switch' } }
export const INTERVAL: Field = {
  required: 'required',
  rule: { kind: 'duration', hours: 'allowed' },
}
export const TIMEOUT: Field = { rule: { kind: 'duration', hours: 'refused' } }
export const REQUIRED_TEXT: Field = { required: 'required', rule: { kind: 'text' } }
export const SECRET_REF: Field = {
  rule: { kind: 'object', fields: { name: REQUIRED_TEXT } },
}

/** Where a registry or bucket would be signed in to as a machine of that cloud. */
export function onlyGeneric(others: string): Field {
  return {
    rule: {
      kind: 'text',
      pattern: /^generic$/u,
      expected: `generic: the providers ${others} are not supported yet, give credentials by spec.secretRef`,
    },
  }
}

/** cosign, with the keys of a Secret or by identities. */
export function verification(more: Readonly<Record<string, Field>>): Field {
  return {
    rule: {
      kind: 'object',
      fields: {
        provider: {
          rule: {
            kind: 'text',
            pattern: /^cosign$/u,
            expected: 'cosign: notation is not supported yet, sign with cosign too',
          },
        },
        secretRef: SECRET_REF,
        matchOIDCIdentity: {
          rule: {
            kind: 'list',
            items: {
              kind: 'object',
              fields: { issuer: REQUIRED_TEXT, subject: REQUIRED_TEXT },
            },
          },
        },
        ...more,
      },
    },
  }
}
