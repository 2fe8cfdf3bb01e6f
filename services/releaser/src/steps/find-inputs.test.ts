import { ApplicationDeclared, event, type AnyEvent } from '@tidemark/contracts'
import { expect, test } from 'vitest'
import { emptyApplication, evolveApplication } from '../domain/application.ts'
import { referencesOf } from './find-inputs.ts'

const id = 'dev_apps_helmrelease_shop'
const OBJECT = {
  apiVersion: 'helm.toolkit.fluxcd.io/v2',
  kind: 'HelmRelease',
  metadata: { name: 'shop', namespace: 'apps' },
  spec: {
    interval: '10m',
    storageNamespace: 'kept',
    chart: { spec: { chart: 'web', sourceRef: { kind: 'HelmRepository', name: 'charts' } } },
    valuesFrom: [{ kind: 'Secret', name: 'login' }],
  },
}
const declared = event(
  'ApplicationDeclared',
  ApplicationDeclared.fromPartial({
    applicationId: id,
    cluster: 'dev',
    generation: 1n,
    objectJson: Buffer.from(JSON.stringify(OBJECT)),
  }),
)
const cut = event('ReleaseCut', { applicationId: id, number: 1n, request: 1n })

function named(...events: readonly AnyEvent[]): readonly string[] {
  const state = events.reduce(evolveApplication, emptyApplication(id))
  return referencesOf(state).map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`)
}

test('what Helm has installed is taken in until there is a release, the values for ever', () => {
  const values = ['Capabilities cluster/apis', 'Secret apps/login']
  expect(named(declared)).toEqual([...values, 'HelmRelease kept/shop'])
  expect(named(declared, cut)).toEqual(values)
})
