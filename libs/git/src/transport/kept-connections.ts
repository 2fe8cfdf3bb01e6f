import { Agent as HttpAgent, type ClientRequestArgs } from 'node:http'
import { Agent as HttpsAgent, type RequestOptions } from 'node:https'
import type { Duplex } from 'node:stream'
import { connect as connectTls, type SecureContextOptions } from 'node:tls'
import type { Proxy } from './proxy.ts'
import { openTunnel } from './tunnel.ts'

const CONNECTIONS_MAX = 4 // One repository is asked one thing at a time; a few more for a listing beside a fetch.

/** Connections that are kept, for both schemes. */
export interface Agents extends Disposable {
  readonly http: HttpAgent
  readonly https: HttpsAgent
}

/** Connections to a server, or to a proxy that speaks HTTP. */
export function openAgents(tls: SecureContextOptions, proxy?: string): Agents {
  const common = {
    keepAlive: true,
    maxSockets: CONNECTIONS_MAX,
    ...(proxy === undefined ? {} : { proxyEnv: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } }),
  }
  return agents(new HttpAgent(common), new HttpsAgent({ ...common, ...tls }))
}

/** Connections through a proxy that speaks SOCKS5. */
export function socksAgents(
  proxy: Proxy,
  { tls, idleMs }: { readonly tls: SecureContextOptions; readonly idleMs: number },
): Agents {
  const common = { keepAlive: true, maxSockets: CONNECTIONS_MAX }
  const open: Open = (target) => openTunnel(proxy, target, { idleMs, signal: NEVER })
  return agents(new SocksAgent(common, open), new SocksTlsAgent({ ...common, ...tls }, open))
}

const NEVER = new AbortController().signal // A request that is cancelled leaves its connection; idleness ends it.

function agents(http: HttpAgent, https: HttpsAgent): Agents {
  return {
    http,
    https,
    [Symbol.dispose]: () => {
      http.destroy()
      https.destroy()
    },
  }
}

type Open = (target: { readonly host: string; readonly port: number }) => Promise<Duplex>
type Connected = (error: Error | null, stream: Duplex) => void

class SocksAgent extends HttpAgent {
  readonly #open: Open

  constructor(options: ConstructorParameters<typeof HttpAgent>[0], open: Open) {
    super(options)
    this.#open = open
  }

  override createConnection(options: ClientRequestArgs, connected?: Connected): undefined {
    give(this.#open(targetOf(options)), connected)
  }
}

class SocksTlsAgent extends HttpsAgent {
  readonly #open: Open

  constructor(options: ConstructorParameters<typeof HttpsAgent>[0], open: Open) {
    super(options)
    this.#open = open
  }

  override createConnection(options: RequestOptions, connected?: Connected): undefined {
    const { ca, cert, key, servername } = options
    const secured = (socket: Duplex): Duplex =>
      connectTls({
        socket,
        ...(ca === undefined ? {} : { ca }),
        ...(cert === undefined ? {} : { cert }),
        ...(key === undefined ? {} : { key }),
        ...(servername === undefined ? {} : { servername }),
      })
    give(this.#open(targetOf(options)).then(secured), connected)
  }
}

function targetOf({ host, port }: ClientRequestArgs): { host: string; port: number } {
  return { host: host ?? '', port: Number(port) }
}

function give(opened: Promise<Duplex>, connected: Connected | undefined): void {
  opened.then(
    (socket) => connected?.(null, socket),
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- With an error no stream is looked at.
    (error: Error) => connected?.(error, undefined as unknown as Duplex),
  )
}
