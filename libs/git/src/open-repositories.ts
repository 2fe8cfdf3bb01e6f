import { join } from 'node:path'
import type { Clock } from '@tidemark/kernel'
import type { CacheDirectory } from './cache-directory.ts'
import { GitRefused } from './git-refused.ts'
import type { Git, GitCredentials, GitSource, Remote } from './git-source.ts'
import type { GitLimits } from './limits.ts'
import { findLocalRepository, type LocalRepository, LocalRefs } from './local-repository.ts'
import type { ObjectStore } from './objects/object-store.ts'
import { parseRemoteUrl, type SshUrl } from './remote-url.ts'
import { Repository } from './repository.ts'
import type { EnvironmentProxies } from './transport/proxy.ts'
import { type ServerMemory, SmartHttp } from './transport/smart-http.ts'
import { SmartSsh } from './transport/smart-ssh.ts'

/** What tells one engine from another: where objects lie and who reads them. */
export interface Engine {
  readonly name: string
  readonly fetchedStore: (directory: string) => Promise<ObjectStore>
  readonly localStore: (repository: LocalRepository) => ObjectStore
}

export interface OpenRepositoriesOptions {
  readonly engine: Engine
  readonly caches: CacheDirectory
  readonly limits: GitLimits
  readonly clock: Clock
  readonly proxies: EnvironmentProxies | undefined
}

/** Opens repositories by URL; sources of one repository share one store of objects. */
export class OpenRepositories implements Git {
  readonly #options: OpenRepositoriesOptions
  readonly #stores = new Map<string, Promise<ObjectStore>>()
  /** By the place of the cache: a look at a repository that was asked before is one request. */
  readonly #servers = new Map<string, ServerMemory>()

  constructor(options: OpenRepositoriesOptions) {
    this.#options = options
  }

  get engine(): string {
    return this.#options.engine.name
  }

  async open(remote: Remote): Promise<GitSource> {
    const url = parseRemoteUrl(remote.url, remote.policy)
    const { caches, clock, engine } = this.#options
    const limits = limitsOf(this.#options.limits, remote)
    if (url.kind === 'file') {
      const repository = await findLocalRepository(url.path).catch((error: unknown) => {
        throw located(url.display, error)
      })
      const store = await this.#shared(`file ${repository.commonDir}`, () =>
        Promise.resolve(engine.localStore(repository)),
      )
      const transport = new LocalRefs(url.display, repository, limits)
      return new Repository({ transport, store, limits, clock, kind: 'local' })
    }
    if (url.kind === 'ssh') return await this.#openSsh(remote, url, limits)
    const login = remote.credentials?.login ?? url.login
    const credentials: GitCredentials = {
      ...remote.credentials,
      ...(login === undefined ? {} : { login }),
    }
    const directory = caches.place(`${placeOf(remote)}${url.base.href}`, credentials)
    const store = await this.#shared(directory, () => engine.fetchedStore(directory))
    const { base, display } = url
    const memory = this.#servers.get(directory) ?? { base, known: undefined }
    this.#servers.set(directory, memory)
    const { policy, proxy } = remote
    const { proxies } = this.#options
    const via = { chosen: proxy, environment: proxies, policy }
    const transport = new SmartHttp({ base, memory, display, policy, credentials, limits, via })
    return new Repository({ transport, store, limits, clock, kind: kindOf(remote) })
  }

  async #openSsh(remote: Remote, url: SshUrl, limits: GitLimits): Promise<GitSource> {
    const { credentials, policy, proxy } = remote
    const login = credentials?.ssh
    if (login === undefined)
      throw new GitRefused(
        'SOURCE_AUTHENTICATION',
        `cannot use the source ${url.display}: SSH needs a Secret with identity (a private key) and known_hosts; name it in spec.secretRef`,
      )
    const { caches, clock, engine } = this.#options
    const directory = caches.place(
      `${placeOf(remote)}ssh ${url.user}@${url.host}:${url.port}${url.path}`,
      credentials,
    )
    const store = await this.#shared(directory, () => engine.fetchedStore(directory))
    const folder = join(caches.root, 'ssh')
    const transport = new SmartSsh({ url, policy, login, proxy, limits, folder })
    return new Repository({ transport, store, limits, clock, kind: kindOf(remote) })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const stores = await Promise.allSettled(this.#stores.values())
    this.#stores.clear()
    for (const store of stores)
      if (store.status === 'fulfilled') await store.value[Symbol.asyncDispose]()
  }

  #shared(key: string, open: () => Promise<ObjectStore>): Promise<ObjectStore> {
    const known = this.#stores.get(key)
    if (known !== undefined) return known
    const opening = open()
    this.#stores.set(key, opening)
    opening.catch(() => this.#stores.delete(key))
    return opening
  }
}

/** What lacks contents must not be taken for what has them: each has a cache of its own. */
function placeOf({ contents }: Remote): string {
  return contents === 'on demand' ? 'on demand ' : ''
}

function kindOf({ contents }: Remote): 'fetched' | 'on demand' {
  return contents === 'on demand' ? 'on demand' : 'fetched'
}

function limitsOf(limits: GitLimits, { timeoutMs = limits.timeoutMs }: Remote): GitLimits {
  return { ...limits, timeoutMs, idleMs: Math.min(limits.idleMs, timeoutMs) }
}

function located(display: string, error: unknown): unknown {
  if (!(error instanceof GitRefused)) return error
  return new GitRefused(error.code, `cannot read the source ${display}: ${error.message}`)
}
