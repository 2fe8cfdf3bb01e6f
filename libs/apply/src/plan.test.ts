/* oxlint-disable unicorn/consistent-function-scoping -- Builders of test data stand beside the tests they serve. */
import {
  inventoryId,
  type Json,
  type JsonObject,
  type Manifest,
  objectDigest,
  readManifest,
} from '@tidemark/manifests'
import { describe, expect, test } from 'vitest'

import { driftOf } from './drift.ts'
import {
  type AppliedRecord,
  appliedRecord,
  decodeInventory,
  encodeInventory,
  type InventoryEntry,
  InventoryUnreadable,
} from './inventory.ts'
import type { LiveState } from './live-state.ts'
import { intendedInventory, planApply, type PlanInput, plannedObjects } from './plan.ts'

const MANAGER = 'tidemark'
const OWNER = {
  'kustomize.toolkit.fluxcd.io/name': 'shop',
  'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
}
const keyed = (text: string): string => `keyed ${text}`
const CONTEXT = { fieldManager: MANAGER, keyed, absorb: 'known' } as const

function settings(name: string, data: JsonObject = { a: '1' }, annotations?: JsonObject): Manifest {
  const metadata = {
    name,
    namespace: 'shop',
    labels: OWNER,
    ...(annotations === undefined ? {} : { annotations }),
  }
  return readManifest({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data }, 'test')
}

/** What the API server would hold after `desired` was applied by us. */
function liveAfter(
  { object }: Manifest,
  change: {
    readonly data?: JsonObject
    readonly entries?: readonly Json[]
    readonly version?: string
  } = {},
): JsonObject {
  const { data = object['data'] ?? {}, entries = [], version = '1' } = change
  const owned = Object.fromEntries(Object.keys(object['data'] ?? {}).map((key) => [`f:${key}`, {}]))
  const managedFields = [
    { manager: MANAGER, operation: 'Apply', apiVersion: 'v1', fieldsV1: { 'f:data': owned } },
    ...entries,
  ]
  const metadata = {
    name: 'x',
    ...Object(object['metadata']),
    uid: 'uid',
    resourceVersion: version,
    managedFields,
  }
  return { ...object, data, metadata }
}

function entryOf(manifest: Manifest): InventoryEntry & { readonly applied: AppliedRecord } {
  const digest = objectDigest(manifest.object, keyed)
  const applied = appliedRecord(liveAfter(manifest), { objectDigest: digest, ...CONTEXT })
  return { id: inventoryId(manifest.identity), version: 'v1', applied }
}

function plan(
  input: Partial<PlanInput> & { readonly objects?: readonly JsonObject[] },
): ReturnType<typeof planApply> {
  const objects = new Map(
    (input.objects ?? []).map((object) => [
      inventoryId(readManifest(object, 'live').identity),
      object,
    ]),
  )
  const live: PlanInput['live'] = (identity): LiveState => {
    const object = objects.get(inventoryId(identity))
    return object === undefined ? { kind: 'absent' } : { kind: 'present', object }
  }
  const base = { desired: [], inventory: [], live, owner: OWNER, fieldManager: MANAGER, keyed }
  return planApply({ ...base, recreate: 'refused', prune: 'guarded', ...input })
}

function actions(result: ReturnType<typeof planApply>): readonly string[] {
  return plannedObjects(result).map(({ action, reason }) => `${action}: ${reason}`)
}

describe('what is applied', () => {
  test('what is not there is created', () => {
    expect(actions(plan({ desired: [settings('a')] }))).toEqual(['create: not there'])
  })

  test('what was applied as it is now is left alone', () => {
    const desired = settings('a')
    const objects = [liveAfter(desired)]
    expect(actions(plan({ desired: [desired], inventory: [entryOf(desired)], objects }))).toEqual([
      'unchanged: as applied',
    ])
  })

  test('a changed object is sent', () => {
    const before = settings('a')
    const result = plan({
      desired: [settings('a', { a: '2' })],
      inventory: [entryOf(before)],
      objects: [liveAfter(before)],
    })
    expect(actions(result)).toEqual(['configure: changed'])
  })

  test('what is there and was never applied by us is sent', () => {
    expect(
      actions(plan({ desired: [settings('a')], objects: [liveAfter(settings('a'))] })),
    ).toEqual(['configure: not applied before'])
  })

  test('after another version of the API, it is sent again', () => {
    const desired = settings('a')
    const inventory = [{ ...entryOf(desired), version: 'v1beta1' }]
    expect(actions(plan({ desired: [desired], inventory, objects: [liveAfter(desired)] }))).toEqual(
      ['configure: not applied before'],
    )
  })

  test('what nobody watches is sent without asking', () => {
    const live = (): LiveState => ({ kind: 'unknown' })
    expect(actions(plan({ desired: [settings('a')], live }))).toEqual([
      'configure: not watched yet',
    ])
  })

  test('objects are ordered by stage and wave', () => {
    const named = (apiVersion: string, kind: string): Manifest =>
      readManifest({ apiVersion, kind, metadata: { name: 'a', labels: OWNER } }, 'test')
    const desired = [
      named('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration'),
      named('apps/v1', 'Deployment'),
      named('rbac.authorization.k8s.io/v1', 'RoleBinding'),
      named('v1', 'Secret'),
      named('storage.k8s.io/v1', 'StorageClass'),
      named('v1', 'Namespace'),
    ]
    const { stages } = plan({ desired })
    const kinds = stages.map(({ stage, waves }) => [
      stage,
      waves.map((wave) => wave.map(({ manifest }) => manifest.identity.kind)),
    ])
    expect(kinds).toEqual([
      ['definitions', [['Namespace']]],
      ['classes', [['StorageClass']]],
      ['rest', [['Secret'], ['RoleBinding'], ['Deployment'], ['ValidatingWebhookConfiguration']]],
    ])
  })

  test('the labels of another owner are taken over, and said', () => {
    const theirs = liveAfter(settings('a'))
    const labels = { 'kustomize.toolkit.fluxcd.io/name': 'other' }
    const metadata = { ...Object(theirs['metadata']), labels }
    const { notices } = plan({ desired: [settings('a')], objects: [{ ...theirs, metadata }] })
    expect(notices).toEqual([
      "ConfigMap/shop/a carries another owner's kustomize.toolkit.fluxcd.io/name; it is taken over",
    ])
  })
})

describe('switches', () => {
  const flux = 'kustomize.toolkit.fluxcd.io/'
  test.each([
    [{ [`${flux}reconcile`]: 'disabled' }, 'skip: switched off'],
    [{ [`${flux}ssa`]: 'Ignore' }, 'skip: switched off'],
    [{ [`${flux}ssa`]: 'IfNotPresent' }, 'skip: there already'],
    [{ [`${flux}ssa`]: 'merge' }, 'configure: not applied before'],
  ])('%j on an object that is there', (annotations, expected) => {
    const desired = settings('a', {}, annotations)
    expect(actions(plan({ desired: [desired], objects: [liveAfter(settings('a'))] }))).toEqual([
      expected,
    ])
  })

  test('an object that is not there is created once', () => {
    const desired = settings('a', {}, { [`${flux}ssa`]: 'IfNotPresent' })
    expect(actions(plan({ desired: [desired] }))).toEqual(['create: not there'])
  })

  test('a live object that is switched off is left alone', () => {
    const objects = [liveAfter(settings('a', {}, { [`${flux}reconcile`]: 'Disabled' }))]
    expect(actions(plan({ desired: [settings('a')], objects }))).toEqual(['skip: switched off'])
  })
})

describe('drift', () => {
  const desired = settings('a', { a: '1', b: '2' })
  const { applied } = entryOf(desired)

  test('nothing has changed, or only what is not ours', () => {
    expect(driftOf(applied, liveAfter(desired), CONTEXT)).toEqual({ kind: 'in-sync' })
    const data = { a: '1', b: '2', theirs: '3' }
    const entries = [
      { manager: 'operator', operation: 'Update', fieldsV1: { 'f:data': { 'f:theirs': {} } } },
    ]
    expect(driftOf(applied, liveAfter(desired, { data, entries, version: '2' }), CONTEXT)).toEqual({
      kind: 'in-sync',
    })
  })

  test('a field that another has taken names field and manager', () => {
    const live = liveAfter(settings('a', { b: '2' }), {
      data: { a: 'theirs', b: '2' },
      entries: [
        { manager: 'operator', operation: 'Update', fieldsV1: { 'f:data': { 'f:a': {} } } },
      ],
      version: '2',
    })
    expect(driftOf(applied, live, CONTEXT)).toEqual({
      kind: 'changed',
      fields: ['data.a'],
      manager: 'operator',
    })
  })

  test('a field that is gone belongs to nobody', () => {
    const live = liveAfter(settings('a', { b: '2' }), { version: '2' })
    expect(driftOf(applied, live, CONTEXT)).toEqual({
      kind: 'changed',
      fields: ['data.a'],
      manager: '',
    })
  })

  test('a value that changed under our own name is drift too', () => {
    const live = liveAfter(desired, { data: { a: 'other', b: '2' }, version: '2' })
    expect(driftOf(applied, live, CONTEXT)).toEqual({
      kind: 'changed',
      fields: [],
      manager: MANAGER,
    })
  })

  test('an object that is read in another version is judged by who owns its fields', () => {
    const live = liveAfter(desired, { data: { a: 'named otherwise there' }, version: '2' })
    expect(driftOf(applied, { ...live, apiVersion: 'v2' }, CONTEXT)).toEqual({ kind: 'in-sync' })
    const taken = liveAfter(settings('a', { b: '2' }), { version: '2' })
    expect(driftOf(applied, { ...taken, apiVersion: 'v2' }, CONTEXT)).toMatchObject({
      kind: 'changed',
    })
  })

  test('what kubectl has added is drift, unless the object is merged', () => {
    const entries = [
      { manager: 'kubectl-edit', operation: 'Update', fieldsV1: { 'f:data': { 'f:x': {} } } },
    ]
    const live = liveAfter(desired, { data: { a: '1', b: '2', x: '3' }, entries, version: '2' })
    expect(driftOf(applied, live, CONTEXT)).toEqual({
      kind: 'changed',
      fields: ['data.x'],
      manager: 'kubectl-edit',
    })
    expect(driftOf(applied, live, { ...CONTEXT, absorb: 'nobody' })).toEqual({ kind: 'in-sync' })
  })

  test('deleted, going, and replaced', () => {
    expect(driftOf(applied, undefined, CONTEXT)).toEqual({ kind: 'deleted' })
    const live = liveAfter(desired, { version: '2' })
    const metadata = { ...Object(live['metadata']) }
    expect(
      driftOf(applied, { ...live, metadata: { ...metadata, deletionTimestamp: 'x' } }, CONTEXT),
    ).toEqual({ kind: 'terminating' })
    expect(driftOf(applied, { ...live, metadata: { ...metadata, uid: 'other' } }, CONTEXT)).toEqual(
      { kind: 'replaced' },
    )
  })
})

describe('what is pruned', () => {
  const all = (count: number): Manifest[] =>
    Array.from({ length: count }, (_, index) => settings(`s${index}`))
  const inventory = (manifests: readonly Manifest[]): InventoryEntry[] =>
    manifests.map((one) => entryOf(one))
  const live = (manifests: readonly Manifest[]): JsonObject[] =>
    manifests.map((one) => liveAfter(one))

  test('what is stale is deleted in the reverse of the apply order', () => {
    const crd = readManifest(
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'd', namespace: 'shop', labels: OWNER },
      },
      't',
    )
    const stale = [settings('x'), crd]
    const { prune } = plan({
      desired: [settings('a')],
      inventory: inventory([settings('a'), ...stale]),
      objects: live(stale),
    })
    expect(prune.deletions.map(({ id }) => id)).toEqual([
      'shop_d_apps_Deployment',
      'shop_x__ConfigMap',
    ])
    expect(prune.deletions[0]?.uid).toBe('uid')
  })

  test('an empty release deletes nothing until a person says so', () => {
    const objects = live(all(2))
    const guarded = plan({ inventory: inventory(all(2)), objects })
    expect(guarded.prune.deletions).toEqual([])
    expect(guarded.prune.held.map(({ reason }) => reason)).toEqual(['empty-render', 'empty-render'])
    const approved = plan({ inventory: inventory(all(2)), objects, prune: 'approved' })
    expect(approved.prune.deletions).toHaveLength(2)
    expect(approved.prune.held).toEqual([])
  })

  test.each([
    [10, 5, 5, 0],
    [10, 6, 0, 6],
    [100, 20, 20, 0],
    [100, 21, 0, 21],
  ])('of %i objects, %i leave: %i are deleted, %i are held', (total, leaving, deleted, held) => {
    const manifests = all(total)
    const { prune } = plan({
      desired: manifests.slice(leaving),
      inventory: inventory(manifests),
      objects: live(manifests),
    })
    expect([prune.deletions.length, prune.held.length]).toEqual([deleted, held])
  })

  test('a namespace, a definition and a volume are held', () => {
    const kinds = [
      ['v1', 'Namespace'],
      ['v1', 'PersistentVolume'],
      ['apiextensions.k8s.io/v1', 'CustomResourceDefinition'],
    ] as const
    const stale = kinds.map(([apiVersion, kind]) =>
      readManifest({ apiVersion, kind, metadata: { name: 'x', labels: OWNER } }, 't'),
    )
    const { prune } = plan({
      desired: [settings('a')],
      inventory: inventory(stale),
      objects: live(stale),
    })
    expect(prune.deletions).toEqual([])
    expect(new Set(prune.held.map(({ reason }) => reason))).toEqual(new Set(['holds-data']))
  })

  test('what is gone or not ours is dropped, what asks to stay is kept', () => {
    const flux = 'kustomize.toolkit.fluxcd.io/'
    const [gone, foreign, kept] = [
      settings('gone'),
      settings('foreign'),
      settings('kept', {}, { [`${flux}prune`]: 'Disabled' }),
    ]
    const theirs = { ...liveAfter(foreign), metadata: { name: 'foreign', namespace: 'shop' } }
    const { prune } = plan({
      desired: [settings('a')],
      inventory: inventory([gone, foreign, kept]),
      objects: [theirs, liveAfter(kept)],
    })
    expect(prune.deletions).toEqual([])
    expect(prune.dropped).toMatchObject([
      { id: 'shop_gone__ConfigMap', reason: 'gone already' },
      { id: 'shop_foreign__ConfigMap', reason: 'does not carry our labels' },
    ])
    expect(prune.kept.map(({ id }) => id)).toEqual(['shop_kept__ConfigMap'])
  })

  test('with pruning off, everything is kept', () => {
    const { prune } = plan({ inventory: inventory(all(2)), objects: live(all(2)), prune: 'off' })
    expect(prune.kept).toHaveLength(2)
  })
})

describe('inventory', () => {
  test('the intent holds what was and what will be there', () => {
    const inventory = [entryOf(settings('old'))]
    const result = plan({ desired: [settings('new'), settings('old')], inventory })
    expect(intendedInventory(result, inventory)).toEqual([
      ...inventory,
      { id: 'shop_new__ConfigMap', version: 'v1' },
    ])
  })

  test('what is written is read again, and has one form', () => {
    const entries = [entryOf(settings('a')), { id: 'shop_b__ConfigMap', version: 'v1' }]
    const text = encodeInventory(entries)
    expect(decodeInventory(text)).toEqual(entries)
    expect(encodeInventory(decodeInventory(text))).toBe(text)
  })

  test.each([
    '',
    '{}',
    '{"format":1}',
    '{"format":2,"entries":[]}',
    '{"format":1,"entries":[{"v":"v1"}]}',
    '{"format":1,"entries":[{"id":"a","v":"v1","applied":{}}]}',
  ])('%j is no inventory', (text) => {
    expect(() => decodeInventory(text)).toThrow(InventoryUnreadable)
  })

  test('an inventory does not show the value of a Secret', () => {
    const object = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'key', namespace: 'shop' },
      data: { password: 'Z2VoZWlt' },
    }
    expect(encodeInventory([entryOf(readManifest(object, 't'))])).not.toContain('Z2VoZWlt')
  })
})
