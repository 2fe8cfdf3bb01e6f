import { type LookupAddress, lookup as lookupAddresses } from 'node:dns'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps, type RequestOptions } from 'node:https'
import type { LookupFunction } from 'node:net'
import { getCACertificates, type SecureContextOptions } from 'node:tls'
import { type AddressPolicy, checkAddress, checkHost, checkProxiedHost } from '../address-policy.ts'
import type { GitCredentials } from '../git-source.ts'
import { hostOf } from '../remote-url.ts'
import { connectionError, IdleConnection } from './connection-error.ts'
import { type Agents, openAgents, socksAgents } from './kept-connections.ts'
import { proxyFor, throughProxy, type Proxy, type ProxySources } from './proxy.ts'
import { isSocks } from './tunnel.ts'

export interface HttpRequest {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** A body makes it a POST. */
  readonly body?: string
  readonly method?: 'HEAD'
}

export interface HttpResponse {
  readonly status: number
  readonly location: string | undefined
  readonly contentType: string
  /** A header by its name in lower case. */
  readonly header: (name: string) => string | undefined
  readonly body: AsyncIterable<Uint8Array>
}

export interface HttpClientOptions {
  readonly policy: AddressPolicy
  readonly credentials: GitCredentials | undefined
  readonly idleMs: number
  readonly via: ProxySources
}

/**
 * HTTP to the servers of one repository. A name is looked up once for each connection, every address held
 * against the policy, and the connection goes to that address; so a name that answers differently the next
 * time (DNS rebinding) reaches nothing. Redirects are answers like any other; nothing is followed here.
 */
export class HttpClient implements Disposable {
  readonly #options: HttpClientOptions
  readonly #direct: Agents
  #proxied: { readonly url: string; readonly agents: Agents } | undefined
  readonly #lookup: LookupFunction

  constructor(options: HttpClientOptions) {
    this.#options = options
    this.#lookup = guardedLookup(options.policy)
    this.#direct = openAgents(tlsOptions(options.credentials))
  }

  /** Sends one request; its body comes later. Throws `GitRefused`, `SourceUnavailable`, or the signal's reason. */
  async send(
    { url, headers, body, method }: HttpRequest,
    signal: AbortSignal,
  ): Promise<HttpResponse> {
    signal.throwIfAborted()
    const { policy, via } = this.#options
    const proxy = await proxyFor(url, via, signal)
    if (proxy === undefined) checkHost(policy, hostOf(url))
    else checkProxiedHost(policy, hostOf(url))
    const agents = proxy === undefined ? this.#direct : this.#agentsOf(proxy)
    const isTls = url.protocol === 'https:'
    const options: RequestOptions = {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        ...headers,
        ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
      },
      agent: isTls ? agents.https : agents.http,
      lookup: this.#lookup,
      timeout: this.#options.idleMs,
      signal,
    }
    try {
      const send = isTls ? requestHttps : requestHttp
      const response = await exchange(send, url, options, body).catch((error: unknown) => {
        if (error instanceof StaleConnection) return exchange(send, url, options, body)
        throw error
      })
      return {
        status: response.statusCode ?? 0,
        location: response.headers.location,
        contentType: response.headers['content-type'] ?? '',
        header: (name) => [response.headers[name]].flat()[0],
        body: bodyOf(response, signal),
      }
    } catch (error) {
      const failed = connectionError(error, signal)
      throw proxy === undefined ? failed : throughProxy(proxy.display, failed)
    }
  }

  [Symbol.dispose](): void {
    this.#direct[Symbol.dispose]()
    this.#proxied?.agents[Symbol.dispose]()
  }

  #agentsOf(proxy: Proxy): Agents {
    const { url } = proxy
    if (this.#proxied?.url === url) return this.#proxied.agents
    this.#proxied?.agents[Symbol.dispose]()
    const tls = tlsOptions(this.#options.credentials)
    const { idleMs } = this.#options
    const agents = isSocks(proxy) ? socksAgents(proxy, { tls, idleMs }) : openAgents(tls, url)
    this.#proxied = { url, agents }
    return agents
  }
}

function exchange(
  send: typeof requestHttp,
  url: URL,
  options: RequestOptions,
  body: string | undefined,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = send(url, options, resolve)
    request.once('timeout', () => request.destroy(new IdleConnection()))
    request.once('error', (error) => {
      const isStale = request.reusedSocket && 'code' in error && STALE.has(String(error.code))
      reject(isStale ? new StaleConnection() : error)
    })
    request.end(body)
  })
}

const STALE = new Set(['ECONNRESET', 'EPIPE'])

/** The server closed a kept connection while we used it again. What we ask changes nothing, so it is asked again. */
class StaleConnection extends Error {
  override readonly name: string = 'StaleConnection'
  readonly code: string = 'ECONNRESET'
}

/** The body in pieces; leaving it early ends the connection. */
async function* bodyOf(
  response: IncomingMessage,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const chunk of response) {
      if (chunk instanceof Uint8Array) yield chunk
    }
  } catch (error) {
    throw connectionError(error, signal)
  }
}

function tlsOptions(credentials: GitCredentials | undefined): SecureContextOptions {
  const authority = credentials?.certificateAuthority
  const pair = credentials?.clientCertificate
  return {
    ...(authority === undefined ? {} : { ca: [...getCACertificates('default'), authority] }),
    ...(pair === undefined ? {} : { cert: pair.certificate, key: pair.key.reveal() }),
  }
}

function guardedLookup(policy: AddressPolicy): LookupFunction {
  return (host, options, callback) => {
    lookupAddresses(host, { ...options, all: true }, (error, addresses) => {
      const problem = error ?? findProblem(policy, host, addresses)
      const [first] = addresses ?? []
      if (problem !== undefined || first === undefined)
        callback(problem ?? new Error(`${host} has no address`), '', 4)
      else if (options.all === true) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}

function findProblem(
  policy: AddressPolicy,
  host: string,
  addresses: readonly LookupAddress[],
): Error | undefined {
  try {
    for (const { address } of addresses) checkAddress(policy, host, address)
    return undefined
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}
