import { record, type ClusterRegistered } from '@tidemark/contracts'
import { LogReader } from '@tidemark/event-store'
import type { ClusterAccess } from '@tidemark/kube'
import {
  goOn,
  runService,
  runWithLease,
  type RunningService,
  type Surroundings,
} from '@tidemark/service'
import type { KeyedDigest } from '@tidemark/manifests'
import { Connection } from './adapters/connection.ts'
import { runCluster } from './adapters/run-cluster.ts'

export interface ApplierParts {
  /** How to reach a cluster; throws an OperatingError that says what is wrong with its kubeconfig. */
  readonly accessOf: (registered: ClusterRegistered, signal: AbortSignal) => Promise<ClusterAccess>
  readonly keyed: KeyedDigest
}

/** The applier: looks after each registered cluster whose lease it gets. */
export function startApplier(surroundings: Surroundings, parts: ApplierParts): RunningService {
  const clusters = new Map<string, RunningService>()
  const following = runService('applier', (signal) =>
    goOn(surroundings, (ending) => follow({ surroundings, parts, clusters }, ending), signal),
  )
  return {
    name: 'applier',
    stopped: following.stopped,
    check: async () => {
      const problems = await Promise.all(
        [following, ...clusters.values()].map((service) => service.check()),
      )
      return problems.find((problem) => problem !== undefined)
    },
    [Symbol.asyncDispose]: async () => {
      await following[Symbol.asyncDispose]()
      await Promise.all([...clusters.values()].map((cluster) => cluster[Symbol.asyncDispose]()))
    },
  }
}

interface Following {
  readonly surroundings: Surroundings
  readonly parts: ApplierParts
  readonly clusters: Map<string, RunningService>
}

/** Starts to look after a cluster when it is registered, and ends when it is removed. */
async function follow(
  { surroundings, parts, clusters }: Following,
  signal: AbortSignal,
): Promise<void> {
  const reader = new LogReader(surroundings.store, 0n)
  while (!signal.aborted) {
    const events = await reader.next(signal)
    const latest = new Map<string, ClusterRegistered | undefined>()
    for (const stored of events) {
      const event = stored.stream.startsWith('cluster-') ? record(stored)?.event : undefined
      if (event?.type === 'ClusterRegistered') latest.set(event.value.cluster, event.value)
      if (event?.type === 'ClusterRemoved') latest.set(event.value.cluster, undefined)
    }
    for (const [name, registered] of latest) {
      await clusters.get(name)?.[Symbol.asyncDispose]()
      clusters.delete(name)
      if (registered !== undefined) clusters.set(name, start(surroundings, parts, registered))
    }
    if (events.length === 0) await surroundings.wake.wait(signal)
  }
}

function start(
  surroundings: Surroundings,
  parts: ApplierParts,
  registered: ClusterRegistered,
): RunningService {
  const resource = `applier-${registered.cluster}`
  return runWithLease(resource, surroundings, [
    {
      resource,
      run: async (epoch, signal) => {
        const connection = new Connection({ surroundings, registered, epoch })
        const access = await parts.accessOf(registered, signal).catch(async (error: unknown) => {
          await connection.tell(false, error instanceof Error ? error.message : String(error))
          throw error
        })
        const { keyed } = parts
        await runCluster({ surroundings, registered, access, epoch, keyed, connection }, signal)
      },
    },
  ])
}
