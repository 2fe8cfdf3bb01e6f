import { hash } from 'node:crypto'
import { FetchRefused } from '../fetch-refused.ts'
import { basicHeader, type Login } from '../login.ts'
import { Web, type WebAnswer, type WebOptions } from '../web.ts'
import { INDEX_BYTES_MAX, type ChartVersion } from './chart-index.ts'

/** Most bytes of a packaged chart, as in Flux. */
export const CHART_BYTES_MAX: number = 10 * 1024 * 1024

export interface ChartRepositoryOptions extends WebOptions {
  /** `https://stefanprodan.github.io/podinfo`. */
  readonly url: string
  readonly login: Login | undefined
  /** Whether the login also goes to other hosts that the index names. */
  readonly passCredentials: boolean
  /** Where an address is asked for instead; for air-gapped sites. */
  readonly mirror?: (url: URL) => URL
}

/** A chart repository over HTTP: an index, and packaged charts that it names. */
export class ChartRepository implements Disposable {
  readonly #options: ChartRepositoryOptions
  readonly #web: Web
  readonly #base: URL

  constructor(options: ChartRepositoryOptions) {
    this.#options = options
    this.#web = new Web(options)
    this.#base = new URL(options.url.endsWith('/') ? options.url : `${options.url}/`)
  }

  /** The bytes of its index. */
  async index(signal: AbortSignal): Promise<Uint8Array> {
    const url = new URL('index.yaml', this.#base)
    url.search = this.#base.search
    return await this.#get(url, INDEX_BYTES_MAX, signal)
  }

  /** The packaged chart, held against the digest that the index says. */
  async chart(
    { name, version, url: ref, digest }: ChartVersion,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    if (!URL.canParse(ref, this.#base.href))
      throw new FetchRefused(
        'SOURCE_INDEX',
        `the index has no address for ${name} ${version}: ${JSON.stringify(ref)}`,
      )
    const url = new URL(ref, this.#base.href)
    if (!/^https?:$/u.test(url.protocol))
      throw new FetchRefused(
        'SOURCE_INDEX',
        `the index has ${name} ${version} at ${url.protocol}//, where nothing is fetched from`,
      )
    if (url.search === '') url.search = this.#base.search
    const bytes = await this.#get(url, CHART_BYTES_MAX, signal)
    const found = hash('sha256', bytes)
    if (digest !== '' && digest !== found)
      throw new FetchRefused(
        'SOURCE_DIGEST',
        `${name} ${version} is to have the SHA-256 ${digest}, and ${url.host} sends ${found}; it is damaged, or somebody changed it`,
      )
    return bytes
  }

  [Symbol.dispose](): void {
    this.#web[Symbol.dispose]()
  }

  async #get(url: URL, bytesMax: number, signal: AbortSignal): Promise<Uint8Array> {
    const { mirror, login, passCredentials } = this.#options
    const isOwn = url.host === this.#base.host && url.protocol === this.#base.protocol
    const asked = mirror?.(url) ?? url
    // A mirror is the operator's: it never sees what signs in to the original.
    const signsIn = login?.kind === 'basic' && asked.href === url.href && (isOwn || passCredentials)
    const authorization = signsIn ? basicHeader(login.username, login.password) : undefined
    const answer = await this.#web.ask({ url: asked, authorization, bytesMax }, signal)
    if (answer.status === 200) return answer.bytes
    throw unexpected(answer, login !== undefined)
  }
}

function unexpected({ status, url }: WebAnswer, isSigned: boolean): FetchRefused {
  const where = `${url.protocol}//${url.host}${url.pathname}`
  if (status === 401 || status === 403)
    return new FetchRefused(
      'SOURCE_AUTHENTICATION',
      isSigned
        ? `${where} refuses these credentials (HTTP ${status}); check that they are right, and passCredentials where charts are on another host`
        : `${where} asks for credentials (HTTP ${status}); name a Secret with username and password in spec.secretRef`,
    )
  if (status === 404 || status === 410)
    return new FetchRefused(
      'SOURCE_NOT_FOUND',
      `there is no ${where} (HTTP ${status}); check the URL`,
    )
  return new FetchRefused('SOURCE_PROTOCOL', `${where} answers HTTP ${status}; check the URL`)
}
