import type { Clock, Random } from '@tidemark/kernel'
import { startHttpServer, type HttpServer } from './adapters/http-server.ts'
import { ApiError } from './api/errors.ts'
import { statusResponse } from './api/handle.ts'
import type { ApiRequest, ApiResponse } from './api/request.ts'
import { Cluster } from './cluster.ts'
import { Faults, type Fault } from './faults.ts'
import { ConnectionCut, SandboxRefusal } from './refusals.ts'
import { RequestCounts } from './request-counts.ts'
import type { SandboxStorage } from './storage.ts'

const CLUSTERS_MAX = 1000 // What one process was measured to hold.
const START_MS = 50 // A Pod that starts at once would hide every wait.
const JOB_MS = 50

export interface SandboxOptions {
  readonly clock: Clock
  readonly random: Random
  /** Names of clusters: lower-case letters, digits and dashes. At most 1,000. */
  readonly clusters: readonly string[]
  /** Where clusters are kept; without it they end with the process. */
  readonly storage?: SandboxStorage
  /** How long Pods take to start, and those of Jobs to end, in milliseconds. */
  readonly timing?: { readonly startMs?: number; readonly jobMs?: number }
  /** `off`: as an API server alone, nothing happens but what clients write. */
  readonly controllers?: 'on' | 'off'
}

/** The sandbox without a network: requests are calls. */
export class SandboxCore implements AsyncDisposable {
  readonly faults: Faults = new Faults()
  readonly requestCounts: RequestCounts = new RequestCounts()
  readonly #clusters = new Map<string, Cluster>()
  readonly #options: SandboxOptions

  /** Opens the clusters. The caller disposes of what it gets. */
  static async open(options: SandboxOptions): Promise<SandboxCore> {
    const core = new SandboxCore(options)
    for (const name of options.clusters) await core.addCluster(name)
    return core
  }

  private constructor(options: SandboxOptions) {
    this.#options = options
  }

  get clusters(): readonly string[] {
    return [...this.#clusters.keys()]
  }

  /**
   * Adds a cluster, or opens one that was kept.
   *
   * @throws SandboxRefusal for a name that is taken or wrong, or when there are 1,000 of them.
   */
  async addCluster(name: string): Promise<void> {
    if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) {
      throw new SandboxRefusal(
        `${JSON.stringify(name)} cannot name a sandbox cluster: use lower-case letters, digits and dashes`,
      )
    }
    if (this.#clusters.has(name))
      throw new SandboxRefusal(`there is a sandbox cluster ${name} already`)
    if (this.#clusters.size >= CLUSTERS_MAX) {
      throw new SandboxRefusal(
        `there are ${CLUSTERS_MAX} sandbox clusters already: start another sandbox`,
      )
    }
    const { clock, random, storage, timing, controllers = 'on' } = this.#options
    const pace = { startMs: timing?.startMs ?? START_MS, jobMs: timing?.jobMs ?? JOB_MS }
    this.#clusters.set(
      name,
      await Cluster.open(name, { clock, random, storage, timing: pace, controllers }),
    )
  }

  /** Forgets the history of a cluster, so that watches of older versions get 410. */
  compact(name: string): void {
    this.#clusters.get(name)?.state.store.compact()
  }

  /**
   * Answers a request to a cluster; the path has no prefix.
   *
   * @throws ConnectionCut where a fault cuts the connection.
   */
  async handle(name: string, request: ApiRequest): Promise<ApiResponse> {
    const cluster = this.#clusters.get(name)
    if (cluster === undefined) {
      return statusResponse(
        new ApiError(404, 'NotFound', `there is no sandbox cluster ${JSON.stringify(name)}`, {}),
      )
    }
    this.requestCounts.count(name, request)
    const fault = this.faults.take(name, request)
    return fault === undefined
      ? await cluster.handle(request)
      : await this.#fail(cluster, request, fault)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const cluster of this.#clusters.values()) await cluster[Symbol.asyncDispose]()
  }

  async #fail(cluster: Cluster, request: ApiRequest, fault: Fault): Promise<ApiResponse> {
    const { clock } = this.#options
    switch (fault.kind) {
      case 'status':
        return refusal(fault)
      case 'delay':
        await clock.sleep(fault.ms, request.signal)
        return await cluster.handle(request)
      case 'hang':
        await cluster.handle(request)
        await untilAborted(request.signal)
        throw new ConnectionCut('the connection hung until the client gave up, as a fault demands')
      default:
        if (fault.kind === 'cut-after') await cluster.handle(request)
        throw new ConnectionCut('the connection was cut, as a fault demands')
    }
  }
}

function refusal({ code, retryAfterSeconds }: Extract<Fault, { kind: 'status' }>): ApiResponse {
  const reasons: Readonly<Record<number, string>> = {
    403: 'Forbidden',
    429: 'TooManyRequests',
    500: 'InternalError',
    503: 'ServiceUnavailable',
    504: 'Timeout',
  }
  const response = statusResponse(
    new ApiError(code, reasons[code] ?? '', 'the sandbox was told to fail', {}),
  )
  if (retryAfterSeconds === undefined) return response
  return { ...response, headers: { ...response.headers, 'retry-after': String(retryAfterSeconds) } }
}

function untilAborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal === undefined || signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

export interface ServerOptions extends SandboxOptions {
  /** 0 lets the system choose. */
  readonly port: number
  /** What requests must show (as a bearer token); without it, everyone on this machine may come. */
  readonly token?: string
}

/** A sandbox that is served by HTTP on the loopback address. */
export interface Sandbox extends AsyncDisposable {
  readonly core: SandboxCore
  readonly port: number
  readonly faults: Faults
  readonly requestCounts: RequestCounts
  /** Where a cluster's API is: `http://127.0.0.1:PORT/clusters/NAME`. */
  url(cluster: string): string
  /** A kubeconfig with a context of the same name for each cluster; the first is current. */
  kubeconfig(): string
  addCluster(name: string): Promise<void>
}

/** Starts a sandbox and its server. Hold it with `await using`. */
export async function startSandbox(options: ServerOptions): Promise<Sandbox> {
  const core = await SandboxCore.open(options)
  let server: HttpServer
  try {
    server = await startHttpServer(core, options)
  } catch (error) {
    await core[Symbol.asyncDispose]()
    throw error
  }
  const base = `http://127.0.0.1:${server.port}`
  const url = (cluster: string): string => `${base}/clusters/${cluster}`
  return {
    core,
    port: server.port,
    faults: core.faults,
    requestCounts: core.requestCounts,
    url,
    kubeconfig: () => kubeconfigOf(core.clusters, { base, token: options.token }),
    addCluster: (name) => core.addCluster(name),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]()
      await core[Symbol.asyncDispose]()
    },
  }
}

/**
 * JSON, which kubectl reads as the YAML that it is. kubectl sends no credentials over plain HTTP, so the token is in
 * the path, where the server takes it too.
 */
function kubeconfigOf(
  clusters: readonly string[],
  { base, token }: { readonly base: string; readonly token: string | undefined },
): string {
  const root = token === undefined ? base : `${base}/token/${encodeURIComponent(token)}`
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': clusters[0] ?? '',
    clusters: clusters.map((name) => ({ name, cluster: { server: `${root}/clusters/${name}` } })),
    users: [{ name: 'sandbox', user: token === undefined ? {} : { token } }],
    contexts: clusters.map((name) => ({ name, context: { cluster: name, user: 'sandbox' } })),
  }
  return `${JSON.stringify(config, undefined, 2)}\n`
}
