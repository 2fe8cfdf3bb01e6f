import type { Clock } from '@tidemark/kernel'
import type { Readable } from 'node:stream'
import { type Dispatcher, Pool, ProxyAgent } from 'undici'

import type { ClusterAccess, Credentials } from './access.ts'
import {
  ClusterBusy,
  ClusterFailed,
  ClusterSignInFailed,
  ClusterSignInRefused,
  ClusterUnreachable,
  type ClusterPlace,
} from './errors.ts'
import { isRefusalDespite5xx, refusalOf } from './refusal.ts'
import { RequestCounter, type Verb } from './request-counter.ts'
import { ANSWER_BYTES_MAX, AnswerTooLarge, wholeAnswer, type WholeAnswer } from './whole-answer.ts'

export interface WireRequest {
  readonly verb: Verb
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** From the API server's root, with its query. */
  readonly path: string
  readonly body?: string
  readonly contentType?: string
  readonly accept?: string
  /** What messages say could not be done: `apply Deployment/shop/web`. */
  readonly doing: string
}

export interface WireAnswer {
  readonly status: number
  readonly text: string
}

export interface WireOptions {
  readonly cluster: string
  readonly access: ClusterAccess
  readonly clock: Clock
  readonly connectionsMax: number
  /** Sent with every request; for impersonation, for example. */
  readonly headers: Readonly<Record<string, string>>
}

const REQUEST_MS_MAX = 60_000 // An API server gives up on its own requests after 60 s.
const BUSY_TRIES_MAX = 8 // Then the caller's queue is the better place to wait in.
const BUSY_WAIT_MS_MAX = 15_000 // A longer Retry-After is asked for by nobody who means it.
const WATCH_SILENCE_MS_MAX = 660_000 // Longer than any watch that we ask for: a connection that died unnoticed.
const USER_AGENT = 'tidemark'

/**
 * HTTP to one API server: kept connections, at most `connectionsMax` for requests, one more for each watch. It
 * understands 401 (asks the sign-in once more) and 429 or 503 with Retry-After (waits as told and sends the same request
 * again, at most 8 times: the server has done nothing yet); all other answers are the caller's.
 */
export class Wire implements AsyncDisposable {
  readonly requests: RequestCounter = new RequestCounter()
  readonly #options: WireOptions
  readonly #server: { readonly origin: string; readonly prefix: string }
  #connections: Connections | undefined

  constructor(options: WireOptions) {
    this.#options = options
    const { origin, pathname } = new URL(options.access.server)
    this.#server = { origin, prefix: pathname.replace(/\/+$/u, '') }
  }

  get cluster(): string {
    return this.#options.cluster
  }

  get place(): ClusterPlace {
    return { cluster: this.cluster, server: this.#options.access.server }
  }

  /** Sends a request and reads its answer whole. Throws operating errors for all but 2xx and 4xx. */
  async send(request: WireRequest, signal: AbortSignal): Promise<WireAnswer> {
    for (let tries = 1; ; tries += 1) {
      const answer = await this.#once(request, signal)
      const waitMs = busyWaitMs(answer)
      if (waitMs === undefined) return this.#checked(request, answer)
      if (tries === BUSY_TRIES_MAX) throw new ClusterBusy(this.cluster, request.doing)
      await this.#options.clock.sleep(waitMs, signal)
      signal.throwIfAborted()
    }
  }

  /**
   * Opens a watch. The stream ends when the server ends it, or with `signal`; other answers are given as text. Throws as
   * `send` does.
   */
  async open(
    request: WireRequest,
    signal: AbortSignal,
  ): Promise<{ readonly stream: AsyncIterable<Buffer> } | WireAnswer> {
    const answer = await this.#reached(signal, async () => {
      return await this.#withSignIn(async (credentials) => {
        const { watches } = this.#connect(credentials)
        const asked = this.#asked(request, credentials)
        const { statusCode: status, body } = await watches.request({ ...asked, signal })
        return status === 200 ? { status, stream: body } : { status, text: await textOf(body) }
      })
    })
    return 'stream' in answer ? answer : this.#checked(request, answer)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const connections = this.#connections
    this.#connections = undefined
    await Promise.all([connections?.requests.destroy(), connections?.watches.destroy()])
  }

  async #once(request: WireRequest, signal: AbortSignal): Promise<WholeAnswer> {
    using deadline = this.#options.clock.deadline(REQUEST_MS_MAX, signal)
    return await this.#reached(signal, async () => {
      return await this.#withSignIn(async (credentials) => {
        const { requests } = this.#connect(credentials)
        return await wholeAnswer(requests, this.#asked(request, credentials), deadline.signal)
      })
    })
  }

  /** What goes wrong on the way to the server is an outage, unless the caller ended it. */
  async #reached<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask()
    } catch (error) {
      signal.throwIfAborted()
      throw error instanceof ClusterUnreachable || error instanceof ClusterSignInFailed
        ? error
        : new ClusterUnreachable(this.place, error)
    }
  }

  /** A 401 may only mean that a token has expired: once, and only once, it is asked for again. */
  async #withSignIn<Answer extends { readonly status: number }>(
    send: (credentials: Credentials) => Promise<Answer>,
  ): Promise<Answer> {
    const answer = await send(await this.#credentials('kept'))
    if (answer.status !== 401) return answer
    return send(await this.#credentials('fresh'))
  }

  async #credentials(wanted: 'kept' | 'fresh'): Promise<Credentials> {
    try {
      return await this.#options.access.credentials(wanted)
    } catch (cause) {
      throw new ClusterSignInFailed(this.cluster, cause)
    }
  }

  /** Connections belong to a certificate: when the sign-in gives another one, new ones are made. */
  #connect({ tls }: Credentials): Connections {
    const { ca, cert, key } = tls
    const current = this.#connections
    if (current?.tls === tls) return current
    const identity = [ca, cert, key].map(String).join('\n')
    if (current?.identity === identity) return current
    const { access, connectionsMax } = this.#options
    this.#connections = {
      tls,
      identity,
      requests: dispatcherFor(access, tls, connectionsMax),
      watches: dispatcherFor(access, tls, null),
    }
    void current?.requests.close() // Ends when what is under way has ended.
    void current?.watches.destroy()
    return this.#connections
  }

  /** What goes over the wire. Counted, for it is sent at once. */
  #asked(request: WireRequest, credentials: Credentials): Dispatcher.DispatchOptions {
    const { origin, prefix } = this.#server
    this.requests.add(request.verb)
    return {
      origin,
      path: `${prefix}${request.path}`,
      method: request.method,
      headers: {
        ...credentials.headers,
        ...this.#options.headers,
        'user-agent': USER_AGENT,
        accept: request.accept ?? 'application/json',
        ...(request.contentType === undefined ? {} : { 'content-type': request.contentType }),
      },
      body: request.body ?? null,
      headersTimeout: REQUEST_MS_MAX,
      bodyTimeout: request.verb === 'watch' ? WATCH_SILENCE_MS_MAX : REQUEST_MS_MAX,
    }
  }

  #checked({ doing }: WireRequest, { status, text }: WireAnswer): WireAnswer {
    if (status === 401)
      throw new ClusterSignInRefused(this.cluster, refusalOf(status, text).message)
    if ((status >= 500 && !isRefusalDespite5xx(text)) || status < 200)
      throw new ClusterFailed(this.cluster, {
        doing,
        status,
        message: refusalOf(status, text).message,
      })
    return { status, text }
  }
}

interface Connections {
  readonly tls: Credentials['tls']
  readonly identity: string
  readonly requests: Dispatcher
  readonly watches: Dispatcher
}

function dispatcherFor(
  access: ClusterAccess,
  tls: Credentials['tls'],
  connections: number | null,
): Dispatcher {
  const options = { connections, pipelining: 1, allowH2: false, keepAliveTimeout: 60_000 } as const
  if (access.proxyUrl !== undefined)
    return new ProxyAgent({ ...options, uri: access.proxyUrl, requestTls: { ...tls } })
  return new Pool(new URL(access.server).origin, { ...options, connect: { ...tls } })
}

/** How long a busy server asks us to stay away; undefined when it is not busy. */
function busyWaitMs({ status, headers }: WholeAnswer): number | undefined {
  const after = headers['retry-after']
  if (status !== 429 && !(status === 503 && after !== undefined)) return undefined
  const seconds = Number(after ?? 1)
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : 1_000
  return Math.min(Math.max(ms, 100), BUSY_WAIT_MS_MAX)
}

async function textOf(body: Readable): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of body) {
    if (!Buffer.isBuffer(chunk)) continue
    length += chunk.length
    if (length > ANSWER_BYTES_MAX) throw new AnswerTooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, length).toString('utf8')
}
