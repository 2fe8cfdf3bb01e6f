import type { FieldTable } from './fields.ts'
import { INTERVAL, REQUIRED_TEXT, SWITCH, TEXT, verification } from './source-fields.ts'

/** HelmChart, source.toolkit.fluxcd.io/v1 (source-controller 1.9.1), field by field. */
export const HELM_CHART_SPEC: FieldTable = {
  chart: REQUIRED_TEXT,
  version: TEXT,
  sourceRef: {
    required: 'required',
    rule: {
      kind: 'object',
      fields: {
        apiVersion: TEXT,
        kind: {
          required: 'required',
          rule: {
            kind: 'text',
            pattern: /^(?:HelmRepository|GitRepository|Bucket)$/u,
            expected: 'HelmRepository, GitRepository or Bucket',
          },
        },
        name: REQUIRED_TEXT,
      },
    },
  },
  interval: INTERVAL,
  reconcileStrategy: {
    rule: {
      kind: 'text',
      pattern: /^(?:ChartVersion|Revision)$/u,
      expected: 'ChartVersion or Revision',
    },
  },
  valuesFiles: { rule: { kind: 'list', items: { kind: 'text' } } },
  ignoreMissingValuesFiles: SWITCH,
  suspend: SWITCH,
  verify: verification({}),
}
