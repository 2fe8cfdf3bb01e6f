import { expect, test } from 'vitest'
import { isTold, type Severity } from './alert.ts'
import { readNotification } from './notification-object.ts'
import { isMeant } from './object-reference.ts'

const object = (kind: string, spec: object): unknown => ({
  apiVersion: 'notification.toolkit.fluxcd.io/v1',
  kind,
  metadata: { name: 'one', namespace: 'flux-system' },
  spec,
})
const RECEIVER = {
  type: 'github',
  secretRef: { name: 'token' },
  resources: [{ kind: 'GitRepository', name: 'fleet' }],
}
const ALERT = {
  providerRef: { name: 'slack' },
  eventSources: [{ kind: 'Kustomization', name: '*' }],
}

function problemsOf(kind: string, spec: object): string {
  const read = readNotification(object(kind, spec))
  const problems = read?.kind === 'refused' ? read.problems : []
  return problems.map(({ field, message }) => `${field} ${message}`).join('\n')
}

test.each([
  ['Receiver', { ...RECEIVER, type: 'generic-oidc' }, 'generic-oidc is not supported yet'],
  ['Receiver', { ...RECEIVER, resourceFilter: 'true' }, 'spec.resourceFilter is not supported yet'],
  ['Receiver', { type: 'github', resources: RECEIVER.resources }, 'spec.secretRef is required'],
  [
    'Receiver',
    { ...RECEIVER, resources: [{ kind: 'GitRepository', name: '*' }] },
    'spec.resources[0].matchLabels is required with the name *',
  ],
  ['Receiver', { ...RECEIVER, resources: [{ kind: 'Pod', name: 'x' }] }, 'spec.resources[0].kind'],
  ['Provider', { type: 'telegram' }, 'spec.type is "telegram"'],
  ['Provider', { type: 'slack' }, 'spec.address is required'],
  ['Provider', { type: 'slack', address: 'x', commitStatusExpr: 'a' }, 'spec.commitStatusExpr'],
  ['Alert', { ...ALERT, exclusionList: ['ok', '(?=x)'] }, 'spec.exclusionList[1] is "(?=x)"'],
  ['Alert', { ...ALERT, eventMetadata: { a: 1 } }, 'spec.eventMetadata.a must be a text'],
  ['Alert', { eventSources: [] }, 'spec.providerRef is required'],
])('%s %j is refused by name', (kind, spec, wanted) => {
  expect(problemsOf(kind, spec)).toContain(wanted)
})

test('what is not said has the default that Flux gives it', () => {
  const read = readNotification(object('Provider', { type: 'generic', address: 'https://x' }))
  expect(read).toMatchObject({ model: { provider: { timeoutMs: 15_000, suspend: false } } })
  expect(problemsOf('Receiver', RECEIVER) + problemsOf('Alert', ALERT)).toBe('')
  expect(readNotification({ kind: 'Pod' })).toBeUndefined()
})

interface Trying {
  readonly name?: string
  readonly severity?: Severity
  readonly message?: string
  readonly labels?: Readonly<Record<string, string>>
}

function tells(
  spec: object,
  { name = 'shop', severity = 'info', message = 'done', labels = {} }: Trying = {},
): boolean {
  const read = readNotification(object('Alert', { ...ALERT, ...spec }))
  if (read?.kind !== 'read' || read.model.kind !== 'Alert') throw new Error('it is refused')
  const told = { kind: 'Kustomization', namespace: 'flux-system', name }
  const known = { ...told, labels: new Map(Object.entries(labels)) }
  return isTold(read.model.alert, { object: known, severity, message })
}

test('an Alert tells by object, severity and message; what is excluded is never told', () => {
  expect(tells({})).toBe(true)
  expect(tells({ suspend: true })).toBe(false)
  expect(tells({ eventSeverity: 'error' })).toBe(false)
  expect(tells({ eventSeverity: 'error' }, { severity: 'error' })).toBe(true)
  expect(tells({ eventSources: [{ kind: 'HelmRelease', name: '*' }] })).toBe(false)
  expect(tells({ eventSources: [{ ...ALERT.eventSources[0], namespace: 'other' }] })).toBe(false)
  expect(tells({ inclusionList: ['^d.ne$'] })).toBe(true)
  expect(tells({ inclusionList: ['^one$'] })).toBe(false)
  expect(tells({ inclusionList: ['.*'], exclusionList: ['done'] })).toBe(false)
  expect(tells({ exclusionList: [String.raw`(?i)^DONE`] })).toBe(false)
})

test('labels are asked for as Flux asks', () => {
  const eventSources = [{ kind: 'Kustomization', name: '*', matchLabels: { team: 'a' } }]
  expect(tells({ eventSources })).toBe(false)
  expect(tells({ eventSources }, { labels: { team: 'a', more: 'b' } })).toBe(true)
  const all = { kind: 'Kustomization', namespace: 'x', name: '*', matchLabels: new Map() }
  expect(
    isMeant(all, { kind: 'Kustomization', namespace: 'x', name: 'y', labels: new Map() }),
  ).toBe(true)
})

test('a pattern that would go back for ever elsewhere is matched at once', () => {
  const began = performance.now()
  expect(tells({ inclusionList: ['^(a+)+$'] }, { message: `${'a'.repeat(5_000)}b` })).toBe(false)
  expect(performance.now() - began).toBeLessThan(5_000)
})
