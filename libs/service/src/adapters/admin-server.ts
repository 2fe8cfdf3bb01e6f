import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { describeChecks, runChecks, type Check } from '../health.ts'
import type { Metrics } from '../metrics.ts'

export interface AdminServerOptions {
  readonly host: string
  /** 0 for any free port. */
  readonly port: number
  readonly checks: readonly Check[]
  readonly metrics: Metrics
}

export interface AdminServer extends AsyncDisposable {
  readonly port: number
  /** From now on `/readyz` says no, so that no new work is sent here while the rest ends. */
  drain(): void
}

/** `/livez`, `/readyz` (`?verbose`, `/readyz/<check>`) and `/metrics`, on a port of their own. */
export async function startAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  let draining = false
  const server = createServer((request, response) => {
    void answer(request, response, options, () => draining)
  })
  server.listen(options.port, options.host)
  await once(server, 'listening')
  return {
    port: portOf(server),
    drain: () => {
      draining = true
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { checks, metrics }: AdminServerOptions,
  draining: () => boolean,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  if (url.pathname === '/livez' || url.pathname === '/healthz') return say(response, 200, 'ok\n')
  if (url.pathname === '/metrics')
    return say(response, 200, await metrics.registry.metrics(), metrics.registry.contentType)
  if (url.pathname !== '/readyz' && !url.pathname.startsWith('/readyz/'))
    return say(response, 404, 'not found: try /livez, /readyz or /metrics\n')
  if (draining()) return say(response, 503, 'draining\n')
  const wanted = url.pathname.slice('/readyz/'.length)
  const results = await runChecks(checks.filter(({ name }) => wanted === '' || name === wanted))
  const good = results.every(({ problem }) => problem === undefined)
  say(response, good ? 200 : 503, describeChecks(results))
}

function say(response: ServerResponse, status: number, text: string, type = 'text/plain'): void {
  response.writeHead(status, { 'content-type': type }).end(text)
}

function portOf(server: Server): number {
  const address = server.address()
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- A TCP server that listens has one.
  return (address as AddressInfo).port
}
