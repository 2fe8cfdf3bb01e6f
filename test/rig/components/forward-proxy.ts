// A proxy as companies have them: plain requests by their whole address, and tunnels by CONNECT.
import { createServer, request, type IncomingMessage, type Server } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'

export interface ForwardProxy extends AsyncDisposable {
  readonly url: string
  /** What went through it: `GET http://...`, or `CONNECT host:port`. */
  requests(): readonly string[]
}

export interface ForwardProxyOptions {
  readonly login?: { readonly username: string; readonly password: string }
  /** Where names lead that no DNS knows; all else is looked up. */
  readonly hosts?: Readonly<Record<string, string>>
}

/** Starts a proxy on loopback. */
export async function startForwardProxy(options: ForwardProxyOptions = {}): Promise<ForwardProxy> {
  const seen: string[] = []
  const sockets = new Set<Socket>()
  const addressOf = (host: string): string => options.hosts?.[host] ?? host
  const server = createServer((incoming, response) => {
    if (!isAllowed(incoming, options)) {
      response.writeHead(407).end('sign in first\n')
      return
    }
    seen.push(`${incoming.method ?? ''} ${incoming.url ?? ''}`)
    const { hostname, port, pathname, search } = new URL(incoming.url ?? '/')
    const headers = { ...incoming.headers }
    delete headers['proxy-authorization']
    const path = `${pathname}${search}`
    const { method } = incoming
    const sent = request({ host: addressOf(hostname), port, path, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    sent.on('error', () => response.destroy())
    incoming.pipe(sent)
  })
  server.on('connect', (incoming: IncomingMessage, socket: Socket) => {
    socket.on('error', () => undefined)
    if (!isAllowed(incoming, options)) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
      return
    }
    seen.push(`CONNECT ${incoming.url ?? ''}`)
    const { hostname, port } = new URL(`http://${incoming.url ?? ''}`)
    const there = connect(Number(port), addressOf(hostname), () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      there.pipe(socket)
      socket.pipe(there)
    })
    there.on('error', () => socket.destroy())
    sockets.add(socket).add(there)
  })
  return {
    url: await listen(server),
    requests: () => [...seen],
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.closeAllConnections()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
    },
  }
}

function isAllowed({ headers }: IncomingMessage, { login }: ForwardProxyOptions): boolean {
  if (login === undefined) return true
  const pair = Buffer.from(`${login.username}:${login.password}`).toString('base64')
  return headers['proxy-authorization'] === `Basic ${pair}`
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve())
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- It listens on TCP.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
