import { setTimeout as sleep } from 'node:timers/promises'

const LOOK_MS = 100
const CONTROLLERS = ['deployments', 'statefulsets', 'daemonsets'] as const

interface Live {
  readonly metadata: {
    readonly name: string
    readonly namespace: string
    readonly generation: number
  }
  readonly spec: { readonly replicas?: number }
  readonly status?: { readonly observedGeneration?: number; readonly conditions?: unknown }
}

/** Stands for the controllers of a sandbox cluster: what is to run is ready at once, and every Job ends well. */
export class Workloads implements AsyncDisposable {
  readonly #server: string
  readonly #ending = new AbortController()
  readonly #running: Promise<void>

  constructor(server: string) {
    this.#server = server
    this.#running = this.#run(this.#ending.signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort()
    await this.#running
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      for (const plural of CONTROLLERS) await this.#start(plural)
      await this.#endJobs()
      await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined)
    }
  }

  async #start(plural: string): Promise<void> {
    for (const live of await this.#list(`/apis/apps/v1/${plural}`)) {
      const { namespace, generation } = live.metadata
      if (live.status?.observedGeneration === generation) continue
      await this.#tell(`/apis/apps/v1/namespaces/${namespace}/${plural}`, live, runs(live))
    }
  }

  async #endJobs(): Promise<void> {
    for (const live of await this.#list('/apis/batch/v1/jobs')) {
      if (live.status?.conditions !== undefined) continue
      await this.#tell(`/apis/batch/v1/namespaces/${live.metadata.namespace}/jobs`, live, ENDED)
    }
  }

  async #list(path: string): Promise<readonly Live[]> {
    const answer = await fetch(`${this.#server}${path}`)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- A list of an API server.
    return ((await answer.json()) as { readonly items?: readonly Live[] }).items ?? []
  }

  async #tell(collection: string, { metadata: { name } }: Live, status: object): Promise<void> {
    await fetch(`${this.#server}${collection}/${name}/status`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/merge-patch+json' },
      body: JSON.stringify({ status }),
    })
  }
}

const ENDED = {
  succeeded: 1,
  completionTime: '2026-01-01T00:00:00Z',
  conditions: [{ type: 'Complete', status: 'True' }],
}

function runs({ metadata: { generation }, spec: { replicas = 1 } }: Live): object {
  return {
    observedGeneration: generation,
    replicas,
    updatedReplicas: replicas,
    readyReplicas: replicas,
    availableReplicas: replicas,
    conditions: [
      { type: 'Available', status: 'True' },
      { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' },
    ],
  }
}
