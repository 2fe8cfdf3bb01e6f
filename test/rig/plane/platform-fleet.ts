// The platform form on real components, fed from a repository behind a Git server.
import { commitTo, seedRepository, type Changes } from '@tidemark/git'
import { systemClock } from '@tidemark/kernel'
import { directAccess, KubeClient, type KubeObject } from '@tidemark/kube'
import { seededRandom } from '@tidemark/kernel/testing'
import { createHmac } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startApiServer } from '../components/api-server.ts'
import { temporaryDir } from '../components/child.ts'
import { startCluster } from '../components/cluster.ts'
import type { Component } from '../components/component.ts'
import { startGitHttp, type GitHttp } from '../components/git-http.ts'
import { startCountingProxy, type CountingProxy } from './counting-proxy.ts'
import type { PlaneApi } from './plane-api.ts'
import {
  HOOK_SECRET,
  SERVICES,
  startPlatformWorld,
  type PlatformWorld,
  type ServiceName,
  type ServiceProcess,
  type StartOptions,
} from './platform.ts'

/** What has to be there for it. */
export const PLATFORM_COMPONENTS: readonly Component[] = [
  'kube-apiserver',
  'etcd',
  'nats-server',
  'postgres',
  'git',
  'openssl',
]

const COMMIT = { identity: { name: 'Ada', email: 'ada@example.com' }, clock: systemClock }
const INTERVAL_MS = 1_000 // A push that no webhook told of is seen all the same.
const LOG_TAIL = 2_000
const OWNED = 'kustomize.toolkit.fluxcd.io/name'
export const CONFIG_MAPS = { group: '', version: 'v1', kind: 'ConfigMap' }

export interface PlatformFleetOptions {
  /** The files of the repository; the root is `clusters/test`. */
  readonly files: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  /** How often the repository is looked at without a webhook; a second by default. */
  readonly intervalMs?: number
  /** Whether pods run, on a played node; else there is an API server only. */
  readonly cluster?: 'objects-only' | 'with-workloads'
}

/** The services run once `startAll` was called; each test keeps what it starts. */
export class PlatformFleet implements AsyncDisposable {
  readonly world: PlatformWorld
  /** Stands between the applier and the API server. */
  readonly proxy: CountingProxy
  /** For tests; it goes past the proxy. */
  readonly kube: KubeClient
  readonly url: string
  readonly git: GitHttp
  readonly #repository: string
  readonly #intervalMs: number
  readonly #held: AsyncDisposableStack
  readonly #running = new Map<ServiceName, ServiceProcess[]>()

  constructor(parts: {
    readonly world: PlatformWorld
    readonly proxy: CountingProxy
    readonly kube: KubeClient
    readonly url: string
    readonly git: GitHttp
    readonly repository: string
    readonly intervalMs: number
    readonly held: AsyncDisposableStack
  }) {
    this.world = parts.world
    this.proxy = parts.proxy
    this.kube = parts.kube
    this.url = parts.url
    this.git = parts.git
    this.#repository = parts.repository
    this.#intervalMs = parts.intervalMs
    this.#held = parts.held
  }

  /** One copy of each service; the ledger first, so that the others find it. */
  async startAll(options: StartOptions = {}): Promise<void> {
    await this.start('ledger', options)
    const others = SERVICES.filter((service) => service !== 'ledger')
    await Promise.all(others.map((service) => this.start(service, options)))
  }

  async start(service: ServiceName, options: StartOptions = {}): Promise<ServiceProcess> {
    const copy = this.#held.use(await this.world.start(service, options))
    this.#running.set(service, [...this.copies(service), copy])
    void this.#forget(service, copy)
    return copy
  }

  /** Copies that run, the oldest first. */
  copies(service: ServiceName): readonly ServiceProcess[] {
    return this.#running.get(service) ?? []
  }

  /** The copy that has run longest. */
  copy(service: ServiceName): ServiceProcess {
    const [first] = this.copies(service)
    if (first === undefined) throw new Error(`no ${service} runs`)
    return first
  }

  /** The API of the gateway that has run longest. */
  api(token?: string): PlaneApi {
    return this.copy('gateway').api(token)
  }

  /** Waits until all these applications are ready; fails with what the services have said. */
  async ready(names: readonly string[], ms: number): Promise<void> {
    await this.api()
      .ready(names, { ms })
      .catch((error: unknown) => {
        throw new Error(`${String(error)}\n${this.log()}`, { cause: error })
      })
  }

  /** The end of what each copy that runs has said. */
  log(): string {
    return SERVICES.flatMap((service) => this.copies(service))
      .map((copy) => `== ${copy.name}\n${copy.log().slice(-LOG_TAIL)}`)
      .join('\n')
  }

  /** Registers the cluster, and the root of the repository. */
  async declare(api: PlaneApi = this.api()): Promise<void> {
    const kind = { $case: 'kubeconfigContext', value: { context: 'test', path: '' } } as const
    const cluster = 'test'
    const project = 'default'
    await api.call('registerCluster', {
      cluster,
      access: { kind },
      project,
      labels: [],
      variables: [],
    })
    await api.call('declareRoot', {
      cluster,
      project,
      url: this.url,
      ref: { branch: 'main', tag: '', semver: '', name: '', commit: '' },
      path: 'clusters/test',
      intervalMs: BigInt(this.#intervalMs),
      secretName: '',
    })
  }

  push(changes: Changes, message: string): Promise<string> {
    return commitTo(this.#repository, changes, { ...COMMIT, message })
  }

  /** Says by a signed webhook that the repository was pushed to. Gives the status of the answer. */
  async poke(
    copy: ServiceProcess = this.copy('gateway'),
    headers: Readonly<Record<string, string>> = {},
  ): Promise<number> {
    const body = JSON.stringify({ url: this.url })
    const signature = createHmac('sha256', HOOK_SECRET).update(body).digest('hex')
    const response = await fetch(copy.hookUrl, {
      method: 'POST',
      body,
      headers: { 'x-signature': `sha256=${signature}`, ...headers },
    })
    await response.arrayBuffer()
    return response.status
  }

  /** The ConfigMaps that were delivered, by name. */
  async configMaps(): Promise<ReadonlyMap<string, KubeObject>> {
    const answer = await this.kube.list(
      CONFIG_MAPS,
      { labelSelector: OWNED },
      AbortSignal.timeout(10_000),
    )
    if (answer.kind !== 'listed') throw new Error(`cannot list: ${JSON.stringify(answer)}`)
    return new Map(answer.objects.map((object) => [nameOf(object), object]))
  }

  /** `data.value` of a ConfigMap that was delivered. */
  async valueOf(name: string): Promise<string | undefined> {
    return valueOf((await this.configMaps()).get(name))
  }

  async #forget(service: ServiceName, copy: ServiceProcess): Promise<void> {
    await copy.exited
    const left = this.copies(service).filter((other) => other !== copy)
    this.#running.set(service, left)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#held.disposeAsync()
  }
}

/** Starts all components and seeds the repository: no service runs yet. */
export async function openPlatformFleet(options: PlatformFleetOptions): Promise<PlatformFleet> {
  await using held = new AsyncDisposableStack()
  const dir = temporaryDir('platform-fleet')
  held.defer(dir.remove)
  const repository = join(dir.path, 'fleet.git')
  await seedRepository(repository, options.files, { ...COMMIT, message: 'first' })
  const start = options.cluster === 'with-workloads' ? startCluster : startApiServer
  const server = held.use(await start())
  const git = held.use(await startGitHttp(dir.path))
  const { url, caFile, token } = server
  const proxy = held.use(await startCountingProxy({ url, caFile, token }))
  const kubeconfig = join(dir.path, 'kubeconfig')
  writeFileSync(kubeconfig, kubeconfigOf(proxy.url), { mode: 0o600 })
  const env = options.env ?? {}
  const world = held.use(await startPlatformWorld({ kubeconfig, env }))
  const access = directAccess({ server: url, token, ca: readFileSync(caFile, 'utf8') })
  const kube = held.use(
    new KubeClient({ cluster: 'test', access, clock: systemClock, random: seededRandom(1) }),
  )
  const owned = held.move()
  return new PlatformFleet({
    world,
    proxy,
    kube,
    url: `${git.url}/fleet.git`,
    git,
    repository,
    intervalMs: options.intervalMs ?? INTERVAL_MS,
    held: owned,
  })
}

export function valueOf(object: KubeObject | undefined): string | undefined {
  const value: unknown = Reflect.get(Object(object?.['data']), 'value')
  return typeof value === 'string' ? value : undefined
}

export function nameOf(object: KubeObject): string {
  return String(Reflect.get(Object(object['metadata']), 'name'))
}

function kubeconfigOf(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'test', user: {} }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
  })
}
