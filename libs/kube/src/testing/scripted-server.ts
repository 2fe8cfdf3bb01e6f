import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

/** One request as it came in. */
export interface SeenRequest {
  readonly method: string
  /** With its query. */
  readonly url: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

export type Answer = (request: SeenRequest, response: ServerResponse) => void | Promise<void>

export interface ScriptedServer extends AsyncDisposable {
  readonly url: string
  readonly seen: readonly SeenRequest[]
}

/**
 * An HTTP server on loopback that answers as a test says: for what no healthy API server ever answers. With a port,
 * it comes back where another was.
 */
export async function startScriptedServer(answer: Answer, onPort = 0): Promise<ScriptedServer> {
  const seen: SeenRequest[] = []
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '', headers } = request
    const one = { method, url, headers, body: await readBody(request) }
    seen.push(one)
    await answer(one, response)
  }
  const server = createServer((request, response) => {
    void handle(request, response)
  })
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject)
    server.listen(onPort, '127.0.0.1', () => {
      const address = server.address()
      if (address === null || typeof address === 'string') reject(new Error('no port'))
      else resolve(address.port)
    })
  })
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
      server.closeAllConnections()
      await closed
    },
  }
}

/** Sends a JSON answer. */
export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response
    .writeHead(status, { 'content-type': 'application/json', ...headers })
    .end(JSON.stringify(body))
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}
