import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import type { JsonObject } from './json.ts'
import {
  appliedFields,
  displayPath,
  type FieldSet,
  leafPaths,
  ownsField,
  projectOwned,
  subtractFields,
  uniteFields,
} from './managed-fields.ts'

const OURS: FieldSet = {
  'f:metadata': { 'f:labels': { '.': {}, 'f:app.kubernetes.io/name': {} } },
  'f:spec': {
    'f:replicas': {},
    'f:selector': {},
    'f:template': {
      'f:spec': {
        'f:containers': {
          'k:{"name":"web"}': {
            '.': {},
            'f:image': {},
            'f:ports': {
              'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} },
            },
          },
        },
      },
    },
  },
}

function deployment(image: string, extra: JsonObject = {}, managed: FieldSet = OURS): JsonObject {
  const ports = [{ containerPort: 80, protocol: 'TCP' }]
  return {
    kind: 'Deployment',
    metadata: {
      labels: { 'app.kubernetes.io/name': 'web', other: 'theirs' },
      managedFields: [
        {
          manager: 'kubelet',
          operation: 'Update',
          subresource: 'status',
          fieldsV1: { 'f:status': {} },
        },
        { manager: 'tidemark', operation: 'Update', fieldsV1: { 'f:old': {} } },
        { manager: 'tidemark', operation: 'Apply', fieldsV1: managed },
      ],
    },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'web' } },
      template: { spec: { containers: [{ name: 'sidecar' }, { name: 'web', image, ports }] } },
      ...extra,
    },
    status: { replicas: 1 },
  }
}

test('our fields are those of our Apply entry', () => {
  expect(appliedFields(deployment('web:1'), 'tidemark')).toBe(OURS)
  expect(appliedFields(deployment('web:1'), 'somebody')).toEqual({})
})

test('a projection holds the values of our fields and nothing else', () => {
  expect(projectOwned(deployment('web:1'), 'tidemark', OURS)).toEqual({
    'f:metadata': { 'f:labels': { 'f:app.kubernetes.io/name': 'web' } },
    'f:spec': {
      'f:replicas': 1,
      'f:selector': { matchLabels: { app: 'web' } },
      'f:template': {
        'f:spec': {
          'f:containers': {
            'k:{"name":"web"}': {
              'f:image': 'web:1',
              'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { 'f:containerPort': 80 } },
            },
          },
        },
      },
    },
  })
})

test('a projection changes with our fields, not with those of others', () => {
  const before = projectOwned(deployment('web:1'), 'tidemark', OURS)
  expect(projectOwned(deployment('web:1', { paused: true }), 'tidemark', OURS)).toEqual(before)
  expect(projectOwned(deployment('web:2'), 'tidemark', OURS)).not.toEqual(before)
  expect(projectOwned(deployment('web:1', { replicas: null }), 'tidemark', OURS)).not.toEqual(
    before,
  )
})

test('a field that is gone is not one that is null', () => {
  const set = { 'f:a': {} }
  expect(projectOwned({ a: null }, 'tidemark', set)).not.toEqual(projectOwned({}, 'tidemark', set))
})

test('of a mapping below which others own members, only the presence counts', () => {
  const set = { 'f:resources': {} }
  const others = [
    { manager: 'autoscaler', operation: 'Update', fieldsV1: { 'f:resources': { 'f:limits': {} } } },
  ]
  const with2 = { metadata: { managedFields: others }, resources: { limits: 2 } }
  const with3 = { metadata: { managedFields: others }, resources: { limits: 3 } }
  expect(projectOwned(with2, 'tidemark', set)).toEqual(projectOwned(with3, 'tidemark', set))
})

test('members of a set and places in a list are found', () => {
  const set = { 'f:finalizers': { 'v:"a"': {}, 'v:"gone"': {} }, 'f:args': { 'i:1': {} } }
  const projected = projectOwned({ finalizers: ['b', 'a'], args: ['x', 'y'] }, 'tidemark', set)
  expect(projected).toMatchObject({ 'f:finalizers': { 'v:"a"': 'a' }, 'f:args': { 'i:1': 'y' } })
})

test('what was ours and no longer is has a name', () => {
  const now = { 'f:metadata': OURS['f:metadata'] ?? {}, 'f:spec': { 'f:selector': {} } }
  const lost = leafPaths(subtractFields(OURS, now), 10).map(displayPath)
  expect(lost).toEqual([
    'spec.replicas',
    'spec.template.spec.containers[name=web].image',
    'spec.template.spec.containers[name=web].ports[containerPort=80,protocol=TCP].containerPort',
  ])
})

test('a path says a key with dots in brackets', () => {
  expect(displayPath(['f:metadata', 'f:labels', 'f:app.kubernetes.io/name'])).toBe(
    "metadata.labels['app.kubernetes.io/name']",
  )
})

test('a set owns a field when it has it, or something above it', () => {
  expect(ownsField(OURS, ['f:spec', 'f:selector', 'f:matchLabels'])).toBe(true)
  expect(ownsField(OURS, ['f:spec', 'f:paused'])).toBe(false)
})

const fieldSet = fc.letrec<{ set: FieldSet }>((tie) => ({
  set: fc.dictionary(
    fc.constantFrom('f:a', 'f:b', 'f:c', 'k:{"name":"x"}', 'v:"y"'),
    fc.oneof({ maxDepth: 3 }, fc.constant({}), tie('set')),
    { maxKeys: 4, noNullPrototype: true },
  ),
})).set

test('law: nothing is left of a set without itself, or without more than itself', () => {
  fc.assert(
    fc.property(fieldSet, fieldSet, (left, right) => {
      expect(subtractFields(left, left)).toEqual({})
      expect(subtractFields(left, uniteFields(left, right))).toEqual({})
      expect(subtractFields(right, uniteFields(left, right))).toEqual({})
    }),
  )
})

test('law: uniting a set with itself changes nothing', () => {
  fc.assert(
    fc.property(fieldSet, (set) => {
      expect(uniteFields(set, set)).toEqual(set)
    }),
  )
})
