import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { Environment } from '@tidemark/service'

const LOOPBACK = '127.0.0.1'
const PORT = 7374
const BODY_BYTES_MAX = 64 * 1024 * 1024 // A push to the sample repository; its files have kilobytes.
const SERVED = new Set(['/info/refs', '/git-upload-pack', '/git-receive-pack'])

export interface GitServerOptions {
  /** The bare repository that is served as `/sample.git`. */
  readonly repository: string
  readonly environment: Environment
  /** Called after each push that ended well. */
  readonly onPush: () => void
}

export interface GitServer extends AsyncDisposable {
  /** What `git clone` takes. */
  readonly url: string
}

/**
 * Serves the sample repository by `git http-backend`, for clones and pushes from this machine. Gives `undefined`
 * where the machine has no git that can.
 */
export async function startGitServer(options: GitServerOptions): Promise<GitServer | undefined> {
  if (!(await canServe(options))) return undefined
  const server = createServer((request, response) => answer(options, request, response))
  server.requestTimeout = 60_000
  const port = await listen(server, PORT).catch(() => listen(server, 0))
  return {
    url: `http://${LOOPBACK}:${port}/sample.git`,
    [Symbol.asyncDispose]: async () => {
      server.close()
      server.closeAllConnections()
      if (server.listening) await once(server, 'close')
    },
  }
}

/** Whether git is there, and with it the backend, which some systems leave out: one request shows both. */
async function canServe(options: GitServerOptions): Promise<boolean> {
  const child = startBackend(options, { REQUEST_METHOD: 'GET', path: '/HEAD' })
  child.stdin.end()
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  const ended = await once(child, 'close').catch(() => undefined) // No such program.
  return ended !== undefined && Buffer.concat(chunks).includes('ref: refs/heads/')
}

interface Backend {
  readonly path: string
  readonly [name: string]: string
}

function startBackend(
  { repository, environment }: GitServerOptions,
  { path, ...variables }: Backend,
): ReturnType<typeof spawn> & { stdin: NodeJS.WritableStream; stdout: NodeJS.ReadableStream } {
  return spawn('git', ['http-backend'], {
    env: {
      PATH: environment['PATH'],
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_COUNT: '2',
      GIT_CONFIG_KEY_0: 'safe.directory', // The folder may be mounted, and another user's.
      GIT_CONFIG_VALUE_0: '*',
      GIT_CONFIG_KEY_1: 'http.receivepack',
      GIT_CONFIG_VALUE_1: 'true',
      PATH_TRANSLATED: join(repository, path),
      REMOTE_USER: 'local',
      REMOTE_ADDR: LOOPBACK,
      ...variables,
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
}

function answer(
  options: GitServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { pathname, search } = new URL(request.url ?? '/', `http://${LOOPBACK}`)
  const path = pathname.replace(/^\/sample\.git/u, '')
  if (!isFromHere(request)) return refuse(response, 403, 'only git on this machine is served')
  if (path === pathname || !SERVED.has(path))
    return refuse(response, 404, 'git clone /sample.git is all that is here')
  const { headers, method = 'GET' } = request
  if (Number(headers['content-length'] ?? 0) > BODY_BYTES_MAX)
    return refuse(response, 413, `a push has at most ${BODY_BYTES_MAX} bytes`)
  const length = headers['content-length']
  const child = startBackend(options, {
    path,
    REQUEST_METHOD: method,
    QUERY_STRING: search.slice(1),
    CONTENT_TYPE: headers['content-type'] ?? '',
    HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '',
    GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
    // Without a length git reads to the end: a client that sends chunks gives none.
    ...(length === undefined ? {} : { CONTENT_LENGTH: length }),
  })
  child.on('error', () => response.destroy())
  child.stdin.on('error', () => undefined) // git may answer before it has read all.
  request.pipe(child.stdin)
  relay(child.stdout, response)
  child.on('close', (code) => {
    if (code === 0 && path === '/git-receive-pack') options.onPush()
  })
}

/** A page that a browser shows may not reach us, whatever name it gave this machine. */
function isFromHere({ headers }: IncomingMessage): boolean {
  const host = (headers.host ?? '').replace(/:\d+$/u, '')
  return headers.origin === undefined && (host === LOOPBACK || host === 'localhost')
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(`${text}\n`)
}

/** The answer of a CGI program (headers, an empty line, the body) as one of HTTP. */
function relay(output: NodeJS.ReadableStream, response: ServerResponse): void {
  let head = Buffer.alloc(0)
  const onHead = (chunk: Buffer): void => {
    head = Buffer.concat([head, chunk])
    const end = head.indexOf('\r\n\r\n')
    if (end === -1) return
    output.off('data', onHead)
    let status = 200
    for (const line of head.subarray(0, end).toString('latin1').split('\r\n')) {
      const colon = line.indexOf(':')
      const [name, value] = [line.slice(0, colon), line.slice(colon + 1).trim()]
      if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10)
      else response.setHeader(name, value)
    }
    response.writeHead(status)
    response.write(head.subarray(end + 4))
    output.pipe(response)
  }
  output.on('data', onHead)
  output.on('end', () => {
    if (!response.headersSent) refuse(response, 500, 'git http-backend gave no answer')
  })
}

async function listen(server: Server, port: number): Promise<number> {
  const failed = once(server, 'error').then(([error]) => {
    throw error
  })
  server.listen(port, LOOPBACK)
  await Promise.race([once(server, 'listening'), failed])
  failed.catch(() => undefined)
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}
