import { expect, test } from 'vitest'
import { readKustomization } from './kustomization.ts'

const object = (
  spec: object = {},
  annotations: Readonly<Record<string, string>> = {},
): unknown => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name: 'shop', namespace: 'flux-system', annotations },
  spec: {
    interval: '10m',
    prune: true,
    sourceRef: { kind: 'GitRepository', name: 'fleet' },
    ...spec,
  },
})
const problemsOf = (value: unknown): readonly string[] => {
  const read = readKustomization(value)
  return read.kind === 'read'
    ? []
    : read.problems.map(({ field, message }) => `${field} ${message}`)
}

test('what is not written has the default that Flux gives it', () => {
  const read = readKustomization(object())
  expect(read.kind === 'read' ? read.model : read).toMatchObject({
    path: '',
    retryIntervalMs: 600_000,
    timeoutMs: 570_000,
    wait: false,
    deletionPolicy: 'MirrorPrune',
    source: { kind: 'GitRepository', namespace: 'flux-system', name: 'fleet' },
  })
})

test('a timeout is never under 30 s', () => {
  const read = readKustomization(object({ interval: '10s' }))
  expect(read.kind === 'read' ? read.model.timeoutMs : 0).toBe(30_000)
})

test.each([
  [{ decryption: { provider: 'vault' } }, 'spec.decryption.provider is "vault"'],
  [{ intervall: '1m' }, 'spec.intervall is no field of this kind; did you mean "interval"?'],
  [{ interval: '10 minutes' }, 'spec.interval is "10 minutes": write a duration'],
  [{ prune: 'yes' }, 'spec.prune must be true or false'],
  [{ sourceRef: { kind: 'HelmChart', name: 'x' } }, 'spec.sourceRef.kind is "HelmChart"'],
])('%j is refused, and the message names the field', (spec, wanted) => {
  expect(problemsOf(object(spec)).join('\n')).toContain(wanted)
})

const orderOf = (annotations: Readonly<Record<string, string>>): unknown => {
  const read = readKustomization(object({}, annotations))
  return read.kind === 'read' ? read.model.pruneOrder : read
}

test('deletions wait for health where that is asked for, else they go before it as in Flux', () => {
  expect(orderOf({})).toBe('BeforeHealth')
  expect(orderOf({ 'tidemark.dev/prune': 'AfterHealthy' })).toBe('AfterHealthy')
})

test('an order of deletions that there is not is refused, never ignored', () => {
  const [problem] = problemsOf(object({}, { 'tidemark.dev/prune': 'Never' }))
  expect(problem).toContain(
    'metadata.annotations["tidemark.dev/prune"] is "Never": write AfterHealthy',
  )
})
