import {
  applyPlan,
  type ApplyReport,
  type ClusterPort,
  driftOf,
  type InventoryEntry,
  type LiveState,
  planApply,
  type PlanInput,
  plannedObjects,
  prunePlan,
} from '@tidemark/apply'
import { systemClock, systemRandom } from '@tidemark/kernel'
import { directAccess, KubeClient } from '@tidemark/kube'
import {
  field,
  inventoryId,
  isJsonObject,
  type JsonObject,
  type Manifest,
  type ObjectIdentity,
  readManifest,
} from '@tidemark/manifests'
import { afterAll, beforeAll, expect, test } from 'vitest'

import type { ServerUnderTest } from './servers.ts'

/** What applying, pruning and watching for drift must do on any API server. `open` is called once. */
export function applySuite(open: () => Promise<ServerUnderTest>): void {
  let server: ServerUnderTest
  let port: ClusterPort
  beforeAll(async () => {
    server = await open()
    const client = new KubeClient({
      cluster: 'test',
      access: server.access,
      clock: systemClock,
      random: systemRandom,
    })
    port = {
      client,
      clock: systemClock,
      fieldManager: 'tidemark',
      keyed: (text) => `keyed ${text.length}`,
    }
  })
  afterAll(async () => {
    await port.client[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })

  test('a release is applied in stages, one write an object, and applying it again writes nothing', async () => {
    const desired = [...SHOP('staged'), WIDGET_DEFINITION, widget('staged'), NAMESPACE('staged')]
    const first = await release({ port, desired })
    expect(actions(first)).toEqual(first.results.map(() => 'created'))
    expect(first.writes).toBe(desired.length)
    expect(kinds(first).slice(0, 2)).toEqual(['CustomResourceDefinition', 'Namespace'])
    const second = await release({ port, desired, inventory: first.inventory })
    expect(actions(second)).toEqual(second.results.map(() => 'unchanged'))
    expect(second.writes).toBe(0)
    expect(second.inventory).toEqual(first.inventory)
  })

  test('only what has changed is sent', async () => {
    const first = await release({ port, desired: [NAMESPACE('changed'), ...SHOP('changed')] })
    const desired = [NAMESPACE('changed'), ...SHOP('changed', { color: 'red' })]
    const second = await release({ port, desired, inventory: first.inventory })
    expect(second.writes).toBe(1)
    expect(
      second.results.filter(({ action }) => action === 'configured').map(({ id }) => id),
    ).toEqual(['changed_settings__ConfigMap'])
  })

  test('a hand edit is drift that names field and manager, and is undone, added fields too', async () => {
    const desired = [NAMESPACE('edited'), ...SHOP('edited')]
    const first = await release({ port, desired })
    const ref = identity('v1', 'ConfigMap', 'edited', 'settings')
    const operations = JSON.stringify([
      { op: 'replace', path: '/data/color', value: 'green' },
      { op: 'add', path: '/data/extra', value: 'by hand' },
    ])
    await port.client.patch({ ref, operations }, { fieldManager: 'kubectl-edit' }, NEVER)
    const entry = first.inventory.find(({ id }) => id === inventoryId(ref))
    const live = await liveOf(port, ref)
    expect(driftOf(applied(entry), live, { ...port, absorb: 'known' })).toEqual({
      kind: 'changed',
      fields: ['data.color'],
      manager: 'kubectl-edit',
    })
    const second = await release({ port, desired, inventory: first.inventory })
    expect(second.results.filter(({ action }) => action !== 'unchanged')).toMatchObject([
      { action: 'configured' },
    ])
    expect((await liveOf(port, ref))?.['data']).toEqual({ color: 'blue' })
    const third = await release({ port, desired, inventory: second.inventory })
    expect(third.writes).toBe(0)
  })

  test('what a controller or the status adds is no drift', async () => {
    const desired = [NAMESPACE('status'), ...SHOP('status')]
    const first = await release({ port, desired })
    const ref = identity('apps/v1', 'Deployment', 'status', 'web')
    const status = JSON.stringify([{ op: 'add', path: '/status/replicas', value: 1 }])
    const controller = { fieldManager: 'kube-controller-manager' }
    await port.client.patch({ ref, operations: status, subresource: 'status' }, controller, NEVER)
    const note = JSON.stringify([
      { op: 'add', path: '/metadata/annotations', value: { revision: '1' } },
    ])
    await port.client.patch({ ref, operations: note }, controller, NEVER)
    const second = await release({ port, desired, inventory: first.inventory })
    expect(second.writes).toBe(0)
  })

  test('what kubectl applied before becomes ours, so that a field that left Git leaves the cluster', async () => {
    await release({ port, desired: [NAMESPACE('adopted')] })
    const ref = identity('v1', 'ConfigMap', 'adopted', 'settings')
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}' }
    const body = JSON.stringify({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings', namespace: 'adopted', annotations },
      data: { color: 'blue', old: 'left Git' },
    })
    await port.client.apply({ ref, body }, { fieldManager: 'kubectl', conflicts: 'taken' }, NEVER)
    const desired = [NAMESPACE('adopted'), settings('adopted', { color: 'blue' })]
    await release({ port, desired })
    const live = await liveOf(port, ref)
    expect(live?.['data']).toEqual({ color: 'blue' })
    expect(JSON.stringify(live?.['metadata'])).not.toContain('last-applied')
  })

  test('what kubectl applied becomes ours also where no watch could know it', async () => {
    await release({ port, desired: [NAMESPACE('unseen')] })
    const ref = identity('v1', 'ConfigMap', 'unseen', 'settings')
    const body = JSON.stringify({ ...settings('unseen', { color: 'blue', old: 'x' }).object })
    await port.client.apply({ ref, body }, { fieldManager: 'kubectl', conflicts: 'taken' }, NEVER)
    const input = planInput({ port, desired: [settings('unseen', { color: 'blue' })] })
    const plan = planApply({ ...input, live: () => ({ kind: 'absent' }) })
    const report = await applyPlan(port, plan, NEVER)
    expect(report).toMatchObject({ results: [{ action: 'configured' }], writes: 3 })
    expect((await liveOf(port, ref))?.['data']).toEqual({ color: 'blue' })
  })

  test('what is to be created once is looked up where no watch could know it', async () => {
    await release({ port, desired: [NAMESPACE('once')] })
    const ref = identity('v1', 'ConfigMap', 'once', 'settings')
    const body = JSON.stringify(settings('once', { color: 'theirs' }).object)
    await port.client.apply({ ref, body }, { fieldManager: 'somebody', conflicts: 'taken' }, NEVER)
    const annotations = { [`${FLUX}ssa`]: 'IfNotPresent' }
    const desired = [withAnnotations(settings('once', { color: 'ours' }), annotations)]
    const plan = planApply({ ...planInput({ port, desired }), live: () => ({ kind: 'absent' }) })
    const report = await applyPlan(port, plan, NEVER)
    expect(report).toMatchObject({ results: [{ action: 'skipped' }], writes: 0 })
  })

  test('a key that leaves the stringData of a Secret leaves the cluster', async () => {
    const first = await release({
      port,
      desired: [NAMESPACE('texts'), secretOf('texts', { a: '1', b: '2' })],
    })
    const desired = [NAMESPACE('texts'), secretOf('texts', { a: '1' })]
    const second = await release({ port, desired, inventory: first.inventory })
    const live = await liveOf(port, identity('v1', 'Secret', 'texts', 'key'))
    expect(live?.['data']).toEqual({ a: 'MQ==' })
    expect((await release({ port, desired, inventory: second.inventory })).writes).toBe(0)
  })

  test('an object that was exported from a cluster is applied without what that cluster had set', async () => {
    await release({
      port,
      desired: [NAMESPACE('exported'), deployment('exported', { app: 'web' })],
    })
    const live = await liveOf(port, identity('apps/v1', 'Deployment', 'exported', 'web'))
    const desired = [
      readManifest(JSON.parse(JSON.stringify(live).replaceAll('exported', 'default')), 'export'),
    ]
    const report = await release({ port, desired })
    expect(actions(report)).toEqual(['created'])
    expect((await release({ port, desired, inventory: report.inventory })).writes).toBe(0)
  })

  test('what leaves the release is deleted, unless it is not ours, asks not to be, or holds others', async () => {
    const keep = { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' }
    const objects = [
      NAMESPACE('pruned'),
      settings('pruned', {}, 'one'),
      settings('pruned', {}, 'two'),
      withAnnotations(settings('pruned', {}, 'kept'), keep),
    ]
    const first = await release({ port, desired: [...objects, settings('pruned', {}, 'stays')] })
    await unlabel(port, identity('v1', 'ConfigMap', 'pruned', 'two'))
    const input = planInput({
      port,
      desired: [settings('pruned', {}, 'stays')],
      inventory: first.inventory,
    })
    const plan = planApply({ ...input, live: await watched(port, input) })
    const report = await prunePlan(
      port,
      { plan: plan.prune, inventory: first.inventory, owner: OWNER },
      NEVER,
    )
    expect(report.results.map(({ id, action, code }) => [id, action, code])).toEqual([
      ['pruned_one__ConfigMap', 'pruned', undefined],
      ['_pruned__Namespace', 'held', 'holds-data'],
    ])
    expect(report.inventory.map(({ id }) => id).toSorted()).toEqual([
      '_pruned__Namespace',
      'pruned_kept__ConfigMap',
      'pruned_stays__ConfigMap',
    ])
  })

  test('without a watch, what is to be deleted is read first', async () => {
    const first = await release({
      port,
      desired: [NAMESPACE('blind'), settings('blind', {}, 'one'), settings('blind', {}, 'two')],
    })
    await unlabel(port, identity('v1', 'ConfigMap', 'blind', 'two'))
    const desired = [NAMESPACE('blind')]
    const input = planInput({ port, desired, inventory: first.inventory })
    const plan = planApply({ ...input, live: () => ({ kind: 'unknown' }) })
    const report = await prunePlan(
      port,
      { plan: plan.prune, inventory: first.inventory, owner: OWNER },
      NEVER,
    )
    expect(report.results.map(({ id, action }) => [id, action])).toEqual([
      ['blind_two__ConfigMap', 'skipped'],
      ['blind_one__ConfigMap', 'pruned'],
    ])
  })

  test('a custom object is forgotten when its definition is gone, and deleted before it when both leave', async () => {
    const desired = [NAMESPACE('defined'), GADGET_DEFINITION, gadget('defined')]
    const first = await release({ port, desired })
    expect(first.end).toEqual({ kind: 'finished' })
    const crd = identity(
      'apiextensions.k8s.io/v1',
      'CustomResourceDefinition',
      '',
      'gadgets.test.tidemark.dev',
    )
    await port.client.delete(crd, {}, NEVER)
    await expect
      .poll(
        async () => {
          port.client.forgetResources()
          return await port.client.resource(
            { group: 'test.tidemark.dev', version: 'v1', kind: 'Gadget' },
            NEVER,
          )
        },
        { timeout: 20_000 },
      )
      .toBeUndefined()
    const input = planInput({
      port,
      desired: [NAMESPACE('defined'), GADGET_DEFINITION],
      inventory: first.inventory,
    })
    const plan = planApply({ ...input, live: () => ({ kind: 'unknown' }) })
    const report = await prunePlan(
      port,
      { plan: plan.prune, inventory: first.inventory, owner: OWNER },
      NEVER,
    )
    expect(report.results).toMatchObject([
      { id: 'defined_one_test.tidemark.dev_Gadget', action: 'pruned' },
    ])
  })

  test('a refused object does not stop its neighbours, and is named with what is wrong', async () => {
    const broken = manifest(
      'v1',
      'ConfigMap',
      { name: 'broken', namespace: 'partial' },
      { data: { a: 1 } },
    )
    const report = await release({
      port,
      desired: [NAMESPACE('partial'), broken, ...SHOP('partial')],
    })
    const failed = report.results.filter(({ action }) => action === 'failed')
    expect(failed).toMatchObject([{ id: 'partial_broken__ConfigMap', code: 'invalid' }])
    expect(failed[0]?.message).toContain('ConfigMap/partial/broken')
    expect(actions(report).filter((action) => action === 'created')).toHaveLength(
      1 + SHOP('').length,
    )
    expect(
      report.inventory.find(({ id }) => id === 'partial_broken__ConfigMap')?.applied,
    ).toBeUndefined()
  })

  test('when a namespace is refused, what follows is not tried', async () => {
    const report = await release({
      port,
      desired: [NAMESPACE('Not_A_Name'), settings('default', {}, 'after')],
    })
    expect(report.results.map(({ action, code }) => [action, code])).toEqual([
      ['failed', 'invalid'],
      ['not-tried', 'not-tried'],
    ])
    expect(report.writes).toBe(1)
  })

  test('an immutable field is named; with force, the object is deleted and created again', async () => {
    const before = [NAMESPACE('immutable'), deployment('immutable', { app: 'web' })]
    const first = await release({ port, desired: before })
    const desired = [NAMESPACE('immutable'), deployment('immutable', { app: 'other' })]
    const refused = await release({ port, desired, inventory: first.inventory })
    const [, failure] = refused.results
    expect(failure).toMatchObject({ action: 'failed', code: 'immutable' })
    expect(failure?.message).toContain('spec.selector')
    const forced = await release({
      port,
      desired,
      inventory: refused.inventory,
      recreate: 'allowed',
    })
    expect(forced.results[1]).toMatchObject({ action: 'recreated' })
    const again = await release({ port, desired, inventory: forced.inventory })
    expect(again.writes).toBe(0)
  })

  test('a wrong value is not taken for an immutable field, also with force', async () => {
    const first = await release({
      port,
      desired: [NAMESPACE('wrong'), deployment('wrong', { app: 'web' })],
    })
    const desired = [NAMESPACE('wrong'), deployment('wrong', { app: 'web' }, -1)]
    const report = await release({ port, desired, inventory: first.inventory, recreate: 'allowed' })
    expect(report.results[1]).toMatchObject({ action: 'failed', code: 'invalid' })
  })

  test('an object that was deleted after the plan is not brought back by it', async () => {
    const first = await release({ port, desired: [NAMESPACE('fenced'), settings('fenced', {})] })
    const desired = [NAMESPACE('fenced'), settings('fenced', { color: 'red' })]
    const input = planInput({ port, desired, inventory: first.inventory })
    const plan = planApply({ ...input, live: await watched(port, input) })
    await port.client.delete(identity('v1', 'ConfigMap', 'fenced', 'settings'), {}, NEVER)
    const report = await applyPlan(port, plan, NEVER)
    expect(report.results[1]).toMatchObject({ action: 'failed', code: 'cluster-conflict' })
    expect(report.end).toEqual({ kind: 'finished' })
  })

  test('switches: created once, left alone, merged', async () => {
    const once = withAnnotations(settings('switched', { a: '1' }, 'once'), {
      [`${FLUX}ssa`]: 'IfNotPresent',
    })
    const first = await release({ port, desired: [NAMESPACE('switched'), once] })
    expect(actions(first)).toEqual(['created', 'created'])
    const changed = withAnnotations(settings('switched', { a: '2' }, 'once'), {
      [`${FLUX}ssa`]: 'IfNotPresent',
    })
    const off = withAnnotations(settings('switched', { a: '1' }, 'off'), {
      [`${FLUX}reconcile`]: 'Disabled',
    })
    const desired = [NAMESPACE('switched'), changed, off]
    const second = await release({ port, desired, inventory: first.inventory })
    expect(actions(second)).toEqual(['unchanged', 'skipped', 'skipped'])
    expect(second.inventory.map(({ id }) => id)).toContain('switched_off__ConfigMap')
  })

  test('a cluster that does not answer ends the run, and says so', async () => {
    const gone = new KubeClient({
      cluster: 'gone',
      access: directAccess({ server: 'https://127.0.0.1:1', token: 'x' }),
      clock: systemClock,
      random: systemRandom,
    })
    const input = planInput({ port, desired: SHOP('gone') })
    const plan = planApply({ ...input, live: () => ({ kind: 'absent' }) })
    const report = await applyPlan({ ...port, client: gone }, plan, NEVER)
    expect(report.end).toMatchObject({
      kind: 'interrupted',
      error: { code: 'cluster-unreachable' },
    })
    expect(new Set(actions(report))).toEqual(new Set(['failed', 'not-tried']))
    await gone[Symbol.asyncDispose]()
  })

  test('an aborted run leaves the rest untried', async () => {
    const input = planInput({ port, desired: SHOP('aborted') })
    const plan = planApply({ ...input, live: () => ({ kind: 'absent' }) })
    const report = await applyPlan(port, plan, AbortSignal.abort())
    expect(report.end).toEqual({ kind: 'stopped' })
    expect(new Set(actions(report))).toEqual(new Set(['not-tried']))
  })
}

const NEVER = new AbortController().signal
const FLUX = 'kustomize.toolkit.fluxcd.io/'
const OWNER = { [`${FLUX}name`]: 'shop', [`${FLUX}namespace`]: 'flux-system' }

interface Release {
  readonly port: ClusterPort
  readonly desired: readonly Manifest[]
  readonly inventory?: readonly InventoryEntry[]
  readonly recreate?: 'allowed' | 'refused'
}

async function release(wanted: Release): Promise<ApplyReport> {
  const input = planInput(wanted)
  const plan = planApply({ ...input, live: await watched(wanted.port, input) })
  const report = await applyPlan(wanted.port, plan, NEVER)
  expect(report.results).toHaveLength(plannedObjects(plan).length)
  return report
}

function planInput({
  port,
  desired,
  inventory = [],
  recreate = 'refused',
}: Release): Omit<PlanInput, 'live'> {
  return { ...port, desired, inventory, owner: OWNER, recreate, prune: 'guarded' }
}

/** What a watch would know: read here, so that the requests of the plan itself can be counted. */
async function watched(
  port: ClusterPort,
  { desired, inventory }: Pick<PlanInput, 'desired' | 'inventory'>,
): Promise<(identity: ObjectIdentity) => LiveState> {
  const known = new Map<string, JsonObject | undefined>()
  const identities = [...desired.map((one) => one.identity), ...inventory.flatMap(identityOfEntry)]
  for (const one of identities) known.set(inventoryId(one), await liveOf(port, one))
  return (one) => {
    const object = known.get(inventoryId(one))
    return object === undefined ? { kind: 'absent' } : { kind: 'present', object }
  }
}

function identityOfEntry({ id, version }: InventoryEntry): readonly ObjectIdentity[] {
  const [namespace = '', name = '', group = '', kind = ''] = id.split('_')
  return [{ namespace, name, group, kind, version }]
}

async function liveOf(port: ClusterPort, one: ObjectIdentity): Promise<JsonObject | undefined> {
  const answer = await port.client.get(one, NEVER)
  return answer.kind === 'found' ? answer.object : undefined
}

async function unlabel(port: ClusterPort, ref: ObjectIdentity): Promise<void> {
  const operations = JSON.stringify([{ op: 'remove', path: '/metadata/labels' }])
  await port.client.patch({ ref, operations }, { fieldManager: 'somebody' }, NEVER)
}

function applied(entry: InventoryEntry | undefined): NonNullable<InventoryEntry['applied']> {
  if (entry?.applied === undefined) throw new Error('was not applied')
  return entry.applied
}

function actions({ results }: ApplyReport): readonly string[] {
  return results.map(({ action }) => action)
}

function kinds({ results }: ApplyReport): readonly string[] {
  return results.map((result) => result.identity.kind)
}

function manifest(
  apiVersion: string,
  kind: string,
  metadata: JsonObject,
  rest: JsonObject = {},
): Manifest {
  const owned = { ...metadata, labels: OWNER }
  return readManifest({ apiVersion, kind, metadata: owned, ...rest }, 'test')
}

function withAnnotations({ object }: Manifest, annotations: JsonObject): Manifest {
  const metadata = field(object, 'metadata')
  if (!isJsonObject(metadata)) throw new Error('no metadata')
  return readManifest({ ...object, metadata: { ...metadata, annotations } }, 'test')
}

function identity(
  apiVersion: string,
  kind: string,
  namespace: string,
  name: string,
): ObjectIdentity {
  return { ...readManifest({ apiVersion, kind, metadata: { name } }, 'test').identity, namespace }
}

function NAMESPACE(name: string): Manifest {
  return manifest('v1', 'Namespace', { name })
}

function settings(namespace: string, data: JsonObject, name = 'settings'): Manifest {
  return manifest('v1', 'ConfigMap', { name, namespace }, { data })
}

function secretOf(namespace: string, stringData: JsonObject): Manifest {
  return manifest('v1', 'Secret', { name: 'key', namespace }, { stringData })
}

function deployment(namespace: string, labels: JsonObject, replicas = 1): Manifest {
  const containers = [
    { name: 'web', image: 'web:1', ports: [{ containerPort: 80 }], resources: {} },
  ]
  const spec = {
    replicas,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers } },
  }
  return manifest('apps/v1', 'Deployment', { name: 'web', namespace }, { spec })
}

function SHOP(namespace: string, data: JsonObject = { color: 'blue' }): readonly Manifest[] {
  const backend = { service: { name: 'web', port: { number: 80 } } }
  const rules = [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }]
  return [
    manifest('v1', 'ServiceAccount', { name: 'web', namespace }),
    settings(namespace, data),
    manifest(
      'v1',
      'Secret',
      { name: 'key', namespace },
      { data: { key: 'Z2VoZWlt' }, type: 'Opaque' },
    ),
    manifest(
      'v1',
      'Service',
      { name: 'web', namespace },
      { spec: { ports: [{ port: 80 }], selector: { app: 'web' } } },
    ),
    deployment(namespace, { app: 'web' }),
    manifest('networking.k8s.io/v1', 'Ingress', { name: 'web', namespace }, { spec: { rules } }),
  ]
}

function definition(plural: string, kind: string): Manifest {
  const schema = {
    openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  }
  const spec = {
    group: 'test.tidemark.dev',
    scope: 'Namespaced',
    names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
    versions: [{ name: 'v1', served: true, storage: true, schema }],
  }
  const name = `${plural}.test.tidemark.dev`
  return manifest('apiextensions.k8s.io/v1', 'CustomResourceDefinition', { name }, { spec })
}

const WIDGET_DEFINITION = definition('widgets', 'Widget')
const GADGET_DEFINITION = definition('gadgets', 'Gadget')

function widget(namespace: string): Manifest {
  return manifest(
    'test.tidemark.dev/v1',
    'Widget',
    { name: 'one', namespace },
    { spec: { size: 3 } },
  )
}

function gadget(namespace: string): Manifest {
  return manifest('test.tidemark.dev/v1', 'Gadget', { name: 'one', namespace })
}
