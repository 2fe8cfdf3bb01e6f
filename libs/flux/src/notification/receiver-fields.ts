import type { FieldTable } from '../fields.ts'
import { named, NEXT, notYet, OBJECT_REFERENCE, texts } from './reference-fields.ts'

/** The senders whose deliveries can be told from forged ones. */
export const RECEIVER_TYPES = [
  'generic',
  'generic-hmac',
  'github',
  'gitlab',
  'bitbucket',
  'harbor',
  'dockerhub',
  'quay',
  'gcr',
  'nexus',
  'acr',
  'cdevents',
] as const

/** Receiver, notification.toolkit.fluxcd.io/v1 (notification-controller 1.9), field by field. */
export const RECEIVER_SPEC: FieldTable = {
  type: {
    required: 'required',
    rule: {
      kind: 'text',
      pattern: new RegExp(`^(?:${RECEIVER_TYPES.join('|')})$`, 'u'),
      expected: `one of ${RECEIVER_TYPES.join(', ')}; generic-oidc is not supported yet`,
    },
  },
  interval: {
    rule: { kind: 'ignored', why: 'the Secret is watched: a change of it counts at once' },
  },
  events: texts,
  resources: {
    required: 'required',
    rule: {
      kind: 'list',
      items: {
        kind: 'object',
        fields: {
          ...OBJECT_REFERENCE,
          filter: { rule: { kind: 'not-yet', instead: `use matchLabels, ${NEXT}` } },
        },
      },
    },
  },
  resourceFilter: { rule: { kind: 'not-yet', instead: `use matchLabels, ${NEXT}` } },
  secretRef: { rule: named },
  oidcProviders: notYet,
  suspend: { rule: { kind: 'switch' } },
}
