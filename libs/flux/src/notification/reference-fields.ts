import type { Field, FieldRule, FieldTable } from '../fields.ts'

export const NEXT = 'remove it, or wait for a version that has it'

export const text: Field = { rule: { kind: 'text' } }
const required: Field = { required: 'required', rule: { kind: 'text' } }
export const texts: Field = { rule: { kind: 'list', items: { kind: 'text' } } }
export const notYet: Field = { rule: { kind: 'not-yet', instead: NEXT } }

/** An object of the same namespace, by its name. */
export const named: FieldRule = { kind: 'object', fields: { name: required } }

const KINDS = [
  'Bucket',
  'GitRepository',
  'Kustomization',
  'HelmRelease',
  'HelmChart',
  'HelmRepository',
  'ImageRepository',
  'ImagePolicy',
  'ImageUpdateAutomation',
  'OCIRepository',
  'ArtifactGenerator',
  'ExternalArtifact',
]

/** CrossNamespaceObjectReference: objects that are told of, or poked. */
export const OBJECT_REFERENCE: FieldTable = {
  apiVersion: text,
  kind: {
    required: 'required',
    rule: {
      kind: 'text',
      pattern: new RegExp(`^(?:${KINDS.join('|')})$`, 'u'),
      expected: `one of ${KINDS.join(', ')}`,
    },
  },
  name: {
    required: 'required',
    rule: { kind: 'text', pattern: /^.{1,253}$/u, expected: 'a name, or * for all' },
  },
  namespace: text,
  matchLabels: { rule: { kind: 'map' } },
}
