import { expect, test } from 'vitest'
import { readCluster } from './cluster.ts'

const cluster = (more: object): object => ({
  apiVersion: 'tidemark.dev/v1alpha1',
  kind: 'Cluster',
  metadata: { name: 'eu', labels: { tier: 'prod' } },
  ...more,
})

test('a cluster has the labels of its metadata, and variables', () => {
  const read = readCluster(cluster({ spec: { variables: { region: 'eu-west', _zone1: '' } } }))
  expect(read).toEqual({
    kind: 'read',
    model: {
      name: 'eu',
      labels: new Map([['tier', 'prod']]),
      variables: new Map([
        ['region', 'eu-west'],
        ['_zone1', ''],
      ]),
    },
  })
})

test('a cluster needs nothing but its name', () => {
  expect(readCluster(cluster({ metadata: { name: 'eu' } }))).toMatchObject({
    kind: 'read',
    model: { labels: new Map(), variables: new Map() },
  })
})

test.each([
  [{ spec: { variables: { replicas: 3 } } }, 'spec.variables.replicas', /in quotes, "3"/u],
  [{ spec: { variables: { 'no-name': 'x' } } }, 'spec.variables.no-name', /no name of a variable/u],
  [{ spec: { variabels: {} } }, 'spec.variabels', /did you mean "variables"/u],
  [{ apiVersion: 'tidemark.dev/v1' }, 'apiVersion', /must be tidemark\.dev\/v1alpha1/u],
  [{ spec: { variables: { big: 'x'.repeat(20_000) } } }, 'spec.variables', /at most 16384/u],
])('%j is refused by its field', (more, field, message) => {
  const read = readCluster(cluster(more))
  expect(read.kind === 'refused' ? read.problems : read).toEqual([
    { field, message: expect.stringMatching(message) },
  ])
})
