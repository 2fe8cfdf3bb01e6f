import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { once } from 'node:events'
import { parseTraceparent, type TraceContext } from '@tidemark/service'
import { ApiError } from './api-error.ts'
import { PendingPushes, receivePush, type ReceivePushDeps } from './receive-push.ts'
import { HOOK_PATH, type OpenReceivers } from './receivers/open-receivers.ts'
import { receiveDelivery } from './receivers/receive-delivery.ts'

const BODY_BYTES_MAX = 1024 * 1024
const DELIVERY_BYTES_MAX = 3 * 1024 * 1024 // As Flux's.
const ENDING_MS = 2_000 // For deliveries that are being answered.

export interface HookServerOptions {
  readonly host: string
  readonly port: number
  /** PEM texts; without them the server speaks in clear: on loopback, or behind a proxy that ends TLS. */
  readonly tls: { readonly certificate: string; readonly key: string } | undefined
}

export interface HookServer extends AsyncDisposable {
  readonly port: number
}

export interface HookServerDeps extends ReceivePushDeps {
  readonly receivers: OpenReceivers
}

/**
 * `POST /hooks/git`, and `POST /hook/<digest>` of Flux's Receivers: says that something was pushed. Size first, then the MAC,
 * then the body.
 */
export async function startHookServer(
  deps: HookServerDeps,
  { host, port, tls }: HookServerOptions,
): Promise<HookServer> {
  const pending = new PendingPushes(deps.surroundings)
  const server = listenerOf(tls, (request, response) => {
    answer(deps, pending, { request, response }).catch((error: unknown) => {
      deps.surroundings.log.error('webhook failed', { error: String(error) })
      const known = error instanceof ApiError ? error.message : 'the ledger cannot be reached'
      say(response, 503, { message: `${known}; send it again` })
    })
  })
  server.requestTimeout = 10_000
  server.listen(port, host)
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    [Symbol.asyncDispose]: async () => {
      using limit = deps.surroundings.clock.deadline(ENDING_MS)
      limit.signal.addEventListener('abort', () => server.closeAllConnections(), { once: true })
      server.close()
      server.closeIdleConnections()
      await once(server, 'close')
    },
  }
}

function listenerOf(
  tls: HookServerOptions['tls'],
  listener: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  if (tls === undefined) return createServer(listener)
  return createTlsServer({ cert: tls.certificate, key: tls.key, minVersion: 'TLSv1.2' }, listener)
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

async function answer(
  deps: HookServerDeps,
  pending: PendingPushes,
  { request, response }: Exchange,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  if (pathname.startsWith(HOOK_PATH))
    return answerReceiver(deps, pending, { request, response, pathname })
  if (pathname !== '/hooks/git') return say(response, 404, { message: 'hooks are at /hooks/git' })
  if (request.method !== 'POST') return say(response, 405, { message: 'send it with POST' })
  const body = await readBody(request, BODY_BYTES_MAX)
  if (body === undefined)
    return say(response, 413, { message: `a body has at most ${BODY_BYTES_MAX} bytes` })
  const pushed = await receivePush(deps, pending, {
    body,
    signature: header(request, 'x-hub-signature-256') || header(request, 'x-signature'),
    deliveryId: header(request, 'x-github-delivery') || header(request, 'x-delivery-id'),
    trace: traceOf(request),
  })
  if (pushed.kind === 'refused') return say(response, pushed.status, { message: pushed.message })
  say(response, 202, { sources: pushed.sources })
}

/** Who has no Receiver's path learns nothing: not that there are others, and not of what kind. */
async function answerReceiver(
  deps: HookServerDeps,
  pending: PendingPushes,
  { request, response, pathname }: Exchange & { readonly pathname: string },
): Promise<void> {
  const { model, surroundings, receivers, caughtUp } = deps
  await caughtUp.wait()
  const found = await receivers.at(pathname)
  if (found.length === 0) return say(response, 404, { message: 'there is no Receiver here' })
  if (request.method !== 'POST') return say(response, 405, { message: 'send it with POST' })
  const body = await readBody(request, DELIVERY_BYTES_MAX)
  if (body === undefined)
    return say(response, 413, { message: `a body has at most ${DELIVERY_BYTES_MAX} bytes` })
  const delivered = { delivery: { headers: request.headers, body }, trace: traceOf(request) }
  const { status, message } = await receiveDelivery(
    { model, surroundings, pending },
    found,
    delivered,
  )
  say(response, status, { message })
}

function traceOf(request: IncomingMessage): TraceContext | undefined {
  const traceparent = header(request, 'traceparent')
  return parseTraceparent(traceparent) === undefined
    ? undefined
    : { traceparent, tracestate: header(request, 'tracestate') }
}

async function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    const part = Buffer.from(chunk)
    bytes += part.length
    if (bytes > bytesMax) return undefined
    chunks.push(part)
  }
  return Buffer.concat(chunks)
}

function header(request: IncomingMessage, name: string): string {
  const value = request.headers[name]
  return typeof value === 'string' ? value : ''
}

function say(response: ServerResponse, status: number, body: object): void {
  if (response.headersSent) return
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' })
  response.end(`${JSON.stringify(body)}\n`)
}
