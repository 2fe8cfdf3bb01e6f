import {
  type AddressPolicy,
  type EnvironmentProxies,
  type GitCredentials,
  HttpClient,
  type HttpResponse,
  type ProxyChoice,
  SourceUnavailable,
} from '@tidemark/git'
import { FetchRefused } from './fetch-refused.ts'

const REDIRECTS_MAX = 5 // A registry sends blobs to its storage in one step, at most two.
const IDLE_MS = 30_000 // No byte for so long: the connection is given up.

/** How a source is reached. */
export interface WebOptions {
  readonly policy: AddressPolicy
  /** What the environment says of proxies; `proxy` goes before it. */
  readonly proxies?: EnvironmentProxies | undefined
  readonly proxy?: ProxyChoice | undefined
  /** An authority that is trusted beside the usual ones, and what we show to the server of the source. */
  readonly certificates?: Certificates | undefined
}

export type Certificates = Pick<GitCredentials, 'certificateAuthority' | 'clientCertificate'>

export interface WebRequest {
  readonly url: URL
  readonly method?: 'HEAD'
  readonly headers?: Readonly<Record<string, string>>
  /** Goes to this host and port only, never with a redirect to another. */
  readonly authorization?: string | undefined
  /** A form; it makes the request a POST, which is not redirected. */
  readonly body?: string
  /** More than so many bytes are cut off. */
  readonly bytesMax: number
}

export interface WebAnswer {
  readonly status: number
  /** Where the answer came from, after redirects. */
  readonly url: URL
  readonly header: (name: string) => string | undefined
  readonly bytes: Uint8Array
}

/**
 * HTTP for registries, chart repositories and buckets: the address policy holds for each hop, credentials and our
 * certificate go to the first host only, nothing is followed from TLS to plain HTTP, and what a server sends ends
 * at a bound.
 */
export class Web implements Disposable {
  readonly #own: HttpClient
  readonly #others: HttpClient

  constructor({ policy, proxies, proxy, certificates }: WebOptions) {
    const authority = certificates?.certificateAuthority
    const common = { policy, idleMs: IDLE_MS, via: { chosen: proxy, environment: proxies, policy } }
    this.#own = new HttpClient({ ...common, credentials: certificates })
    this.#others = new HttpClient({
      ...common,
      credentials: authority === undefined ? undefined : { certificateAuthority: authority },
    })
  }

  /**
   * One answer, whole. Statuses from 200 to 499 are the caller's to judge.
   * @throws FetchRefused SOURCE_REDIRECT, SOURCE_SIZE; SourceUnavailable; GitRefused of the policy and of TLS.
   */
  async ask(request: WebRequest, signal: AbortSignal): Promise<WebAnswer> {
    let url = request.url
    for (let hops = 0; hops <= REDIRECTS_MAX; hops += 1) {
      const response = await this.#send(request, url, signal)
      if (!isRedirect(response.status) || request.body !== undefined)
        return await this.#answer(request, url, response)
      await leave(response)
      url = nextUrl(url, response.header('location'))
    }
    throw new FetchRefused(
      'SOURCE_REDIRECT',
      `${request.url.host} redirects more than ${REDIRECTS_MAX} times; use the address where it is now`,
    )
  }

  [Symbol.dispose](): void {
    this.#own[Symbol.dispose]()
    this.#others[Symbol.dispose]()
  }

  #send(
    { url: first, ...request }: WebRequest,
    url: URL,
    signal: AbortSignal,
  ): Promise<HttpResponse> {
    const isOwn = url.host === first.host && url.protocol === first.protocol
    const { authorization, method, body } = request
    const signedIn = isOwn && authorization !== undefined ? { authorization } : {}
    return (isOwn ? this.#own : this.#others).send(
      {
        url,
        headers: { 'user-agent': 'tidemark', accept: '*/*', ...request.headers, ...signedIn },
        ...(method === undefined ? {} : { method }),
        ...(body === undefined ? {} : { body }),
      },
      signal,
    )
  }

  async #answer({ bytesMax }: WebRequest, url: URL, response: HttpResponse): Promise<WebAnswer> {
    const { status, header } = response
    if (status === 429 || status >= 500) {
      await leave(response)
      throw new SourceUnavailable(`${url.host} answers HTTP ${status}; it is asked again later`)
    }
    const pieces: Uint8Array[] = []
    let total = 0
    for await (const piece of response.body) {
      total += piece.length
      if (total > bytesMax)
        throw new FetchRefused(
          'SOURCE_SIZE',
          `${url.host} sends more than ${bytesMax} bytes for ${url.pathname}; it is cut off`,
        )
      pieces.push(piece)
    }
    return { status, url, header, bytes: Buffer.concat(pieces) }
  }
}

/** What is left of an answer is not read: its connection ends. */
async function leave({ body }: HttpResponse): Promise<void> {
  const pieces = body[Symbol.asyncIterator]()
  await pieces.next()
  await pieces.return?.()
}

function isRedirect(status: number): boolean {
  return status >= 300 && status <= 399 && status !== 304
}

function nextUrl(from: URL, location: string | undefined): URL {
  if (location === undefined || !URL.canParse(location, from.href))
    throw new FetchRefused('SOURCE_REDIRECT', `${from.host} redirects to nowhere`)
  const to = new URL(location, from.href)
  const isDowngrade = from.protocol === 'https:' && to.protocol !== 'https:'
  if (isDowngrade || !/^https?:$/u.test(to.protocol))
    throw new FetchRefused(
      'SOURCE_REDIRECT',
      `${from.host} redirects to ${to.protocol}//${to.host}, which is not followed from ${from.protocol}//; use an address that is served there`,
    )
  to.username = ''
  to.password = ''
  return to
}
