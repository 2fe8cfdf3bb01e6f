import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerByHttpBackend } from '../http-backend.ts'

export interface GitHttp extends AsyncDisposable {
  /** `http://127.0.0.1:port` */
  readonly url: string
  /** Method and path of every request so far. */
  readonly requests: readonly string[]
}

export interface GitHttpOptions {
  /** The directory whose repositories are served. */
  readonly root: string
  /** The value of the Authorization header that is asked for; anybody may read without it. */
  readonly authorization?: string
  /** What a server says that knows only version 0 of the protocol. */
  readonly protocol?: 'version 0'
}

/** Serves repositories over smart HTTP by `git http-backend` on a free port of loopback. */
export async function startGitHttp(options: GitHttpOptions): Promise<GitHttp> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`)
    if (
      options.authorization !== undefined &&
      request.headers.authorization !== options.authorization
    )
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
    else serve(options, request, response)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = addressOf(server.address())
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function serve(options: GitHttpOptions, request: IncomingMessage, response: ServerResponse): void {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  answerByHttpBackend(request, response, {
    variables: {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: options.root,
      PATH_INFO: decodeURIComponent(pathname),
      ...(options.protocol === undefined ? {} : { GIT_PROTOCOL: '' }),
    },
  })
}

function addressOf(address: string | AddressInfo | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return address
}
