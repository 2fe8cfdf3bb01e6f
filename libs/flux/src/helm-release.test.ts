import { expect, test } from 'vitest'
import { readHelmRelease, type HelmReleaseModel } from './helm-release.ts'

type Spec = Readonly<Record<string, unknown>>

const chart = { spec: { chart: 'podinfo', sourceRef: { kind: 'HelmRepository', name: 'podinfo' } } }

function given(spec: Spec, name = 'podinfo'): unknown {
  return {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { name, namespace: 'apps' },
    spec: { interval: '5m', ...spec },
  }
}

function read(spec: Spec, name?: string): HelmReleaseModel {
  const result = readHelmRelease(given(spec, name))
  if (result.kind === 'refused') throw new Error(JSON.stringify(result.problems))
  return result.model
}

function problems(spec: Spec): readonly string[] {
  const result = readHelmRelease(given(spec))
  return result.kind === 'read' ? [] : result.problems.map((one) => `${one.field} ${one.message}`)
}

test('a release that says nothing has the name and the namespace of its object', () => {
  expect(read({ chart })).toMatchObject({
    releaseName: 'podinfo',
    releaseNamespace: 'apps',
    storageNamespace: 'apps',
    timeoutMs: 300_000,
    wait: true,
  })
})

test('a target namespace is a part of the name, and what is too long for Helm ends in a hash', () => {
  const spec = { chart, targetNamespace: 'web' }
  expect(read(spec)).toMatchObject({
    releaseName: 'web-podinfo',
    releaseNamespace: 'web',
    storageNamespace: 'apps',
  })
  expect(read({ chart, releaseName: 'mine', targetNamespace: 'web' }).releaseName).toBe('mine')
  const long = 'a-very-long-name-that-goes-beyond-fifty-three-characters'
  expect(read({ chart }, long).releaseName).toBe(
    'a-very-long-name-that-goes-beyond-fifty--15e0e5258768',
  )
})

test('a chart of a repository stands for a HelmChart beside that repository', () => {
  const sourceRef = { kind: 'HelmRepository', name: 'podinfo', namespace: 'flux-system' }
  const spec = { ...chart.spec, version: '6.x', valuesFiles: ['values-prod.yaml'], sourceRef }
  const model = read({ chart: { spec } })
  expect(model.source).toEqual({
    kind: 'HelmChart',
    namespace: 'flux-system',
    name: 'apps-podinfo',
  })
  expect(model.chart).toEqual({
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'HelmChart',
    metadata: { name: 'apps-podinfo', namespace: 'flux-system' },
    spec: {
      chart: 'podinfo',
      version: '6.x',
      valuesFiles: ['values-prod.yaml'],
      interval: '5m',
      sourceRef: { kind: 'HelmRepository', name: 'podinfo' },
    },
  })
})

test('a chart reference names its source, in the namespace of the object unless it says another', () => {
  const chartRef = { kind: 'OCIRepository', name: 'podinfo' }
  const model = read({ chartRef })
  expect(model.source).toEqual({ ...chartRef, namespace: 'apps' })
  expect(model.chart).toBeUndefined()
})

test('chart and chartRef: exactly one of them', () => {
  expect(problems({})).toEqual(['spec.chart is required, or chartRef'])
  const chartRef = { kind: 'HelmChart', name: 'podinfo' }
  expect(problems({ chart, chartRef })).toEqual(['spec.chart cannot be set beside chartRef'])
})

test('what helm-controller would refuse is refused, with the field', () => {
  const strategy = { name: 'RemediateOnFailure', retryInterval: '1m' }
  expect(problems({ chart, install: { strategy } })).toEqual([
    'spec.install.strategy.retryInterval can only be set where the name is RetryOnFailure',
  ])
  expect(problems({ chart, upgrade: { crds: 'Always' } })).toEqual([
    'spec.upgrade.crds is "Always": it must be Skip, Create or CreateReplace',
  ])
  expect(problems({ chart, valuesFrom: [{ kind: 'Pod', name: 'x' }] })).toEqual([
    'spec.valuesFrom[0].kind is "Pod": it must be Secret or ConfigMap',
  ])
  expect(problems({ chart, upgrade: { preserveValues: true } })[0]).toContain('not supported yet')
})

test('a dependency is in the namespace of the object unless it names one', () => {
  const dependsOn = [{ name: 'redis' }, { name: 'cert-manager', namespace: 'infra' }]
  expect(read({ chart, dependsOn }).dependsOn).toEqual([
    { namespace: 'apps', name: 'redis' },
    { namespace: 'infra', name: 'cert-manager' },
  ])
})
