import { createHash, createPrivateKey, sign, type KeyObject } from 'node:crypto'
import { type Clock, Secret } from '@tidemark/kernel'
import { GitRefused, SourceUnavailable } from './git-refused.ts'
import type { BasicLogin, ProxyChoice } from './git-source.ts'
import type { AddressPolicy } from './address-policy.ts'
import { HttpClient } from './transport/http-client.ts'
import type { EnvironmentProxies } from './transport/proxy.ts'

/** The address of GitHub's own API. */
export const GITHUB_API: string = 'https://api.github.com'

const JWT_S = 540 // GitHub takes at most ten minutes.
const JWT_BACK_S = 60 // Its clock may be behind ours.
const RENEW_MS = 300_000 // Before a token ends; a fetch has to finish with it.
const ANSWER_BYTES_MAX = 256 * 1024
const IDLE_MS = 30_000
const TOKENS_MAX = 1_000 // More than there are sources; the oldest are asked for again.

/** An installation of a GitHub App, by the keys of Flux. */
export interface GithubApp {
  readonly appId: string
  /** An installation by its number, or by the organization or user that it is for. */
  readonly installation:
    | { readonly kind: 'id'; readonly id: string }
    | { readonly kind: 'owner'; readonly owner: string }
  /** PEM. */
  readonly privateKey: Secret<string>
  /** Of a GitHub Enterprise server, such as `https://github.example.com/api/v3`. */
  readonly baseUrl: string
  readonly certificateAuthority: string | undefined
}

export interface GithubAppsOptions {
  readonly clock: Clock
  readonly policy: AddressPolicy
  readonly proxies: EnvironmentProxies | undefined
}

interface Renewal {
  readonly app: GithubApp
  readonly account: string
  readonly proxy: ProxyChoice | undefined
}

/** Signs in as GitHub Apps: tokens of an hour, asked for once and kept until they are about to end. */
export class GithubApps {
  readonly #options: GithubAppsOptions
  readonly #tokens = new Map<string, { readonly token: Secret<string>; readonly endsMs: number }>()

  constructor(options: GithubAppsOptions) {
    this.#options = options
  }

  /** Throws `GitRefused` where GitHub says no, `SourceUnavailable` where it does not answer. */
  async login(
    app: GithubApp,
    proxy: ProxyChoice | undefined,
    signal: AbortSignal,
  ): Promise<BasicLogin> {
    const account = accountOf(app)
    const known = this.#tokens.get(account)
    const isFresh = known !== undefined && known.endsMs - RENEW_MS > this.#options.clock.now()
    const { token } = isFresh ? known : await this.#renew({ app, account, proxy }, signal)
    return { kind: 'basic', username: 'x-access-token', password: token, account }
  }

  async #renew(
    { app, account, proxy }: Renewal,
    signal: AbortSignal,
  ): Promise<{ readonly token: Secret<string>; readonly endsMs: number }> {
    const { policy, proxies, clock } = this.#options
    const { certificateAuthority } = app
    using client = new HttpClient({
      policy,
      credentials: certificateAuthority === undefined ? {} : { certificateAuthority },
      idleMs: IDLE_MS,
      via: { chosen: proxy, environment: proxies, policy },
    })
    const asking = { client, app, jwt: signJwt(app, clock.now()) }
    const id = await installationId(asking, signal)
    const path = `/app/installations/${id}/access_tokens`
    const answer = await ask(asking, { path, method: 'POST' }, signal)
    const token = textOf(answer, 'token')
    const endsMs = Date.parse(textOf(answer, 'expires_at'))
    if (token === '' || Number.isNaN(endsMs))
      throw refused(app, 'what answers is no GitHub: it gives no token; check githubAppBaseURL')
    const made = { token: new Secret(token), endsMs }
    this.#tokens.delete(account)
    this.#tokens.set(account, made)
    for (const oldest of this.#tokens.keys()) {
      if (this.#tokens.size <= TOKENS_MAX) break
      this.#tokens.delete(oldest)
    }
    return made
  }
}

/** Who signs in; another key is somebody else. */
function accountOf({ appId, installation, privateKey, baseUrl }: GithubApp): string {
  const key = createHash('sha256').update(privateKey.reveal()).digest('hex')
  const of = installation.kind === 'id' ? installation.id : `@${installation.owner}`
  return ['github-app', baseUrl, appId, of, key].join(' ')
}

/** RFC 7519, as GitHub wants it. */
function signJwt(app: GithubApp, nowMs: number): string {
  const now = Math.floor(nowMs / 1000)
  const claims = { iat: now - JWT_BACK_S, exp: now + JWT_S, iss: app.appId }
  const text = `${base64Json({ alg: 'RS256', typ: 'JWT' })}.${base64Json(claims)}`
  const signature = sign('RSA-SHA256', Buffer.from(text), privateKeyOf(app))
  return `${text}.${signature.toString('base64url')}`
}

function base64Json(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function privateKeyOf(app: GithubApp): KeyObject {
  try {
    const key = createPrivateKey(app.privateKey.reveal())
    if (key.asymmetricKeyType === 'rsa') return key
  } catch {
    // Told below; the error may hold a piece of the key.
  }
  throw refused(
    app,
    'githubAppPrivateKey is no RSA key in PEM; take it from the settings of the app',
  )
}

interface Asking {
  readonly client: HttpClient
  readonly app: GithubApp
  readonly jwt: string
}

async function installationId(asking: Asking, signal: AbortSignal): Promise<string> {
  const { installation } = asking.app
  if (installation.kind === 'id') return installation.id
  const owner = encodeURIComponent(installation.owner)
  const found = await ask(asking, { path: `/users/${owner}/installation`, method: 'GET' }, signal)
  const id = typeof found === 'object' && found !== null ? Reflect.get(found, 'id') : undefined
  if (typeof id === 'number') return String(id)
  throw refused(asking.app, 'what answers is no GitHub; check githubAppBaseURL')
}

async function ask(
  { client, app, jwt }: Asking,
  { path, method }: { readonly path: string; readonly method: 'GET' | 'POST' },
  signal: AbortSignal,
): Promise<unknown> {
  const url = new URL(`${app.baseUrl.replace(/\/+$/u, '')}${path}`)
  const headers = {
    authorization: `Bearer ${jwt}`,
    accept: 'application/vnd.github+json',
    'user-agent': 'tidemark',
    'x-github-api-version': '2022-11-28',
  }
  const response = await client.send(
    { url, headers, ...(method === 'POST' ? { body: '' } : {}) },
    signal,
  )
  const text = await textOfBody(app, response.body)
  const { status } = response
  if (status === 429 || status >= 500)
    throw new SourceUnavailable(`${url.host} answers HTTP ${status}; it is asked again later`)
  if (status < 200 || status > 299) throw refused(app, reasonOf(status, app))
  try {
    const parsed: unknown = JSON.parse(text)
    return parsed
  } catch {
    throw refused(app, 'what answers is no GitHub; check githubAppBaseURL')
  }
}

function reasonOf(status: number, { installation }: GithubApp): string {
  if (status === 401)
    return `GitHub does not know it (HTTP 401); check githubAppID and githubAppPrivateKey, and the clock of this machine`
  if (status === 404)
    return installation.kind === 'id'
      ? `it has no installation ${installation.id} (HTTP 404); check githubAppInstallationID`
      : `it is not installed for ${installation.owner} (HTTP 404); install it there, or correct githubAppInstallationOwner`
  return `GitHub refuses it (HTTP ${status}); check the app's permissions, and that it is not suspended`
}

function refused({ appId }: GithubApp, why: string): GitRefused {
  return new GitRefused('SOURCE_AUTHENTICATION', `cannot sign in as GitHub App ${appId}: ${why}`)
}

async function textOfBody(app: GithubApp, body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of body) {
    bytes += piece.length
    if (bytes > ANSWER_BYTES_MAX) throw refused(app, 'what answers is no GitHub: it says too much')
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}

function textOf(value: unknown, key: string): string {
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : ''
  return typeof found === 'string' ? found : ''
}
