import { expect, test } from 'vitest'

import { compareForApply, stageOf } from './apply-order.ts'
import type { ObjectIdentity } from './identity.ts'

function named(kind: string, rest: Partial<ObjectIdentity> = {}): ObjectIdentity {
  return { group: '', version: 'v1', kind, namespace: 'shop', name: 'a', ...rest }
}

test('kinds come in the order of Flux, unknown ones in between, webhooks last', () => {
  const kinds = [
    'ValidatingWebhookConfiguration',
    'MutatingWebhookConfiguration',
    'Widget',
    'Ingress',
    'Deployment',
    'Service',
    'Secret',
    'ConfigMap',
    'ServiceAccount',
    'Namespace',
    'CustomResourceDefinition',
  ]
  const sorted = kinds.map((kind) => named(kind)).toSorted(compareForApply)
  expect(sorted.map(({ kind }) => kind)).toEqual([
    'CustomResourceDefinition',
    'Namespace',
    'ServiceAccount',
    'ConfigMap',
    'Secret',
    'Service',
    'Deployment',
    'Ingress',
    'Widget',
    'MutatingWebhookConfiguration',
    'ValidatingWebhookConfiguration',
  ])
})

test('equal kinds come by group, namespace and name', () => {
  const sorted = [
    named('Widget', { group: 'b' }),
    named('Widget', { group: 'a', name: 'z' }),
    named('Widget', { group: 'a', namespace: 'app', name: 'z' }),
    named('Widget', { group: 'a', name: 'b' }),
  ].toSorted(compareForApply)
  expect(sorted.map(({ group, namespace, name }) => `${group} ${namespace} ${name}`)).toEqual([
    'a app z',
    'a shop b',
    'a shop z',
    'b shop a',
  ])
})

test('definitions are a stage, classes another', () => {
  expect(stageOf(named('CustomResourceDefinition'))).toBe('definitions')
  expect(stageOf(named('ClusterRole'))).toBe('definitions')
  expect(stageOf(named('StorageClass'))).toBe('classes')
  expect(stageOf(named('Deployment'))).toBe('rest')
})
