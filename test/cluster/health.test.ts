import { readFileSync } from 'node:fs'

import { applyPlan, type ClusterPort, healthOf, type LiveState, planApply } from '@tidemark/apply'
import { systemClock, systemRandom } from '@tidemark/kernel'
import { directAccess, KubeClient } from '@tidemark/kube'
import {
  inventoryId,
  type JsonObject,
  type Manifest,
  type ObjectIdentity,
  readManifest,
} from '@tidemark/manifests'
import { expect, test } from 'vitest'

import { CLUSTER, startCluster } from '../rig/components/cluster.ts'
import { describeWith } from '../rig/components/describe-with.ts'

const NEVER = new AbortController().signal
const OWNER = { owner: 'shop' }

describeWith(CLUSTER, 'on a cluster with all of its controllers', () => {
  test('workloads become healthy, and what the controllers write is no drift', async () => {
    await using cluster = await startCluster()
    const ca = readFileSync(cluster.caFile, 'utf8')
    await using client = new KubeClient({
      cluster: 'real',
      access: directAccess({ server: cluster.url, token: cluster.token, ca }),
      clock: systemClock,
      random: systemRandom,
    })
    const port: ClusterPort = {
      client,
      clock: systemClock,
      fieldManager: 'tidemark',
      keyed: (text) => text,
    }
    const base = {
      ...port,
      desired: WORKLOADS,
      owner: OWNER,
      recreate: 'refused',
      prune: 'guarded',
    } as const
    const first = await applyPlan(port, planApply({ ...base, inventory: [], live: absent }), NEVER)
    expect(first.results.map(({ action }) => action)).toEqual(WORKLOADS.map(() => 'created'))

    const started = await healths(client)
    expect(started.get('Deployment')).not.toBe('healthy')
    await expect
      .poll(() => healths(client), { timeout: 60_000, interval: 200 })
      .toEqual(
        new Map([
          ['Service', 'healthy'],
          ['PersistentVolumeClaim', 'progressing'],
          ['Deployment', 'healthy'],
          ['StatefulSet', 'healthy'],
          ['DaemonSet', 'healthy'],
          ['Job', 'healthy'],
        ]),
      )

    const known = new Map<string, JsonObject>()
    for (const { identity } of WORKLOADS)
      known.set(inventoryId(identity), await liveOf(client, identity))
    const live = (identity: ObjectIdentity): LiveState => {
      const object = known.get(inventoryId(identity))
      return object === undefined ? { kind: 'absent' } : { kind: 'present', object }
    }
    const second = await applyPlan(
      port,
      planApply({ ...base, inventory: first.inventory, live }),
      NEVER,
    )
    expect(second.writes).toBe(0)
  }, 120_000)
})

function absent(): LiveState {
  return { kind: 'absent' }
}

async function healths(client: KubeClient): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  for (const { identity } of WORKLOADS) {
    const health = healthOf(await liveOf(client, identity), { nowMs: systemClock.now() })
    found.set(identity.kind, health.kind)
  }
  return found
}

async function liveOf(client: KubeClient, identity: ObjectIdentity): Promise<JsonObject> {
  const answer = await client.get(identity, NEVER)
  if (answer.kind !== 'found') throw new Error(`${identity.kind} is not there`)
  return answer.object
}

function workload(apiVersion: string, kind: string, spec: JsonObject): Manifest {
  const metadata = { name: kind.toLowerCase(), namespace: 'default', labels: OWNER }
  return readManifest({ apiVersion, kind, metadata, spec }, 'test')
}

function podsOf(app: string): { readonly selector: JsonObject; readonly template: JsonObject } {
  const labels = { app }
  const containers = [
    {
      name: 'web',
      image: 'web:1',
      ports: [{ containerPort: 80 }],
      env: [{ name: 'A', value: 'b' }],
    },
  ]
  return {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers } },
  }
}

const job = {
  ...podsOf('job').template,
  spec: { containers: [{ name: 'a', image: 'a:1' }], restartPolicy: 'Never' },
}
const storage = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }

const WORKLOADS: readonly Manifest[] = [
  workload('v1', 'Service', { selector: { app: 'deployment' }, ports: [{ port: 80 }] }),
  workload('v1', 'PersistentVolumeClaim', { ...storage, storageClassName: 'none' }),
  workload('apps/v1', 'Deployment', { replicas: 2, ...podsOf('deployment') }),
  workload('apps/v1', 'StatefulSet', { replicas: 2, serviceName: 'service', ...podsOf('set') }),
  workload('apps/v1', 'DaemonSet', podsOf('daemons')),
  workload('batch/v1', 'Job', { template: job }),
]
