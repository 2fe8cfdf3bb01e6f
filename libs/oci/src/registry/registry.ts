import { SourceUnavailable } from '@tidemark/git'
import type { Secret } from '@tidemark/kernel'
import { FetchRefused } from '../fetch-refused.ts'
import { basicHeader, type Login } from '../login.ts'
import { Web, type WebAnswer, type WebOptions } from '../web.ts'
import { type Challenge, parseChallenge } from './challenge.ts'
import { checkDigest, digestOf, isDigest } from './digest.ts'
import { MANIFEST_TYPES, parseManifest, type Descriptor, type Manifest } from './manifest.ts'
import type { RegistryPlace } from './oci-url.ts'
import { tokenKey, type RegistryTokens } from './registry-tokens.ts'

const MANIFEST_BYTES_MAX = 4 * 1024 * 1024 // What registries themselves take.
const TOKEN_BYTES_MAX = 256 * 1024
const TAGS_MAX = 50_000 // More than the largest repository that we know; each page of them is a request.
const TAG_PAGES_MAX = 200
const TAG_PAGE = 1_000
const TAG_PAGE_BYTES_MAX = 8 * 1024 * 1024
const SIGN_INS_MAX = 2 // A token that has just ended is asked for once more.

export interface RegistryOptions extends WebOptions {
  readonly place: RegistryPlace
  /** HTTP without TLS. */
  readonly insecure: boolean
  readonly login: Login | undefined
  /** Tokens of looks before. */
  readonly tokens?: RegistryTokens
}

export interface FoundManifest {
  readonly digest: string
  readonly manifest: Manifest
  readonly bytes: Uint8Array
}

/**
 * One repository of a registry, by the OCI distribution protocol. Everything is named by digest once it is
 * resolved, and every byte is held against its digest.
 */
export class Registry implements Disposable {
  readonly #web: Web
  readonly #options: RegistryOptions
  readonly #base: string
  readonly #key: string
  #authorization: string | undefined

  constructor(options: RegistryOptions) {
    const { place, insecure, login } = options
    this.#options = options
    this.#web = new Web(options)
    const host = place.registry === 'index.docker.io' ? 'registry-1.docker.io' : place.registry
    this.#base = `${insecure ? 'http' : 'https'}://${host}/v2/${place.repository}`
    this.#key = tokenKey(this.#base, login)
    this.#authorization =
      login?.kind === 'bearer' ? `Bearer ${login.token.reveal()}` : options.tokens?.get(this.#key)
  }

  /** `ghcr.io/stefanprodan/podinfo`, for messages. */
  get name(): string {
    const { registry, repository } = this.#options.place
    return `${registry}/${repository}`
  }

  /** All tags, in the order of the registry. */
  async tags(signal: AbortSignal): Promise<readonly string[]> {
    const tags: string[] = []
    let url: URL | undefined = new URL(`${this.#base}/tags/list?n=${TAG_PAGE}`)
    for (let pages = 0; url !== undefined; pages += 1) {
      if (pages === TAG_PAGES_MAX || tags.length > TAGS_MAX)
        throw new FetchRefused(
          'SOURCE_SIZE',
          `${this.name} has more tags than are read (${TAGS_MAX}, on at most ${TAG_PAGES_MAX} pages); give ref.tag or ref.digest`,
        )
      const answer = await this.#ask(url, { bytesMax: TAG_PAGE_BYTES_MAX }, signal)
      if (answer.status !== 200) throw this.#unexpected(answer, 'its tags')
      tags.push(...tagsIn(answer.bytes, this.name))
      url = nextPage(answer, url)
    }
    return tags
  }

  /** The digest that a tag names now, by one request without a body; `undefined` where the registry does not say. */
  async digestOfTag(tag: string, signal: AbortSignal): Promise<string | undefined> {
    const url = new URL(`${this.#base}/manifests/${tag}`)
    const answer = await this.#ask(
      url,
      { method: 'HEAD', accept: MANIFEST_TYPES, bytesMax: 0 },
      signal,
    )
    const digest = answer.header('docker-content-digest') ?? ''
    return answer.status === 200 && isDigest(digest) ? digest : undefined
  }

  /** The manifest of a tag or digest; `undefined` where there is none. */
  async manifest(reference: string, signal: AbortSignal): Promise<FoundManifest | undefined> {
    const what = `${this.name}${isDigest(reference) ? '@' : ':'}${reference}`
    const url = new URL(`${this.#base}/manifests/${reference}`)
    const options = { accept: MANIFEST_TYPES, bytesMax: MANIFEST_BYTES_MAX }
    const answer = await this.#ask(url, options, signal)
    if (answer.status === 404) return undefined
    if (answer.status !== 200) throw this.#unexpected(answer, what)
    const promised = isDigest(reference) ? reference : answer.header('docker-content-digest')
    if (promised !== undefined && isDigest(promised)) checkDigest(answer.bytes, promised, what)
    const digest = promised ?? digestOf(answer.bytes)
    return { digest, bytes: answer.bytes, manifest: parseManifest(answer.bytes, what) }
  }

  /** What refers to a digest: by the registry's own list, or that under a tag where it keeps none. */
  async referrers(digest: string, signal: AbortSignal): Promise<readonly Descriptor[]> {
    const url = new URL(`${this.#base}/referrers/${digest}`)
    const accept = MANIFEST_TYPES.slice(2, 3)
    const answer = await this.#ask(url, { accept, bytesMax: MANIFEST_BYTES_MAX }, signal)
    if (answer.status === 200) {
      const listed = parseManifest(answer.bytes, `${this.name}, referrers of ${digest}`)
      return listed.kind === 'index' ? listed.manifests : []
    }
    const tagged = await this.manifest(digest.replace(':', '-'), signal)
    return tagged?.manifest.kind === 'index' ? tagged.manifest.manifests : []
  }

  /** The bytes that a manifest names. */
  async blob(
    { digest, size }: Pick<Descriptor, 'digest' | 'size'>,
    bytesMax: number,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    const what = `blob ${digest}`
    if (size > bytesMax)
      throw new FetchRefused(
        'SOURCE_SIZE',
        `${this.name}, ${what} has ${size} bytes; at most ${bytesMax} are fetched`,
      )
    const url = new URL(`${this.#base}/blobs/${digest}`)
    const answer = await this.#ask(url, { bytesMax }, signal)
    if (answer.status !== 200) throw this.#unexpected(answer, what)
    checkDigest(answer.bytes, digest, `${this.name}, ${what}`)
    return answer.bytes
  }

  [Symbol.dispose](): void {
    this.#web[Symbol.dispose]()
  }

  async #ask(
    url: URL,
    options: {
      readonly method?: 'HEAD'
      readonly accept?: readonly string[]
      readonly bytesMax: number
    },
    signal: AbortSignal,
  ): Promise<WebAnswer> {
    const { accept, ...rest } = options
    const headers = accept === undefined ? {} : { accept: accept.join(', ') }
    for (let tries = 0; ; tries += 1) {
      const authorization = this.#authorization
      // What refuses a request explains itself in a few words.
      const bytesMax = Math.max(rest.bytesMax, TOKEN_BYTES_MAX)
      const answer = await this.#web.ask({ url, headers, ...rest, bytesMax, authorization }, signal)
      if (answer.status !== 401 && answer.status !== 403) return answer
      const header = answer.header('www-authenticate') ?? ''
      const challenge = answer.status === 401 ? parseChallenge(header) : undefined
      if (challenge === undefined || tries === SIGN_INS_MAX) throw this.#refusesUs(answer.status)
      const next = await this.#signIn(challenge, signal)
      if (next === authorization) throw this.#refusesUs(answer.status)
      this.#authorization = next
      this.#options.tokens?.keep(this.#key, next)
    }
  }

  async #signIn(challenge: Challenge, signal: AbortSignal): Promise<string> {
    const { login } = this.#options
    if (challenge.kind === 'basic') {
      if (login?.kind !== 'basic') throw this.#refusesUs(401)
      return basicHeader(login.username, login.password)
    }
    if (login?.kind === 'bearer') throw this.#refusesUs(401)
    const realm = new URL(challenge.realm)
    if (realm.protocol !== 'https:' && !(realm.protocol === 'http:' && this.#options.insecure))
      throw new FetchRefused(
        'SOURCE_REDIRECT',
        `${this.name} asks to sign in at ${realm.protocol}//${realm.host}, which is not safe: credentials go over https:// only`,
      )
    const scope = challenge.scope || `repository:${this.#options.place.repository}:pull`
    const answer =
      login?.kind === 'identity'
        ? await this.#exchange(
            realm,
            { service: challenge.service, scope, token: login.token },
            signal,
          )
        : await this.#tokenFor(realm, { service: challenge.service, scope }, signal)
    if (answer.status === 401 || answer.status === 403) throw this.#refusesUs(answer.status)
    if (answer.status !== 200) throw this.#unexpected(answer, `a token from ${realm.host}`)
    return `Bearer ${tokenIn(answer.bytes, realm.host)}`
  }

  #tokenFor(
    realm: URL,
    { service, scope }: { readonly service: string; readonly scope: string },
    signal: AbortSignal,
  ): Promise<WebAnswer> {
    const { login } = this.#options
    const url = new URL(realm)
    if (service !== '') url.searchParams.set('service', service)
    for (const each of scope.split(' ')) url.searchParams.append('scope', each)
    const authorization =
      login?.kind === 'basic' ? basicHeader(login.username, login.password) : undefined
    return this.#web.ask({ url, authorization, bytesMax: TOKEN_BYTES_MAX }, signal)
  }

  #exchange(
    url: URL,
    asked: { readonly service: string; readonly scope: string; readonly token: Secret<string> },
    signal: AbortSignal,
  ): Promise<WebAnswer> {
    const { service, scope, token } = asked
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: token.reveal(),
      client_id: 'tidemark',
      service,
      scope,
    }).toString()
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    return this.#web.ask({ url, headers, body, bytesMax: TOKEN_BYTES_MAX }, signal)
  }

  #refusesUs(status: number): FetchRefused {
    const { login } = this.#options
    return new FetchRefused(
      'SOURCE_AUTHENTICATION',
      login === undefined
        ? `${this.name} asks for credentials (HTTP ${status}): it is private, or does not exist; check the URL, or name a Secret with .dockerconfigjson for its host`
        : `${this.name} refuses these credentials (HTTP ${status}); check that they are right, not expired, and may read it`,
    )
  }

  #unexpected({ status, url }: WebAnswer, what: string): Error {
    if (status === 404)
      return new FetchRefused(
        'SOURCE_NOT_FOUND',
        `${this.name} is not there, or these credentials do not see it (HTTP 404, when asked for ${what}); check the URL and the credentials`,
      )
    if (status === 408) return new SourceUnavailable(`${url.host} answers HTTP ${status}`)
    return new FetchRefused(
      'SOURCE_PROTOCOL',
      `${url.host} answers HTTP ${status} when asked for ${what}; check that it is a registry`,
    )
  }
}

function tagsIn(bytes: Uint8Array, name: string): readonly string[] {
  const tags = fieldOf(parse(bytes, name), 'tags')
  if (tags === null || tags === undefined) return []
  if (Array.isArray(tags) && tags.every((tag) => typeof tag === 'string')) return tags
  throw notARegistry(name)
}

/** `Link: </v2/name/tags/list?last=x>; rel="next"`, of the same server. */
function nextPage(answer: WebAnswer, from: URL): URL | undefined {
  const link = /<([^>]{1,2048})>\s*;\s*rel="?next"?/u.exec(answer.header('link') ?? '')?.[1]
  if (link === undefined || !URL.canParse(link, from.href)) return undefined
  const next = new URL(link, from.href)
  if (next.host !== from.host || next.protocol !== from.protocol)
    throw new FetchRefused(
      'SOURCE_REDIRECT',
      `${from.host} has its next page of tags at ${next.host}, where nothing is asked`,
    )
  return next
}

function tokenIn(bytes: Uint8Array, host: string): string {
  const parsed = parse(bytes, host)
  const token = fieldOf(parsed, 'token') ?? fieldOf(parsed, 'access_token')
  if (typeof token === 'string' && /^[\w.~+/=-]+$/u.test(token)) return token
  throw new FetchRefused('SOURCE_PROTOCOL', `${host} gives no token; check the URL of the registry`)
}

function parse(bytes: Uint8Array, name: string): unknown {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    return parsed
  } catch {
    throw notARegistry(name)
  }
}

function notARegistry(name: string): FetchRefused {
  return new FetchRefused(
    'SOURCE_PROTOCOL',
    `what answers for ${name} is no registry; check the URL`,
  )
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return Reflect.get(value, name)
}
