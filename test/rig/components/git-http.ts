import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

import { answerByHttpBackend } from '@tidemark/git'
import { program } from './component.ts'

export interface GitHttpOptions {
  /** What a client must send; without it, anybody may read and push. */
  readonly auth?:
    | { readonly kind: 'basic'; readonly username: string; readonly password: string }
    | { readonly kind: 'bearer'; readonly token: string }
}

export interface GitHttp extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`; a bare repository `shop.git` in the directory is at `/shop.git`. */
  readonly url: string
  /** Requests answered so far: what a poll or a fetch costs. */
  readonly requests: () => number
  /** Stops answering: connections are refused until `start`. */
  stop(): Promise<void>
  /** Answers again on the same port. */
  start(): Promise<void>
}

/**
 * `git http-backend` behind node:http for the bare repositories in `dir`. Pushing works where the repository
 * has `http.receivepack` set to true.
 */
export async function startGitHttp(dir: string, options: GitHttpOptions = {}): Promise<GitHttp> {
  const git = program('git')
  let requests = 0
  const server = createServer((request, response) => {
    requests += 1
    if (isAllowed(request, options.auth)) serve({ git, dir }, request, response)
    else refuse(response)
  })
  const port = await listen(server, 0)
  return {
    url: `http://127.0.0.1:${port}`,
    requests: () => requests,
    stop: () => close(server),
    start: async () => {
      await listen(server, port)
    },
    [Symbol.asyncDispose]: () => close(server),
  }
}

function isAllowed({ headers }: IncomingMessage, auth: GitHttpOptions['auth']): boolean {
  if (auth === undefined) return true
  const expected =
    auth.kind === 'bearer'
      ? `Bearer ${auth.token}`
      : `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`
  return headers.authorization === expected
}

function refuse(response: ServerResponse): void {
  response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end('sign in first\n')
}

function serve(
  { git, dir }: { readonly git: string; readonly dir: string },
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1')
  answerByHttpBackend(request, response, {
    git,
    variables: {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: dir,
      PATH_INFO: decodeURIComponent(pathname),
      REMOTE_USER: 'test',
    },
  })
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise<number>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      const address = server.address()
      if (address === null || typeof address === 'string') reject(new Error('no port'))
      else resolve(address.port)
    })
  })
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve())
  })
  server.closeAllConnections()
  await closed
}
