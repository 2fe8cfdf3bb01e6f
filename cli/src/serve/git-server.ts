import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { answerByHttpBackend, startHttpBackend } from '@tidemark/git'
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
  const variables = { ...variablesOf(options, '/HEAD'), REQUEST_METHOD: 'GET' }
  const child = startHttpBackend({ variables })
  child.stdin.end()
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  const ended = await once(child, 'close').catch(() => undefined) // No such program.
  return ended !== undefined && Buffer.concat(chunks).includes('ref: refs/heads/')
}

/** What git is told of the repository. */
function variablesOf(
  { repository, environment }: GitServerOptions,
  path: string,
): Readonly<Record<string, string | undefined>> {
  return {
    PATH: environment['PATH'],
    PATH_TRANSLATED: join(repository, path),
    REMOTE_USER: 'local', // Who has a name may push.
  }
}

function answer(
  options: GitServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { pathname } = new URL(request.url ?? '/', `http://${LOOPBACK}`)
  const path = pathname.replace(/^\/sample\.git/u, '')
  if (!isFromHere(request)) return refuse(response, 403, 'only git on this machine is served')
  if (path === pathname || !SERVED.has(path))
    return refuse(response, 404, 'git clone /sample.git is all that is here')
  if (Number(request.headers['content-length'] ?? 0) > BODY_BYTES_MAX)
    return refuse(response, 413, `a push has at most ${BODY_BYTES_MAX} bytes`)
  const child = answerByHttpBackend(request, response, { variables: variablesOf(options, path) })
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
