import { VirtualClock } from '@tidemark/kernel/testing'
import { expect, test } from 'vitest'

import { listAt, objectAt, stringAt, type JsonObject } from '../json.ts'
import { openTestSandbox, type TestSandbox } from '../testing/index.ts'

const APPS = '/apis/apps/v1/namespaces/default'
const CORE = '/api/v1/namespaces/default'
const SECOND = 1000

function template(image: string): JsonObject {
  return { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'x', image }] } }
}

function workload(kind: string, spec: JsonObject = {}, image = 'x:1'): JsonObject {
  const selector = { matchLabels: { app: 'x' } }
  const full = { selector, template: template(image), ...spec }
  return { apiVersion: 'apps/v1', kind, metadata: { name: 'x' }, spec: full }
}

async function statusOf(sandbox: TestSandbox, path: string): Promise<JsonObject> {
  const { body } = await sandbox.client.get(path)
  return objectAt(body, 'status')
}

function conditionsOf(status: JsonObject): Record<string, string> {
  return Object.fromEntries(
    listAt(status, 'conditions').map((condition) => {
      const text = (key: string): string => stringAt(condition, key) ?? ''
      return [text('type'), `${text('status')} ${text('reason')}`]
    }),
  )
}

async function names(sandbox: TestSandbox, path: string): Promise<readonly unknown[]> {
  const { body } = await sandbox.client.get(path)
  return listAt(body, 'items').map((item) => stringAt(objectAt(item, 'metadata'), 'name'))
}

async function runDeployment(): Promise<unknown> {
  await using sandbox = await openTestSandbox()
  await sandbox.client.apply(`${APPS}/deployments/x`, workload('Deployment', { replicas: 3 }))
  await sandbox.clock.advance(2 * SECOND)
  return (await sandbox.client.get(`${CORE}/pods`)).body
}

test('a Deployment becomes available by itself, and not before its Pods start', async () => {
  await using sandbox = await openTestSandbox({ timing: { startMs: 5000 } })
  await sandbox.client.apply(`${APPS}/deployments/x`, workload('Deployment', { replicas: 2 }))
  await sandbox.clock.advance(SECOND)
  const early = await statusOf(sandbox, `${APPS}/deployments/x`)
  expect(early).toMatchObject({ replicas: 2, unavailableReplicas: 2, observedGeneration: 1 })
  expect(conditionsOf(early)['Available']).toBe('False MinimumReplicasUnavailable')
  await sandbox.clock.advance(5 * SECOND)
  const late = await statusOf(sandbox, `${APPS}/deployments/x`)
  expect(late).toMatchObject({ replicas: 2, readyReplicas: 2, availableReplicas: 2 })
  expect(conditionsOf(late)).toEqual({
    Available: 'True MinimumReplicasAvailable',
    Progressing: 'True NewReplicaSetAvailable',
  })
})

/** Time goes on between two looks at it, as on a busy machine; a sleep into the past is refused. */
class BusyClock extends VirtualClock {
  #looks = 0

  override now(): number {
    this.#looks += 1
    return super.now() + 3 * this.#looks
  }

  override monotonic(): number {
    return this.now()
  }

  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms < 0) throw new Error(`a sleep of ${ms} ms`)
    return super.sleep(ms, signal)
  }
}

test('what becomes due between two looks at the clock is done, not slept for', async () => {
  const clock = new BusyClock()
  for (let startMs = 1; startMs < 20; startMs += 1) {
    await using sandbox = await openTestSandbox({ clock, timing: { startMs } })
    await sandbox.client.apply(`${APPS}/deployments/x`, workload('Deployment'))
    await clock.advance(2 * SECOND)
    expect(await statusOf(sandbox, `${APPS}/deployments/x`)).toMatchObject({ replicas: 1 })
  }
})

test('a new image replaces the Pods, and keeps the old ReplicaSet without Pods', async () => {
  await using sandbox = await openTestSandbox()
  await sandbox.client.apply(`${APPS}/deployments/x`, workload('Deployment'))
  await sandbox.clock.advance(SECOND)
  const before = await names(sandbox, `${CORE}/pods`)
  await sandbox.client.apply(`${APPS}/deployments/x`, workload('Deployment', {}, 'x:2'))
  await sandbox.clock.advance(SECOND)
  const after = await names(sandbox, `${CORE}/pods`)
  expect(after).toHaveLength(1)
  expect(after).not.toEqual(before)
  expect(await names(sandbox, `${APPS}/replicasets`)).toHaveLength(2)
  expect(await statusOf(sandbox, `${APPS}/deployments/x`)).toMatchObject({
    updatedReplicas: 1,
    observedGeneration: 2,
  })
})

test('an image that cannot be pulled keeps the last good Pods and fails at the deadline', async () => {
  await using sandbox = await openTestSandbox()
  await sandbox.client.apply(
    `${APPS}/deployments/x`,
    workload('Deployment', { progressDeadlineSeconds: 30 }),
  )
  await sandbox.clock.advance(SECOND)
  await sandbox.client.apply(
    `${APPS}/deployments/x`,
    workload('Deployment', { progressDeadlineSeconds: 30 }, 'x:does-not-exist'),
  )
  await sandbox.clock.advance(2 * SECOND)
  const { body } = await sandbox.client.get(`${CORE}/pods`)
  expect(JSON.stringify(body)).toContain('ImagePullBackOff')
  expect(await statusOf(sandbox, `${APPS}/deployments/x`)).toMatchObject({
    readyReplicas: 1,
    replicas: 2,
  })
  await sandbox.clock.advance(60 * SECOND)
  const status = conditionsOf(await statusOf(sandbox, `${APPS}/deployments/x`))
  expect(status['Progressing']).toBe('False ProgressDeadlineExceeded')
})

test('a registry that cannot exist fails too', async () => {
  await using sandbox = await openTestSandbox()
  for (const [name, image] of [
    ['a', 'registry.invalid/x:1'],
    ['b', 'registry.example.com/x:1'],
  ] as const) {
    const body = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: { containers: [{ name, image }] },
    }
    await sandbox.client.create(`${CORE}/pods`, body)
  }
  await sandbox.clock.advance(SECOND)
  expect((await statusOf(sandbox, `${CORE}/pods/a`))['phase']).toBe('Pending')
  expect((await statusOf(sandbox, `${CORE}/pods/b`))['phase']).toBe('Running')
})

test('a StatefulSet starts its Pods in order and binds their claims', async () => {
  await using sandbox = await openTestSandbox({ timing: { startMs: SECOND } })
  const claim = {
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  }
  const spec = { serviceName: 'x', replicas: 2, volumeClaimTemplates: [claim] }
  await sandbox.client.apply(`${APPS}/statefulsets/x`, workload('StatefulSet', spec))
  await sandbox.clock.advance(500)
  expect(await names(sandbox, `${CORE}/pods`)).toEqual(['x-0'])
  await sandbox.clock.advance(5 * SECOND)
  expect(await names(sandbox, `${CORE}/pods`)).toEqual(['x-0', 'x-1'])
  const status = await statusOf(sandbox, `${APPS}/statefulsets/x`)
  expect(status).toMatchObject({ readyReplicas: 2, currentReplicas: 2, updatedReplicas: 2 })
  expect(status['currentRevision']).toBe(status['updateRevision'])
  expect(await statusOf(sandbox, `${CORE}/persistentvolumeclaims/data-x-1`)).toMatchObject({
    phase: 'Bound',
    capacity: { storage: '1Gi' },
  })
})

test('a DaemonSet runs on the node, and a Job completes', async () => {
  await using sandbox = await openTestSandbox()
  await sandbox.client.apply(`${APPS}/daemonsets/x`, workload('DaemonSet'))
  const spec = {
    template: { spec: { restartPolicy: 'Never', containers: [{ name: 'j', image: 'j:1' }] } },
  }
  const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'j' }, spec }
  await sandbox.client.create('/apis/batch/v1/namespaces/default/jobs', job)
  await sandbox.clock.advance(3 * SECOND)
  expect(await statusOf(sandbox, `${APPS}/daemonsets/x`)).toMatchObject({
    desiredNumberScheduled: 1,
    numberReady: 1,
    updatedNumberScheduled: 1,
    numberAvailable: 1,
  })
  const status = await statusOf(sandbox, '/apis/batch/v1/namespaces/default/jobs/j')
  expect(status).toMatchObject({ succeeded: 1 })
  expect(conditionsOf(status)['Complete']).toBe('True CompletionsReached')
})

test('a load balancer gets an address', async () => {
  await using sandbox = await openTestSandbox()
  const spec = { type: 'LoadBalancer', ports: [{ port: 80 }] }
  await sandbox.client.create(`${CORE}/services`, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'lb' },
    spec,
  })
  await sandbox.clock.advance(SECOND)
  const status = await statusOf(sandbox, `${CORE}/services/lb`)
  expect(JSON.stringify(status)).toMatch(/"ip":"203\.0\.113\.\d+"/)
})

test('what a deleted object owned goes with it, and a namespace takes all that is in it', async () => {
  await using sandbox = await openTestSandbox()
  await sandbox.client.apply(`${APPS}/deployments/x`, workload('Deployment'))
  await sandbox.clock.advance(SECOND)
  await sandbox.client.send('DELETE', `${APPS}/deployments/x`)
  await sandbox.clock.advance(SECOND)
  expect(await names(sandbox, `${APPS}/replicasets`)).toEqual([])
  expect(await names(sandbox, `${CORE}/pods`)).toEqual([])

  await sandbox.client.create('/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'shop' },
  })
  const map = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', finalizers: ['example.com/wait'] },
  }
  await sandbox.client.create('/api/v1/namespaces/shop/configmaps', map)
  await sandbox.client.send('DELETE', '/api/v1/namespaces/shop')
  await sandbox.clock.advance(SECOND)
  expect(await statusOf(sandbox, '/api/v1/namespaces/shop')).toEqual({ phase: 'Terminating' })
  const refused = await sandbox.client.create('/api/v1/namespaces/shop/configmaps', {
    ...map,
    metadata: { name: 'b' },
  })
  expect(refused.status).toBe(403)
  const body = { metadata: { finalizers: null } }
  const type = 'application/merge-patch+json'
  await sandbox.client.send('PATCH', '/api/v1/namespaces/shop/configmaps/a', { body, type })
  await sandbox.clock.advance(SECOND)
  expect((await sandbox.client.get('/api/v1/namespaces/shop')).status).toBe(404)
})

test('a deletion in the foreground waits for dependents; one that orphans leaves them', async () => {
  await using sandbox = await openTestSandbox()
  for (const policy of ['Foreground', 'Orphan']) {
    await sandbox.client.apply(`${APPS}/deployments/x`, workload('Deployment'))
    await sandbox.clock.advance(SECOND)
    await sandbox.client.send('DELETE', `${APPS}/deployments/x?propagationPolicy=${policy}`)
    await sandbox.clock.advance(SECOND)
    expect((await sandbox.client.get(`${APPS}/deployments/x`)).status).toBe(404)
    expect(await names(sandbox, `${CORE}/pods`)).toHaveLength(policy === 'Orphan' ? 1 : 0)
  }
})

test('the same calls on the same clock give the same cluster', async () => {
  expect(await runDeployment()).toEqual(await runDeployment())
})
