import type { FieldTable } from '../fields.ts'
import { named, OBJECT_REFERENCE, text, texts } from './reference-fields.ts'

/** Alert, notification.toolkit.fluxcd.io/v1beta3 (notification-controller 1.9), field by field. */
export const ALERT_SPEC: FieldTable = {
  providerRef: { required: 'required', rule: named },
  eventSeverity: {
    rule: { kind: 'text', pattern: /^(?:info|error)$/u, expected: 'info or error' },
  },
  eventSources: {
    required: 'required',
    rule: { kind: 'list', items: { kind: 'object', fields: OBJECT_REFERENCE } },
  },
  inclusionList: texts,
  exclusionList: texts,
  eventMetadata: { rule: { kind: 'map' } },
  summary: text,
  suspend: { rule: { kind: 'switch' } },
}
