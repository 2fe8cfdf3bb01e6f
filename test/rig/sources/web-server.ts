// An HTTP server that answers as a test tells it, and remembers what it was asked.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void

export interface WebServer extends AsyncDisposable {
  /** `http://127.0.0.1:port`. */
  readonly url: string
  /** `127.0.0.1:port`. */
  readonly host: string
  /** Method, path and Authorization of each request. */
  readonly requests: string[]
}

export async function startWebServer(answer: Answer): Promise<WebServer> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request
    requests.push(`${method} ${url} ${headers.authorization ?? '-'}`)
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString('latin1')
    })
    request.on('end', () => answer(request, response, body))
    request.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve())
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- It listens on TCP.
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
    },
  }
}

export function reply(
  response: ServerResponse,
  status: number,
  body: string | Uint8Array = '',
): void {
  response.statusCode = status
  response.end(body)
}
