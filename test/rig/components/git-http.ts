import { spawn } from 'node:child_process'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

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
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  const child = spawn(git, ['http-backend'], {
    env: {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: dir,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_COUNT: '1', // The directory may belong to another user than this process.
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      REQUEST_METHOD: request.method,
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      // Without a length, git reads the body to its end (Content-Length is absent when a client sends chunks).
      ...(request.headers['content-length'] === undefined
        ? {}
        : { CONTENT_LENGTH: request.headers['content-length'] }),
      REMOTE_USER: 'test',
      REMOTE_ADDR: '127.0.0.1',
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  child.on('error', () => response.destroy())
  child.stdin.on('error', () => undefined) // git may answer before it has read all.
  request.pipe(child.stdin)
  answerFrom(child.stdout, response)
}

/** Turns the CGI answer (headers, an empty line, the body) into an HTTP one. */
function answerFrom(output: NodeJS.ReadableStream, response: ServerResponse): void {
  let head = Buffer.alloc(0)
  let headersSent = false
  output.on('data', (chunk: Buffer) => {
    if (headersSent) {
      response.write(chunk)
      return
    }
    head = Buffer.concat([head, chunk])
    const end = head.indexOf('\r\n\r\n')
    if (end === -1) return
    headersSent = true
    let status = 200
    for (const line of head.subarray(0, end).toString('latin1').split('\r\n')) {
      const colon = line.indexOf(':')
      const [name, value] = [line.slice(0, colon), line.slice(colon + 1).trim()]
      if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10)
      else response.setHeader(name, value)
    }
    response.writeHead(status)
    response.write(head.subarray(end + 4))
  })
  output.on('end', () => {
    if (headersSent) response.end()
    else response.writeHead(500).end('git http-backend gave no answer\n')
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
