import {
  field,
  isJsonList,
  isJsonObject,
  textField,
  type Json,
  type JsonObject,
} from '@tidemark/manifests'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeWith } from '../rig/components/describe-with.ts'
import { SERVICES } from '../rig/plane/platform.ts'
import {
  CASES,
  CHART,
  FULL_VALUES,
  helm,
  helmTemplate,
  objectNamed,
  objectsOf,
  ofKind,
  tidemarkRender,
} from './render-chart.ts'

describeWith(['helm'], 'the chart by the real helm and by tidemark', () => {
  test.each(CASES)('prints the same bytes with %s', (_, flags) => {
    const real = helmTemplate(flags)
    expect(real).toMatchObject({ code: 0, err: '' })
    expect(tidemarkRender(flags).out).toBe(real.out)
  })

  test('passes lint, and no message is a warning', () => {
    const linted = helm('lint', '--strict', '--values', FULL_VALUES, CHART)
    expect(linted.code).toBe(0)
    expect(linted.out).not.toContain('WARNING')
  })

  test.each([
    ['nats.urls={nats://clear:4222}', 'nats/urls/0'],
    ['nats.urls=null', 'nats'],
    ['ledger.replicas=0', 'ledger/replicas'],
    ['ledger.logStream.replicas=7', 'ledger/logStream/replicas'],
    ['image.digest=latest', 'image/digest'],
    ['gateway.hookIngress.enabled=true', 'gateway/hookIngress/host'],
    ['fetcher.sourceNetworks={somewhere}', 'fetcher/sourceNetworks/0'],
    ['fetcher.sourceMirrors={ghcr.io}', 'fetcher/sourceMirrors/0'],
    ['renderer.replica=3', 'renderer'],
    ['postgres.ledgerSecret=', 'postgres/ledgerSecret'],
    ['applier.kubeconfigSecret=clusters', 'exclude one another'],
    ['applier.inCluster.enabled=false', 'the applier reaches no cluster'],
  ])('%s is refused by both, and the message names it', (setting, place) => {
    for (const printed of [helmTemplate(['--set', setting]), tidemarkRender(['--set', setting])]) {
      expect(printed.code).toBe(1)
      expect(printed.err.replaceAll('.', '/')).toContain(place.replaceAll('.', '/'))
    }
  })
})

const rendered = objectsOf(tidemarkRender([]))

test('each service is a Deployment of two copies with a budget and an account of its own', () => {
  for (const service of SERVICES) {
    const name = `tidemark-${service}`
    const deployment = objectNamed(rendered, { kind: 'Deployment', name })
    expect(field(deployment, 'spec', 'replicas')).toBe(2)
    const labels = field(deployment, 'spec', 'selector', 'matchLabels')
    const budget = objectNamed(rendered, { kind: 'PodDisruptionBudget', name })
    expect(field(budget, 'spec')).toMatchObject({
      maxUnavailable: 1,
      selector: { matchLabels: labels },
    })
    expect(objectNamed(rendered, { kind: 'ServiceAccount', name })).toBeDefined()
    expect(podOf(service)).toMatchObject({ serviceAccountName: name })
  }
  expect(ofKind(rendered, 'Deployment')).toHaveLength(SERVICES.length)
})

test('a pod holds the secrets of its own service, and of no other', () => {
  for (const service of ['fetcher', 'renderer', 'releaser', 'applier'])
    expect(secretsOf(service)).toEqual(everyPod(service))
  expect(secretsOf('ledger')).toEqual([...everyPod('ledger'), 'tidemark-postgres-tls'])
  expect(secretsOf('auditor')).toEqual([
    ...everyPod('auditor'),
    'tidemark-keys/audit-seed',
    'tidemark-postgres-tls',
  ])
  expect(secretsOf('gateway')).toEqual([
    ...everyPod('gateway'),
    'tidemark-keys/hook-secret',
    'tidemark-keys/tokens',
    'tidemark-api-tls',
  ])
})

test('only the applier has a token for the API server', () => {
  for (const service of SERVICES)
    expect(field(podOf(service), 'automountServiceAccountToken')).toBe(service === 'applier')
  const remote = objectsOf(tidemarkRender(['--values', FULL_VALUES]))
  for (const deployment of ofKind(remote, 'Deployment'))
    expect(field(deployment, 'spec', 'template', 'spec', 'automountServiceAccountToken')).toBe(
      false,
    )
  expect(ofKind(remote, 'ClusterRoleBinding')).toEqual([])
})

test('who may reach what: the renderer the bus alone, Postgres only the ledger and the auditor', () => {
  expect(Object.fromEntries(SERVICES.map((service) => [service, portsReached(service)]))).toEqual({
    ledger: [4222, 5432],
    fetcher: [4222, 443, 22],
    renderer: [4222],
    releaser: [4222],
    applier: [4222, 443, 6443],
    auditor: [4222, 5432, 443],
    gateway: [4222],
  })
  const traced = objectsOf(tidemarkRender(['--set', 'otlpEndpoint=http://collector:4318']))
  const renderer = objectNamed(traced, { kind: 'NetworkPolicy', name: 'tidemark-renderer' })
  expect(field(renderer, 'spec', 'egress')).toHaveLength(2)
})

test('each variable that the chart sets is told in docs/operations.md', () => {
  const docs = readFileSync(join(CHART, '..', '..', 'docs', 'operations.md'), 'utf8')
  const lines = docs.split('\n').filter((line) => line.startsWith('|'))
  const documented = new Set(lines.flatMap((line) => variablesIn(line.split('|')[1] ?? '')))
  const set = SERVICES.flatMap(environmentOf).filter((name) => name.startsWith('TIDEMARK_'))
  expect(set).toContain('TIDEMARK_NATS_KEY_FILE')
  expect(set.filter((name) => !documented.has(name))).toEqual([])
})

/** The Secrets of a pod; with their keys where it gets only some. */
function secretsOf(service: string): readonly string[] {
  return list(field(podOf(service), 'volumes')).flatMap((volume) => {
    const items = field(volume, 'secret', 'items')
    const name = textField(volume, 'secret', 'secretName')
    if (name === undefined) return []
    if (items === undefined) return [name]
    return list(items).map((item) => `${name}/${textField(item, 'key')}`)
  })
}

function everyPod(service: string): readonly string[] {
  return [
    'tidemark-nats-tls',
    `tidemark-nats-seeds/${service}`,
    'tidemark-keys/installation-secret',
  ]
}

/** The ports that a service may reach, but for those of names. */
function portsReached(service: string): readonly (Json | undefined)[] {
  const policy = objectNamed(rendered, { kind: 'NetworkPolicy', name: `tidemark-${service}` })
  expect(field(policy, 'spec', 'policyTypes')).toEqual(['Ingress', 'Egress'])
  return list(field(policy, 'spec', 'egress'))
    .flatMap((rule) => list(field(rule, 'ports')))
    .map((port) => field(port, 'port'))
    .filter((port) => port !== 53)
}

function podOf(service: string): JsonObject {
  const deployment = objectNamed(rendered, { kind: 'Deployment', name: `tidemark-${service}` })
  const [pod] = list([field(deployment, 'spec', 'template', 'spec') ?? null])
  if (pod === undefined) throw new Error(`${service} has no pod`)
  return pod
}

function environmentOf(service: string): readonly string[] {
  const [container] = list(field(podOf(service), 'containers'))
  return list(field(container, 'env')).map((entry) => textField(entry, 'name') ?? '')
}

/** `TIDEMARK_A_FILE`, `_B_FILE`: the second is short for TIDEMARK_A_B's last words replaced. */
function variablesIn(cell: string): readonly string[] {
  const [first = '', ...more] = [...cell.matchAll(/`([A-Z_]+)`/gu)].map(([, name]) => name ?? '')
  const stems = first.split('_')
  return [
    first,
    ...more.flatMap((name) =>
      name.startsWith('_')
        ? stems.map((_, length) => `${stems.slice(0, length).join('_')}${name}`)
        : [name],
    ),
  ]
}

function list(value: Json | undefined): readonly JsonObject[] {
  return isJsonList(value) ? value.filter((item) => isJsonObject(item)) : []
}
