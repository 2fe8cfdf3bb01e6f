import { systemClock, systemRandom } from '@tidemark/kernel'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { ClusterAccess } from '../access.ts'
import type { WriteAnswer } from '../answers.ts'
import type { FollowEvent } from '../follow.ts'
import { KubeClient } from '../kube-client.ts'
import { type KubeObject, listAt, type ObjectRef, textAt } from '../kube-object.ts'

/** An API server that the suite may fill, and how to end it. */
export interface KubeUnderTest extends AsyncDisposable {
  readonly access: ClusterAccess
}

/**
 * What every API server that Tidemark speaks with must do: a real kube-apiserver 1.36 and the sandbox alike. Each test
 * uses names of its own, so they may run on a server that holds other things.
 */
export function kubeContract(name: string, open: () => Promise<KubeUnderTest>): void {
  // oxlint-disable-next-line vitest/valid-title -- The adapter names itself.
  describe(name, () => {
    let server: KubeUnderTest
    let client: KubeClient
    const signal = new AbortController().signal

    beforeAll(async () => {
      server = await open()
      client = clientOf(server)
    })
    afterAll(async () => {
      await client[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    })

    test('discovery names scope and plural of built-in kinds', async () => {
      const resources = await client.resources(signal)
      expect(resources.find({ group: 'apps', version: 'v1', kind: 'Deployment' })).toMatchObject({
        plural: 'deployments',
        scope: 'namespaced',
      })
      expect(resources.find({ group: '', version: 'v1', kind: 'Namespace' })?.scope).toBe('cluster')
      expect(resources.preferred('', 'ConfigMap')?.version).toBe('v1')
      expect(await client.version(signal)).toMatch(/^v1\.\d+/u)
    })

    test('applying creates, then changes, and says which', async () => {
      const first = await client.apply(configMap('applied', { color: 'blue' }), OURS, signal)
      expect(first).toMatchObject({ kind: 'written', was: 'absent' })
      const second = await client.apply(configMap('applied', { color: 'red' }), OURS, signal)
      expect(second).toMatchObject({
        kind: 'written',
        was: 'present',
        object: { data: { color: 'red' } },
      })
      const same = await client.apply(configMap('applied', { color: 'red' }), OURS, signal)
      expect(versionOf(same)).toBe(versionOf(second))
    })

    test('a field that leaves the applied object leaves the cluster, one of another manager stays', async () => {
      await client.apply(configMap('fields', { a: '1', b: '2' }), OURS, signal)
      await client.apply(configMap('fields', { c: '3' }), THEIRS, signal)
      const answer = await client.apply(configMap('fields', { a: '1' }), OURS, signal)
      expect(answer).toMatchObject({ kind: 'written', object: { data: { a: '1', c: '3' } } })
    })

    test('a field of another manager is a conflict, unless it is taken', async () => {
      await client.apply(configMap('conflict', { a: 'theirs' }), THEIRS, signal)
      const no = await client.apply(
        configMap('conflict', { a: 'ours' }),
        { ...OURS, conflicts: 'refused' },
        signal,
      )
      expect(no).toMatchObject({ kind: 'refused', reason: 'field-conflict' })
      const yes = await client.apply(configMap('conflict', { a: 'ours' }), OURS, signal)
      expect(yes).toMatchObject({ kind: 'written', object: { data: { a: 'ours' } } })
    })

    test('managed fields name the fields of each manager', async () => {
      const answer = await client.apply(configMap('owned', { a: '1' }), OURS, signal)
      const entry =
        answer.kind === 'written'
          ? listAt(answer.object, 'metadata', 'managedFields')[0]
          : undefined
      expect(entry).toMatchObject({
        manager: 'ours',
        operation: 'Apply',
        fieldsV1: { 'f:data': { 'f:a': {} } },
      })
    })

    test('a dry run answers as a write would, and writes nothing', async () => {
      const answer = await client.apply(
        configMap('dry', { a: '1' }),
        { ...OURS, dryRun: 'server' },
        signal,
      )
      expect(answer).toMatchObject({ kind: 'written', was: 'absent' })
      expect(await client.get(refOf('dry'), signal)).toEqual({ kind: 'absent' })
    })

    test('an object that is gone or never was is absent', async () => {
      expect(await client.get(refOf('never'), signal)).toEqual({ kind: 'absent' })
      expect(await client.delete(refOf('never'), {}, signal)).toEqual({ kind: 'absent' })
    })

    test('a kind that is not served, and an object without a namespace, are refused', async () => {
      const ref = {
        group: 'nobody.example',
        version: 'v1',
        kind: 'Thing',
        namespace: 'default',
        name: 'x',
      }
      expect(await client.apply({ ref, body: '{}' }, OURS, signal)).toMatchObject({
        reason: 'kind-not-served',
      })
      const lost = { ...refOf('x'), namespace: '' }
      expect(await client.get(lost, signal)).toMatchObject({ kind: 'refused', reason: 'invalid' })
    })

    test('an object of the wrong shape is refused with the field that is wrong', async () => {
      const body = JSON.stringify({ ...objectOf('wrong', {}), data: { a: 1 } })
      const answer = await client.apply({ ref: refOf('wrong'), body }, OURS, signal)
      expect(answer).toMatchObject({ kind: 'refused', reason: 'invalid' })
      expect(answer.kind === 'refused' && answer.message).toContain('data.a')
    })

    test('an object is created once', async () => {
      expect(await client.create(configMap('created', {}), signal)).toMatchObject({
        kind: 'written',
        was: 'absent',
      })
      const again = await client.create(configMap('created', {}), signal)
      expect(again).toMatchObject({ kind: 'refused', reason: 'already-exists' })
    })

    test('deleting asks for the uid that was read', async () => {
      const uid = uidOf(await client.apply(configMap('deleted', {}), OURS, signal))
      const other = { uid: '00000000-0000-4000-8000-000000000000' }
      await expect(client.delete(refOf('deleted'), other, signal)).rejects.toMatchObject({
        code: 'cluster-conflict',
      })
      expect(await client.delete(refOf('deleted'), { uid }, signal)).toEqual({ kind: 'deleted' })
      expect(await client.get(refOf('deleted'), signal)).toEqual({ kind: 'absent' })
    })

    test('applying with an old version, or with the uid of what is gone, is a conflict', async () => {
      const first = await client.apply(configMap('fenced', { a: '1' }), OURS, signal)
      await client.apply(configMap('fenced', { a: '2' }), OURS, signal)
      const stale = withMetadata('fenced', { resourceVersion: versionOf(first) })
      await expect(client.apply(stale, OURS, signal)).rejects.toMatchObject({
        code: 'cluster-conflict',
        retry: 'now',
      })
      await client.delete(refOf('fenced'), {}, signal)
      const gone = withMetadata('fenced', { uid: uidOf(first) })
      await expect(client.apply(gone, OURS, signal)).rejects.toMatchObject({
        code: 'cluster-conflict',
      })
    })

    test('a JSON patch changes what it names', async () => {
      await client.apply(configMap('patched', { a: '1' }), OURS, signal)
      const operations = JSON.stringify([{ op: 'replace', path: '/data/a', value: '2' }])
      const answer = await client.patch(
        { ref: refOf('patched'), operations },
        { fieldManager: 'hand' },
        signal,
      )
      expect(answer).toMatchObject({ kind: 'written', object: { data: { a: '2' } } })
    })

    test('a list is complete, also over several pages, and can be narrowed by label', async () => {
      const count = 12
      for (let index = 0; index < count; index += 1)
        await client.apply(
          labelled(`listed-${index}`, { listed: index < 5 ? 'yes' : 'no' }),
          OURS,
          signal,
        )
      const all = await client.list(KIND, { namespace: 'default', labelSelector: 'listed' }, signal)
      expect(all).toMatchObject({ kind: 'listed' })
      expect(all.kind === 'listed' && all.objects).toHaveLength(count)
      const some = await client.list(KIND, { labelSelector: 'listed=yes' }, signal)
      expect(
        some.kind === 'listed' && some.objects.map((object) => textAt(object, 'kind')),
      ).toEqual(Array.from({ length: 5 }, () => 'ConfigMap'))
    })

    test('following shows what there is, then each change, then the end', async () => {
      await client.apply(labelled('followed', { followed: 'yes' }), OURS, signal)
      const ended = new AbortController()
      const events = client.follow(KIND, { labelSelector: 'followed=yes' }, ended.signal)
      expect(summary(await nextOf(events))).toBe('listed followed')
      const update = { ...objectOf('followed', { a: '1' }) }
      const metadata = { name: 'followed', namespace: 'default', labels: { followed: 'yes' } }
      const body = JSON.stringify({ ...update, metadata })
      const change = nextOf(events)
      await client.apply({ ref: refOf('followed'), body }, OURS, signal)
      expect(summary(await change)).toBe('changed followed')
      const end = nextOf(events)
      await client.delete(refOf('followed'), {}, signal)
      expect(summary(await end)).toBe('deleted followed')
      ended.abort()
      expect(await events.next()).toMatchObject({ done: true })
    })

    test('requests are counted by verb', async () => {
      await using counted = clientOf(server)
      await counted.get(refOf('never'), signal)
      await counted.apply(configMap('counted', {}), OURS, signal)
      expect(counted.requests.snapshot()).toMatchObject({ get: 1, apply: 1 })
      expect(counted.requests.writes()).toBe(1)
    })

    test('a custom kind can be applied as soon as it is defined', async () => {
      await client.apply({ ref: CRD_REF, body: JSON.stringify(CRD) }, OURS, signal)
      await expect
        .poll(async () => {
          client.forgetResources()
          return await client.resource(WIDGET, signal)
        })
        .toMatchObject({ plural: 'widgets', scope: 'namespaced' })
      const ref = { ...WIDGET, namespace: 'default', name: 'one' }
      const widget = { apiVersion: 'contract.tidemark.dev/v1', kind: 'Widget', spec: { size: 3 } }
      const body = JSON.stringify({ ...widget, metadata: { name: 'one', namespace: 'default' } })
      expect(await client.apply({ ref, body }, OURS, signal)).toMatchObject({
        kind: 'written',
        was: 'absent',
      })
    })
  })
}

function clientOf({ access }: KubeUnderTest): KubeClient {
  return new KubeClient({ cluster: 'contract', access, clock: systemClock, random: systemRandom })
}

const OURS = { fieldManager: 'ours', conflicts: 'taken' } as const
const THEIRS = { fieldManager: 'theirs', conflicts: 'taken' } as const
const KIND = { group: '', version: 'v1', kind: 'ConfigMap' }
const WIDGET = { group: 'contract.tidemark.dev', version: 'v1', kind: 'Widget' }

const CRD_REF = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  namespace: '',
  name: 'widgets.contract.tidemark.dev',
}
const CRD = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: CRD_REF.name },
  spec: {
    group: 'contract.tidemark.dev',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } },
          },
        },
      },
    ],
  },
}

function refOf(name: string): ObjectRef {
  return { ...KIND, namespace: 'default', name }
}

function objectOf(name: string, data: Readonly<Record<string, string>>): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data }
}

function configMap(
  name: string,
  data: Readonly<Record<string, string>>,
): { ref: ObjectRef; body: string } {
  return { ref: refOf(name), body: JSON.stringify(objectOf(name, data)) }
}

function withMetadata(
  name: string,
  extra: Readonly<Record<string, string>>,
): { ref: ObjectRef; body: string } {
  const metadata = { name, namespace: 'default', ...extra }
  return { ref: refOf(name), body: JSON.stringify({ ...objectOf(name, { a: '3' }), metadata }) }
}

function labelled(
  name: string,
  labels: Readonly<Record<string, string>>,
): { ref: ObjectRef; body: string } {
  const metadata = { name, namespace: 'default', labels }
  return { ref: refOf(name), body: JSON.stringify({ ...objectOf(name, {}), metadata }) }
}

function uidOf(answer: WriteAnswer): string {
  return answer.kind === 'written' ? textAt(answer.object, 'metadata', 'uid') : ''
}

function versionOf(answer: WriteAnswer): string {
  return answer.kind === 'written' ? textAt(answer.object, 'metadata', 'resourceVersion') : ''
}

async function nextOf(events: AsyncGenerator<FollowEvent, void, undefined>): Promise<FollowEvent> {
  const next = await events.next()
  if (next.done === true) throw new Error('the follower ended')
  return next.value
}

function summary(event: FollowEvent): string {
  const objects = event.kind === 'listed' ? event.objects : 'object' in event ? [event.object] : []
  return [event.kind, ...objects.map((object) => textAt(object, 'metadata', 'name'))].join(' ')
}
