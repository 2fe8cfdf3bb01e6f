import { isIP } from 'node:net'
import { unreachable, type Clock, type Random, type Secret } from '@tidemark/kernel'
import {
  connect,
  credsAuthenticator,
  errors,
  nkeyAuthenticator,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
  type Authenticator,
  type NatsConnection,
  type NodeConnectionOptions,
} from '@nats-io/transport-node'
import { BusRefused, BusUnavailable } from '../bus-errors.ts'

const RECONNECT_MS_MIN = 100
const RECONNECT_MS_MAX = 5_000 // A bus that is back is found within seconds, by all services of a large plane.
const CONNECT_MS = 5_000
const PING_MS = 10_000 // A cable that was cut shows within three pings, not after the kernel's minutes.

/** How a process shows who it is. Functions are asked at each connection, so credentials may change under way. */
export type NatsCredentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'password'; readonly user: string; readonly password: () => Secret<string> }
  | { readonly kind: 'token'; readonly token: () => Secret<string> }
  | { readonly kind: 'nkey'; readonly seed: () => Secret<string> }
  /** The content of a `.creds` file: a JWT and its seed. */
  | { readonly kind: 'creds'; readonly creds: () => Secret<string> }

export interface NatsLinkOptions {
  /** `nats://host:port` or `tls://host:port`; any of them will do. With TLS by name, not by address. */
  readonly servers: readonly string[]
  /** Shown by the server's monitoring: the service and its instance. */
  readonly name: string
  readonly credentials: NatsCredentials
  /** Files are read again at each connection. Host names are always checked. */
  readonly tls?: {
    readonly caFile?: string
    readonly certFile?: string
    readonly keyFile?: string
  }
  /** Where answers come to; permissions hold it, so that nobody reads what others are answered. */
  readonly inboxPrefix?: string
  readonly clock: Clock
  readonly random: Random
}

export type LinkState = 'connected' | 'reconnecting' | 'closed'

/** One connection that mends itself, for ever. Bus and log stream of a process share it. */
export interface NatsLink extends AsyncDisposable {
  readonly connection: NatsConnection
  readonly clock: Clock
  state(): LinkState
  /** Calls the listener with each change of the state. */
  onState(listener: (state: LinkState) => void): Disposable
}

/**
 * Connects once. Throws `BusUnavailable` or `BusRefused`; afterwards it reconnects by itself with a growing,
 * jittered delay, also when credentials are refused (they may be rotating). Disposing drains: what was
 * published is sent, what has arrived is handled.
 */
export async function linkToNats(options: NatsLinkOptions): Promise<NatsLink> {
  const connection = await connectOnce(options)
  const listeners = new Set<(state: LinkState) => void>()
  let state: LinkState = 'connected'
  const follow = async (): Promise<void> => {
    for await (const { type } of connection.status()) {
      const next = type === 'disconnect' || type === 'reconnecting' ? 'reconnecting' : type
      if (next !== 'reconnecting' && next !== 'reconnect' && next !== 'close') continue
      const now = next === 'reconnect' ? 'connected' : next === 'close' ? 'closed' : next
      if (now === state) continue
      state = now
      for (const listener of listeners) listener(state)
    }
  }
  const following = follow()
  return {
    connection,
    clock: options.clock,
    state: () => state,
    onState: (listener) => {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
    [Symbol.asyncDispose]: async () => {
      // A drain needs the server; without it there is nothing to wait for.
      if (state === 'connected') await connection.drain().catch(() => connection.close())
      else await connection.close()
      state = 'closed'
      await following
    },
  }
}

async function connectOnce(options: NatsLinkOptions): Promise<NatsConnection> {
  const servers = options.servers.join(', ')
  refuseUncheckedNames(options)
  try {
    return await connect(connectionOptions(options))
  } catch (error) {
    if (error instanceof errors.AuthorizationError) {
      throw new BusRefused(servers, 'it does not accept the credentials', error)
    }
    if (isTlsError(error)) throw new BusRefused(servers, messageOf(error), error)
    throw new BusUnavailable(`connect to ${servers}`, error)
  }
}

/** The client checks the certificate of an address as if the server were called `localhost`. */
function refuseUncheckedNames(options: NatsLinkOptions): void {
  if (!wantsTls(options)) return
  for (const server of options.servers) {
    const { hostname } = new URL(server.includes('://') ? server : `nats://${server}`)
    if (isIP(hostname.replaceAll(/[[\]]/g, '')) !== 0) {
      throw new BusRefused(
        server,
        'with TLS it needs a host name, whose certificate can be checked',
      )
    }
  }
}

function wantsTls({ servers, tls }: NatsLinkOptions): boolean {
  return tls !== undefined || servers.some((server) => server.startsWith('tls://'))
}

function connectionOptions(options: NatsLinkOptions): NodeConnectionOptions {
  let attempts = 0
  let lastMs = 0
  const { clock, random } = options
  return {
    servers: [...options.servers],
    name: options.name,
    timeout: CONNECT_MS,
    pingInterval: PING_MS,
    maxReconnectAttempts: -1,
    ignoreAuthErrorAbort: true,
    reconnectDelayHandler: () => {
      // The client does not say when a connection held: a long silence means that it did.
      attempts = clock.monotonic() - lastMs > RECONNECT_MS_MAX * 2 ? 0 : attempts + 1
      lastMs = clock.monotonic()
      const ceiling = Math.min(RECONNECT_MS_MAX, RECONNECT_MS_MIN * 2 ** Math.min(attempts, 10))
      return RECONNECT_MS_MIN + Math.floor(random.fraction() * (ceiling - RECONNECT_MS_MIN))
    },
    // Asked for in either way, it is required: a server without TLS is refused.
    ...(wantsTls(options) ? { tls: { ...options.tls } } : {}),
    ...(options.inboxPrefix === undefined ? {} : { inboxPrefix: options.inboxPrefix }),
    ...authenticatorOf(options.credentials),
  }
}

function authenticatorOf(credentials: NatsCredentials): {
  readonly authenticator?: Authenticator
} {
  const utf8 = new TextEncoder()
  switch (credentials.kind) {
    case 'none':
      return {}
    case 'password': {
      const { user, password } = credentials
      return { authenticator: usernamePasswordAuthenticator(user, () => password().reveal()) }
    }
    case 'token':
      return { authenticator: tokenAuthenticator(() => credentials.token().reveal()) }
    case 'nkey':
      return {
        authenticator: nkeyAuthenticator(() => utf8.encode(credentials.seed().reveal().trim())),
      }
    case 'creds':
      return { authenticator: credsAuthenticator(() => utf8.encode(credentials.creds().reveal())) }
    default:
      return unreachable(credentials)
  }
}

function isTlsError(error: unknown): boolean {
  const text = `${messageOf(error)} ${error instanceof Error ? messageOf(error.cause) : ''}`
  return /certificate|tls|ssl|handshake|altname/i.test(text)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : ''
}
