import { GitRefused, SourceUnavailable } from '../git-refused.ts'
import type { GitCredentials } from '../git-source.ts'
import type { GitLimits } from '../limits.ts'
import type { AddressPolicy } from '../address-policy.ts'
import { hostOf } from '../remote-url.ts'
import { type Advertisement, readAdvertisement } from './advertisement.ts'
import { authorization, secretsOf } from './authorization.ts'
import { proxyRefuses } from './connection-error.ts'
import { HttpClient, type HttpResponse } from './http-client.ts'
import { listRefsBody, readRefs } from './list-refs.ts'
import { packBody, readPack } from './fetch-pack.ts'
import { PacketReader } from './pkt-line.ts'
import type { ProxySources } from './proxy.ts'
import { serverText } from './server-text.ts'
import type { PackRequest, Ref, Transport } from './transport.ts'

/** What is known of a server, for all who ask it for one repository with the same credentials. */
export interface ServerMemory {
  /** Where the repository is in the end: a server may move it within itself. */
  base: URL
  /** What it can do, where it speaks version 2. */
  known: Advertisement | undefined
}

export interface SmartHttpOptions {
  readonly base: URL
  readonly memory: ServerMemory
  readonly display: string
  readonly policy: AddressPolicy
  readonly credentials: GitCredentials | undefined
  readonly limits: GitLimits
  readonly via: ProxySources
}

const REDIRECTS_MAX = 3 // http to https, a moved project, and `.git` added.
const SERVICE = 'git-upload-pack'

/**
 * Git's smart HTTP protocol (gitprotocol-http, gitprotocol-v2), version 2 and, for servers that know no
 * better, version 0. Version 2 is remembered, so a poll is a single request.
 */
export class SmartHttp implements Transport {
  readonly display: string
  readonly #options: SmartHttpOptions
  readonly #client: HttpClient
  readonly #memory: ServerMemory

  constructor(options: SmartHttpOptions) {
    this.#options = options
    this.display = options.display
    this.#memory = options.memory
    this.#client = new HttpClient({
      policy: options.policy,
      credentials: options.credentials,
      idleMs: options.limits.idleMs,
      via: options.via,
    })
  }

  async listRefs(prefixes: readonly string[], signal: AbortSignal): Promise<readonly Ref[]> {
    try {
      return await this.#listRefs(prefixes, signal)
    } catch (error) {
      this.#forget()
      throw error
    }
  }

  async *fetchPack(request: PackRequest, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    try {
      const server = this.#memory.known ?? (await this.#advertise(signal))
      const response = await this.#post(packBody(request, server), signal)
      // What the format adds is under a hundredth of what it carries.
      const packets = this.#packets(response, this.#options.limits.packBytes * 1.01 + 65_536)
      try {
        yield* readPack(packets, { server, depth: request.depth, serverSays: this.#serverSays })
      } finally {
        await packets.leave()
      }
    } catch (error) {
      this.#forget()
      throw error
    }
  }

  [Symbol.dispose](): void {
    this.#client[Symbol.dispose]()
  }

  async #listRefs(prefixes: readonly string[], signal: AbortSignal): Promise<readonly Ref[]> {
    const server = this.#memory.known ?? (await this.#advertise(signal))
    if (server.version === 0)
      return server.refs.filter(({ name }) => prefixes.some((prefix) => name.startsWith(prefix)))
    const response = await this.#post(listRefsBody(prefixes, server), signal)
    return whole(this.#packets(response, this.#options.limits.refBytes), (packets) =>
      readRefs(packets, { refsMax: this.#options.limits.refs, serverSays: this.#serverSays }),
    )
  }

  /** After a failure the next call asks from the start, where the URL says. */
  #forget(): void {
    Object.assign(this.#memory, { base: this.#options.base, known: undefined })
  }

  async #advertise(signal: AbortSignal): Promise<Advertisement> {
    const response = await this.#getFollowing(`/info/refs?service=${SERVICE}`, signal)
    if (!response.contentType.startsWith(`application/x-${SERVICE}-advertisement`))
      throw new GitRefused(
        'SOURCE_PROTOCOL',
        `what answers is not a Git server of the smart protocol (content type ${JSON.stringify(response.contentType.slice(0, 80))}); check the URL`,
      )
    const { refs, refBytes } = this.#options.limits
    const server = await whole(this.#packets(response, refBytes), (packets) =>
      readAdvertisement(packets, { refsMax: refs, serverSays: this.#serverSays }),
    )
    // A listing of version 0 is a list of refs as they are now; only what a server can do stays true.
    this.#memory.known = server.version === 2 ? server : undefined
    return server
  }

  async #getFollowing(path: string, signal: AbortSignal): Promise<HttpResponse> {
    let url = new URL(this.#memory.base.href.replace(/\/+$/, '') + path)
    for (let hops = 0; hops <= REDIRECTS_MAX; hops += 1) {
      const response = await this.#client.send({ url, headers: this.#headers() }, signal)
      if (response.status < 300 || response.status > 399) {
        await this.#refuseStatus(response)
        this.#memory.base = new URL(url.href.slice(0, -path.length))
        return response
      }
      url = sameServer(url, response.location, path)
    }
    throw redirect(`it redirects more than ${REDIRECTS_MAX} times`)
  }

  async #post(body: string, signal: AbortSignal): Promise<HttpResponse> {
    const url = new URL(`${this.#memory.base.href.replace(/\/+$/, '')}/${SERVICE}`)
    const headers = {
      ...this.#headers(),
      'content-type': `application/x-${SERVICE}-request`,
      accept: `application/x-${SERVICE}-result`,
    }
    const response = await this.#client.send({ url, headers, body }, signal)
    if (response.status >= 300 && response.status <= 399)
      throw redirect('it redirects a request that carries data')
    await this.#refuseStatus(response)
    if (!response.contentType.startsWith(`application/x-${SERVICE}-result`)) {
      throw new GitRefused(
        'SOURCE_PROTOCOL',
        'what answers is not a Git server of the smart protocol; check the URL',
      )
    }
    return response
  }

  #headers(): Record<string, string> {
    return {
      'user-agent': 'git/2.50 tidemark', // Some hosts serve Git only to what calls itself so.
      'git-protocol': 'version=2',
      accept: '*/*',
      ...authorization(this.#options.credentials),
    }
  }

  async #refuseStatus(response: HttpResponse): Promise<void> {
    const { status } = response
    if (status >= 200 && status <= 299) return
    this.#memory.known = undefined
    if (status === 407) throw proxyRefuses(status)
    const isSigned = this.#options.credentials?.login !== undefined
    if (status === 401 || status === 403)
      throw new GitRefused(
        'SOURCE_AUTHENTICATION',
        isSigned
          ? `the server refuses these credentials (HTTP ${status}); check that they are right, not expired, and may read the repository`
          : `the server asks for credentials (HTTP ${status}): the repository is private, or does not exist; check the URL, or name a Secret with username and password, or bearerToken`,
      )
    if (status === 404 || status === 410)
      throw new GitRefused(
        'SOURCE_NOT_FOUND',
        `there is no such repository (HTTP ${status}), or these credentials do not see it; check the URL and the credentials`,
      )
    if (status === 429 || status >= 500)
      throw new SourceUnavailable(`the server answers HTTP ${status}; it is asked again later`)
    throw new GitRefused('SOURCE_PROTOCOL', `the server answers HTTP ${status}; check the URL`)
  }

  #packets(response: HttpResponse, bytesMax: number): PacketReader {
    const code = bytesMax === this.#options.limits.refBytes ? 'SOURCE_REFS' : 'SOURCE_SIZE'
    return new PacketReader(
      response.body,
      bytesMax,
      () =>
        new GitRefused(
          code,
          `the server sends more than ${Math.floor(bytesMax)} bytes; it is cut off`,
        ),
    )
  }

  readonly #serverSays = (text: string): Error =>
    serverText(text, secretsOf(this.#options.credentials))
}

/** Reads an answer and what is left of it, so that its connection can be used again. */
async function whole<T>(
  packets: PacketReader,
  read: (packets: PacketReader) => Promise<T>,
): Promise<T> {
  try {
    const answer = await read(packets)
    await packets.drain()
    return answer
  } finally {
    await packets.leave()
  }
}

/** Where a redirect leads, if it is the same server. */
function sameServer(from: URL, location: string | undefined, path: string): URL {
  if (location === undefined || !URL.canParse(location, from.href))
    throw redirect('it redirects to nowhere')
  const to = new URL(location, from.href)
  const isUpgrade =
    from.protocol === 'http:' && to.protocol === 'https:' && from.port === '' && to.port === ''
  if (hostOf(to) !== hostOf(from) || !(to.origin === from.origin || isUpgrade))
    throw redirect(`it redirects to ${to.protocol}//${to.host}: other host, port or scheme`)
  if (!to.href.endsWith(path)) throw redirect('it redirects to something that is not a repository')
  to.username = ''
  to.password = ''
  return to
}

function redirect(why: string): GitRefused {
  return new GitRefused(
    'SOURCE_REDIRECT',
    `the server does not serve the repository there: ${why}; use the URL where it is now`,
  )
}
