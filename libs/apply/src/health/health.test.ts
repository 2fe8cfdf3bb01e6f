/* oxlint-disable unicorn/consistent-function-scoping -- Builders of test data stand beside the tests they serve. */
import type { JsonObject } from '@tidemark/manifests'
import { describe, expect, test } from 'vitest'

import { type Health, healthOf, worstHealth } from './health.ts'

const NOW = Date.parse('2026-01-01T00:01:00Z')

function health(apiVersion: string, kind: string, rest: JsonObject): string {
  const { metadata, ...others } = { metadata: {}, ...rest }
  const live: JsonObject = {
    apiVersion,
    kind,
    metadata: { name: 'a', generation: 2, ...metadata },
    ...others,
  }
  const { kind: is, message } = healthOf(live, { nowMs: NOW })
  return `${is}: ${message}`
}

function conditions(
  ...list: readonly (readonly [type: string, status: string, reason?: string, message?: string])[]
): JsonObject[] {
  return list.map(([type, status, reason = '', message = '']) => ({
    type,
    status,
    reason,
    message,
  }))
}

describe('every kind', () => {
  test('what is being deleted is terminating', () => {
    const metadata = { deletionTimestamp: '2026-01-01T00:00:00Z' }
    expect(health('v1', 'ConfigMap', { metadata })).toBe('terminating: is being deleted')
  })

  test('a generation that its controller has not seen is progressing', () => {
    expect(health('x/v1', 'Widget', { status: { observedGeneration: 1 } })).toBe(
      'progressing: generation 2 is not observed yet, the latest is 1',
    )
  })

  test('Reconciling is progressing, Stalled is failed', () => {
    const reconciling = conditions(['Reconciling', 'True', 'Progressing', 'building'])
    expect(health('x/v1', 'Widget', { status: { conditions: reconciling } })).toBe(
      'progressing: building',
    )
    const stalled = conditions(['Stalled', 'True', 'BadSpec', 'no such thing'])
    expect(health('x/v1', 'Widget', { status: { conditions: stalled } })).toBe(
      'failed: no such thing',
    )
  })

  test('an unknown kind goes by Ready, and is healthy when it says nothing', () => {
    expect(health('x/v1', 'Widget', {})).toBe('healthy: is there')
    expect(
      health('x/v1', 'Widget', {
        status: { conditions: conditions(['Ready', 'True', 'Done', 'ok']) },
      }),
    ).toBe('healthy: ok')
    const waiting = conditions(['Ready', 'False', 'Waiting'])
    expect(health('x/v1', 'Widget', { status: { conditions: waiting } })).toBe(
      'progressing: Waiting',
    )
    const unknown = conditions(['Ready', 'Unknown', '', 'no news'])
    expect(health('x/v1', 'Widget', { status: { conditions: unknown } })).toBe(
      'progressing: no news',
    )
  })
})

describe('Deployment', () => {
  const counts = { replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3 }
  const done = conditions(['Progressing', 'True', 'NewReplicaSetAvailable'], ['Available', 'True'])
  const deployment = (status: JsonObject, spec: JsonObject = {}): string =>
    health('apps/v1', 'Deployment', {
      spec: { replicas: 3, progressDeadlineSeconds: 600, ...spec },
      status: { observedGeneration: 2, conditions: done, ...counts, ...status },
    })

  test.each<[JsonObject, string]>([
    [{}, 'healthy: 3 replicas are available'],
    [{ replicas: 1 }, 'progressing: replicas: 1 of 3'],
    [{ updatedReplicas: 1 }, 'progressing: updated: 1 of 3'],
    [{ replicas: 5 }, 'progressing: 2 old pods are still there'],
    [{ availableReplicas: 1 }, 'progressing: available: 1 of 3'],
    [{ readyReplicas: 2 }, 'progressing: ready: 2 of 3'],
    [
      { conditions: conditions(['Available', 'True']) },
      'progressing: the new ReplicaSet is not available yet',
    ],
    [
      {
        conditions: conditions(
          ['Progressing', 'True', 'NewReplicaSetAvailable'],
          ['Available', 'False'],
        ),
      },
      'progressing: the Deployment is not available yet',
    ],
    [
      {
        conditions: conditions(['Progressing', 'False', 'ProgressDeadlineExceeded', 'timed out']),
        replicas: 1,
      },
      'failed: the deadline for progress has passed: timed out',
    ],
  ])('%j', (status, expected) => {
    expect(deployment(status)).toBe(expected)
  })

  test('without a deadline there is no Progressing condition to wait for', () => {
    const live = {
      spec: { replicas: 0 },
      status: { observedGeneration: 2, conditions: conditions(['Available', 'True']) },
    }
    expect(health('apps/v1', 'Deployment', live)).toBe('healthy: 0 replicas are available')
  })

  test('just created, it is progressing', () => {
    expect(health('apps/v1', 'Deployment', { spec: {} })).toBe('progressing: replicas: 0 of 1')
  })
})

describe('StatefulSet', () => {
  const counts = { replicas: 3, readyReplicas: 3, currentReplicas: 3, updatedReplicas: 3 }
  const revisions = { currentRevision: 'b', updateRevision: 'b' }
  const set = (status: JsonObject, updateStrategy: JsonObject = {}): string =>
    health('apps/v1', 'StatefulSet', {
      spec: { replicas: 3, updateStrategy },
      status: { observedGeneration: 2, ...counts, ...revisions, ...status },
    })

  test.each<[JsonObject, string]>([
    [{}, 'healthy: 3 replicas are ready'],
    [{ replicas: 2 }, 'progressing: replicas: 2 of 3'],
    [{ readyReplicas: 2 }, 'progressing: ready: 2 of 3'],
    [{ replicas: 4 }, 'progressing: 1 old pods are still there'],
    [{ currentReplicas: 1 }, 'progressing: current: 1 of 3'],
    [{ updateRevision: 'c' }, 'progressing: replicas of the old revision are still there'],
  ])('%j', (status, expected) => {
    expect(set(status)).toBe(expected)
  })

  test('a partition keeps old replicas', () => {
    const strategy = { rollingUpdate: { partition: 2 } }
    expect(set({ updatedReplicas: 0 }, strategy)).toBe('progressing: updated: 0 of 1')
    expect(set({ updatedReplicas: 1, updateRevision: 'c' }, strategy)).toContain('healthy')
    expect(set({}, { type: 'OnDelete' })).toContain('healthy')
  })
})

describe('DaemonSet, ReplicaSet', () => {
  const counts = { desiredNumberScheduled: 2, currentNumberScheduled: 2, updatedNumberScheduled: 2 }
  const ready = { numberAvailable: 2, numberReady: 2, observedGeneration: 2 }
  test.each<[JsonObject, string]>([
    [{}, 'healthy: 2 pods are ready'],
    [{ updatedNumberScheduled: 1 }, 'progressing: updated: 1 of 2'],
    [{ numberAvailable: 0 }, 'progressing: available: 0 of 2'],
  ])('a DaemonSet with %j', (status, expected) => {
    expect(health('apps/v1', 'DaemonSet', { status: { ...counts, ...ready, ...status } })).toBe(
      expected,
    )
  })

  test('a DaemonSet that its controller has not seen is progressing', () => {
    expect(health('apps/v1', 'DaemonSet', { status: {} })).toContain('has not seen')
  })

  test('a ReplicaSet whose pods cannot be made says why', () => {
    const status = { conditions: conditions(['ReplicaFailure', 'True', 'FailedCreate', 'quota']) }
    expect(health('apps/v1', 'ReplicaSet', { status })).toBe(
      'progressing: pods cannot be made: quota',
    )
    const full = { replicas: 1, fullyLabeledReplicas: 1, availableReplicas: 1, readyReplicas: 1 }
    expect(health('apps/v1', 'ReplicaSet', { status: full })).toBe('healthy: 1 replicas are ready')
  })
})

describe('Job, Pod, claim, Service, definition', () => {
  test('a Job is healthy when it has completed or is suspended', () => {
    const job = (...list: JsonObject[]): string =>
      health('batch/v1', 'Job', { status: { conditions: list, active: 1 } })
    expect(job()).toBe('progressing: the Job has not completed: active 1, succeeded 0, failed 0')
    expect(job(...conditions(['Complete', 'True']))).toBe('healthy: the Job has completed')
    expect(job(...conditions(['Suspended', 'True']))).toBe('healthy: the Job is suspended')
    expect(job(...conditions(['Failed', 'True', 'BackoffLimitExceeded', 'too often']))).toBe(
      'failed: the Job failed: too often',
    )
  })

  test('a Pod', () => {
    const pod = (status: JsonObject, created = '2026-01-01T00:00:00Z'): string =>
      health('v1', 'Pod', { metadata: { creationTimestamp: created }, status })
    expect(pod({ phase: 'Succeeded' })).toContain('healthy')
    expect(pod({ phase: 'Failed', message: 'evicted' })).toBe('failed: the Pod has failed: evicted')
    expect(pod({ phase: 'Running', conditions: conditions(['Ready', 'True']) })).toBe(
      'healthy: the Pod is ready',
    )
    expect(pod({ phase: 'Running' })).toBe('progressing: the Pod runs and is not ready yet')
    const containerStatuses = [{ name: 'web', state: { waiting: { reason: 'CrashLoopBackOff' } } }]
    expect(pod({ phase: 'Running', containerStatuses })).toBe(
      'failed: containers crash again and again: web',
    )
    const unplaced = {
      phase: 'Pending',
      conditions: conditions(['PodScheduled', 'False', 'Unschedulable', 'no memory']),
    }
    expect(pod(unplaced)).toBe('failed: no node takes the Pod: no memory')
    expect(pod(unplaced, '2026-01-01T00:00:50Z')).toBe(
      'progressing: no node takes the Pod: no memory',
    )
    expect(pod({ phase: 'Pending' })).toBe('progressing: the Pod is pending')
    expect(pod({})).toBe('progressing: the Pod has no phase yet')
  })

  test('a claim is healthy when it is bound', () => {
    expect(health('v1', 'PersistentVolumeClaim', { status: { phase: 'Bound' } })).toContain(
      'healthy',
    )
    expect(health('v1', 'PersistentVolumeClaim', { status: { phase: 'Pending' } })).toBe(
      'progressing: the claim is not bound, its phase is Pending',
    )
  })

  test('a Service is healthy at once, a load balancer when it has an address', () => {
    expect(health('v1', 'Service', { spec: {} })).toContain('healthy')
    expect(health('v1', 'Service', { spec: { type: 'LoadBalancer' } })).toContain('progressing')
    expect(
      health('v1', 'Service', { spec: { type: 'LoadBalancer', clusterIP: '10.0.0.1' } }),
    ).toContain('healthy')
  })

  test('a definition is healthy when it is established', () => {
    const definition = (...list: JsonObject[]): string =>
      health('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
        status: { conditions: list },
      })
    expect(definition()).toBe('progressing: the definition is being installed')
    expect(definition(...conditions(['Established', 'False', 'Installing']))).toContain(
      'progressing',
    )
    expect(definition(...conditions(['Established', 'True']))).toContain('healthy')
    expect(definition(...conditions(['NamesAccepted', 'False', 'Conflict', 'taken']))).toBe(
      'failed: the names are not accepted: taken',
    )
  })

  test('kinds of another group are not taken for the built-in ones', () => {
    expect(health('serving.knative.dev/v1', 'Service', { spec: { type: 'LoadBalancer' } })).toBe(
      'healthy: is there',
    )
  })
})

test('the worst of many is what counts', () => {
  const healthy: Health = { kind: 'healthy', message: 'a' }
  const progressing: Health = { kind: 'progressing', message: 'b' }
  const failed: Health = { kind: 'failed', message: 'c' }
  expect(worstHealth([healthy, progressing, failed])).toBe(failed)
  expect(worstHealth([healthy, progressing])).toBe(progressing)
  expect(worstHealth([]).kind).toBe('healthy')
})
