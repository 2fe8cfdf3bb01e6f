import { expect, test } from 'vitest'
import { readSource } from './source.ts'

const SPECS = {
  OCIRepository: { url: 'oci://ghcr.io/stefanprodan/manifests/podinfo', interval: '5m' },
  HelmRepository: { url: 'https://stefanprodan.github.io/podinfo' },
  HelmChart: {
    chart: 'podinfo',
    sourceRef: { kind: 'HelmRepository', name: 'podinfo' },
    interval: '5m',
  },
  Bucket: { bucketName: 'fleet', endpoint: 'minio.example.com:9000', interval: '5m' },
}

test.each([
  ['OCIRepository', { timeoutMs: 60_000, layerOperation: 'extract', ignore: undefined }],
  ['HelmRepository', { intervalMs: 60_000, type: 'default', passCredentials: false }],
  ['HelmChart', { version: '*', reconcileStrategy: 'ChartVersion', valuesFiles: [] }],
  ['Bucket', { prefix: '', insecure: false, timeoutMs: 60_000 }],
] as const)('%s has the defaults of Flux', (kind, defaults) => {
  expect(read(kind, {})).toMatchObject({ kind: 'read', model: { kind, ...defaults } })
})

test.each([
  ['OCIRepository', { url: 'oci://ghcr.io/podinfo:6.0.0' }, 'spec.url', 'without a tag or digest'],
  ['OCIRepository', { provider: 'aws' }, 'spec.provider', 'not supported yet'],
  ['OCIRepository', { verify: { provider: 'notation' } }, 'spec.verify.provider', 'cosign'],
  ['OCIRepository', { ref: { digest: 'sha256:beef' } }, 'spec.ref.digest', '64 hexadecimal'],
  [
    'OCIRepository',
    { layerSelector: { operation: 'unpack' } },
    'spec.layerSelector.operation',
    'copy',
  ],
  ['HelmRepository', { url: 'oci://ghcr.io/charts' }, 'spec.url', 'spec.type to be oci'],
  ['HelmRepository', { type: 'oci' }, 'spec.url', 'begins with oci://'],
  ['HelmRepository', { url: 'https://me:geheim@example.com' }, 'spec.url', 'spec.secretRef'],
  [
    'HelmChart',
    { sourceRef: { kind: 'OCIRepository', name: 'x' } },
    'spec.sourceRef.kind',
    'Bucket',
  ],
  ['HelmChart', { reconcileStrategy: 'Always' }, 'spec.reconcileStrategy', 'Revision'],
  ['Bucket', { endpoint: 'https://minio.example.com' }, 'spec.endpoint', 'without https://'],
  ['Bucket', { sts: { provider: 'aws', endpoint: 'https://x' } }, 'spec.sts', 'not supported yet'],
] as const)('%s with %o names %s', (kind, spec, field, words) => {
  const answer = read(kind, spec)
  expect(answer).toMatchObject({ kind: 'refused', problems: [{ field }] })
  expect(JSON.stringify(answer)).toContain(words)
})

test('a kind that declares no source is none', () => {
  expect(readSource('Kustomization', {})).toBeUndefined()
})

function read(kind: keyof typeof SPECS, spec: Readonly<Record<string, unknown>>) {
  const apiVersion = 'source.toolkit.fluxcd.io/v1'
  const metadata = { name: 'podinfo', namespace: 'flux-system' }
  return readSource(kind, { apiVersion, kind, metadata, spec: { ...SPECS[kind], ...spec } })
}
