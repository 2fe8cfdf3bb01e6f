import type { FieldTable } from '../fields.ts'
import { named, NEXT, notYet, text } from './reference-fields.ts'

/** Where notifications can be sent to. */
export const PROVIDER_TYPES = [
  'generic',
  'generic-hmac',
  'slack',
  'msteams',
  'discord',
  'github',
  'gitlab',
  'gitea',
  'nats',
] as const

/** Provider, notification.toolkit.fluxcd.io/v1beta3 (notification-controller 1.9), field by field. */
export const PROVIDER_SPEC: FieldTable = {
  type: {
    required: 'required',
    rule: {
      kind: 'text',
      pattern: new RegExp(`^(?:${PROVIDER_TYPES.join('|')})$`, 'u'),
      expected: `one of ${PROVIDER_TYPES.join(', ')}; the other types of Flux are not supported yet: a generic Provider sends the whole event to whatever can pass it on`,
    },
  },
  interval: { rule: { kind: 'ignored', why: 'Flux does not use it either' } },
  channel: text,
  username: text,
  address: {
    rule: { kind: 'text', pattern: /^[^\s]{0,2048}$/u, expected: 'at most 2,048 characters' },
  },
  timeout: { rule: { kind: 'duration', hours: 'refused' } },
  proxy: {
    rule: { kind: 'text', pattern: /^https?:\/\/\S+$/u, expected: 'http://host:port or https://' },
  },
  proxySecretRef: { rule: named },
  secretRef: { rule: named },
  serviceAccountName: notYet,
  certSecretRef: { rule: named },
  suspend: { rule: { kind: 'switch' } },
  commitStatusExpr: {
    rule: { kind: 'not-yet', instead: `the id is kind/name and 8 digits, ${NEXT}` },
  },
}
