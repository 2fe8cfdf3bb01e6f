import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { ApiError, noSuchResource } from '../api/errors.ts'
import { statusResponse } from '../api/handle.ts'
import { BODY_BYTES_MAX, type ApiRequest, type ApiResponse } from '../api/request.ts'
import { ConnectionCut } from '../refusals.ts'
import type { SandboxCore } from '../sandbox.ts'

export interface HttpServer extends AsyncDisposable {
  readonly port: number
}

interface HttpOptions {
  readonly port: number
  readonly token?: string
}

const LOOPBACK = '127.0.0.1'

/** Serves a sandbox on loopback, one path prefix for each cluster. */
export async function startHttpServer(
  core: SandboxCore,
  options: HttpOptions,
): Promise<HttpServer> {
  const server = createServer((incoming, outgoing) => {
    void serve(core, options, { incoming, outgoing })
  })
  // Watches last long; what ends them is the client, or the server.
  server.requestTimeout = 0
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, LOOPBACK, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : options.port
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
    },
  }
}

const CLOSED = 'the client closed the connection'

interface Exchange {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
}

async function serve(core: SandboxCore, { token }: HttpOptions, exchange: Exchange): Promise<void> {
  const { incoming, outgoing } = exchange
  const ended = new AbortController()
  outgoing.once('close', () => {
    // A reason of its own: the one that is made by default costs as much as a request.
    if (!outgoing.writableFinished) ended.abort(CLOSED)
  })
  try {
    const place = placeOf(incoming)
    authorize(place.token ?? bearerOf(incoming), token)
    const body = await readBody(incoming)
    const request = { ...requestOf(incoming, place), body, signal: ended.signal }
    await send(await core.handle(place.cluster, request), exchange)
  } catch (error) {
    if (error instanceof ApiError) await send(statusResponse(error), exchange)
    else if (error instanceof ConnectionCut || ended.signal.aborted) incoming.socket.destroy()
    else throw error
  }
}

interface Place {
  readonly cluster: string
  readonly token: string | undefined
  readonly base: string
  readonly path: string
  readonly query: URLSearchParams
}

const PLACE = /^(?:\/token\/(?<token>[^/]+))?\/clusters\/(?<cluster>[^/]+)(?<path>\/.*)?$/

function placeOf(incoming: IncomingMessage): Place {
  const [path = '', search = ''] = (incoming.url ?? '').split('?', 2)
  const parts = PLACE.exec(path)?.groups
  if (parts === undefined) throw noSuchResource()
  const rest = parts['path'] ?? '/'
  return {
    base: parts['path'] === undefined ? path : path.slice(0, -rest.length),
    cluster: parts['cluster'] ?? '',
    token: parts['token'],
    path: rest,
    query: new URLSearchParams(search),
  }
}

function requestOf(
  incoming: IncomingMessage,
  { base, path, query }: Place,
): Omit<ApiRequest, 'body' | 'signal'> {
  const headers: Record<string, string | undefined> = {}
  for (const name of ['accept', 'content-type', 'user-agent'] as const)
    headers[name] = incoming.headers[name]
  return { method: incoming.method ?? 'GET', base, path, query, headers }
}

function bearerOf(incoming: IncomingMessage): string {
  return /^Bearer (?<token>.+)$/.exec(incoming.headers.authorization ?? '')?.groups?.['token'] ?? ''
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** Compared by digest, so that the time says nothing of the token. */
function authorize(shown: string, wanted: string | undefined): void {
  if (wanted === undefined) return
  if (!timingSafeEqual(digest(shown), digest(wanted))) {
    throw new ApiError(401, 'Unauthorized', 'Unauthorized')
  }
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Without an encoding, chunks are buffers.
    const bytes = chunk as Buffer
    size += bytes.length
    if (size > BODY_BYTES_MAX) {
      const message = `Request entity too large: limit is ${BODY_BYTES_MAX}`
      throw new ApiError(413, 'RequestEntityTooLarge', message, {})
    }
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString()
}

async function send(response: ApiResponse, { outgoing }: Exchange): Promise<void> {
  if (outgoing.destroyed) return
  if (typeof response.body === 'string') {
    const length = String(Buffer.byteLength(response.body))
    outgoing.writeHead(response.status, { ...response.headers, 'content-length': length })
    outgoing.end(response.body)
    return
  }
  outgoing.writeHead(response.status, response.headers)
  outgoing.flushHeaders()
  for await (const text of response.body) {
    if (outgoing.destroyed) return
    if (!outgoing.write(text)) await drained(outgoing)
  }
  outgoing.end()
}

function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      outgoing.off('drain', end)
      outgoing.off('close', end)
      resolve()
    }
    outgoing.once('drain', end)
    outgoing.once('close', end)
  })
}
