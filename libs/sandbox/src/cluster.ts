import type { Clock, Random } from '@tidemark/kernel'
import { ApiError } from './api/errors.ts'
import { handleRequest, statusResponse } from './api/handle.ts'
import type { ApiRequest, ApiResponse } from './api/request.ts'
import { ClusterState } from './cluster-state.ts'
import { ControlLoop } from './controllers/control-loop.ts'
import type { Timing } from './controllers/pods.ts'
import { World } from './controllers/world.ts'
import type { SandboxStorage } from './storage.ts'
import { keyOf, type JournalRecord, type StoreEvent } from './store/object-store.ts'

export interface ClusterOptions {
  readonly clock: Clock
  readonly random: Random
  readonly timing: Timing
  readonly storage: SandboxStorage | undefined
  readonly controllers: 'on' | 'off'
}

/** One simulated cluster: an API server, its controllers, and its journal. */
export class Cluster implements AsyncDisposable {
  readonly state: ClusterState
  readonly #controllers: ControlLoop | undefined
  readonly #storage: SandboxStorage | undefined
  #pending: JournalRecord[] = []
  #flushing: Promise<void> | undefined
  #failure: string | undefined

  /** Opens a cluster: as it was kept, or new. */
  static async open(name: string, options: ClusterOptions): Promise<Cluster> {
    const state = new ClusterState(name, options)
    const records = (await options.storage?.load(name)) ?? []
    for (const record of records) state.store.restore(record)
    for (const key of state.store.keys(DEFINITIONS)) {
      const definition = state.store.get(DEFINITIONS, key)
      if (definition !== undefined) state.registry.define(definition)
    }
    return new Cluster(state, options)
  }

  private constructor(state: ClusterState, { storage, timing, controllers }: ClusterOptions) {
    this.state = state
    this.#storage = storage
    if (storage !== undefined) state.store.listenToAll((event) => this.#keep(event))
    const world = new World(state)
    world.adopt()
    createFixedNamespaces(state)
    this.#controllers = controllers === 'on' ? new ControlLoop(world, timing) : undefined
  }

  /** Answers a request once what it wrote is kept; an answer that cannot be kept is an error. */
  async handle(request: ApiRequest): Promise<ApiResponse> {
    const response = handleRequest(this.state, request)
    if (this.#pending.length === 0 && this.#flushing === undefined) return response
    await this.#flush()
    if (this.#failure === undefined) return response
    const why = `cannot keep cluster ${this.state.name}: ${this.#failure}`
    return statusResponse(new ApiError(500, 'InternalError', `Internal error occurred: ${why}`))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#controllers?.[Symbol.asyncDispose]()
    if (this.#storage !== undefined) await this.#flush()
  }

  #keep(event: StoreEvent): void {
    const { storageKey, object, version, type } = event
    const record = { storageKey, key: keyOf(object), version }
    this.#pending.push(type === 'DELETED' ? record : { ...record, object })
    // What controllers write is kept soon, though nobody waits for it.
    void this.#flush()
  }

  /** One write at a time takes all that came in the meantime. It ends at the first failure. */
  async #flush(): Promise<void> {
    do {
      this.#flushing ??= this.#write().finally(() => {
        this.#flushing = undefined
      })
      await this.#flushing
    } while (this.#failure === undefined && this.#pending.length > 0)
  }

  async #write(): Promise<void> {
    // What the same request, or the same pass of a controller, still writes comes along.
    await Promise.resolve()
    const records = this.#pending
    this.#pending = []
    try {
      await this.#storage?.append(this.state.name, records, () => [
        ...this.state.store.snapshot(),
        { storageKey: '', key: '', version: this.state.store.version },
      ])
      this.#failure = undefined
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error)
      // The next write starts over from everything there is; one record is enough to ask for it.
      if (this.#pending.length === 0) this.#pending = records.slice(-1)
    }
  }
}

const DEFINITIONS = 'apiextensions.k8s.io/customresourcedefinitions'
const NAMESPACES: readonly string[] = ['default', 'kube-node-lease', 'kube-public', 'kube-system']

function createFixedNamespaces(state: ClusterState): void {
  for (const name of NAMESPACES) {
    if (state.store.get('/namespaces', name) !== undefined) continue
    const body = JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
    const query = new URLSearchParams({ fieldManager: 'kube-apiserver' })
    handleRequest(state, { method: 'POST', path: '/api/v1/namespaces', query, headers: {}, body })
  }
}
