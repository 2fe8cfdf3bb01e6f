import { spawn, type ChildProcessByStdio } from 'node:child_process'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Readable, Writable } from 'node:stream'

/** Variables of a CGI program (RFC 3875), and of git. */
export type BackendVariables = Readonly<Record<string, string | undefined>>

export type HttpBackend = ChildProcessByStdio<Writable, Readable, null>

export interface BackendOptions {
  /** Where git is, and what it is asked for: PATH, and GIT_PROJECT_ROOT with PATH_INFO, or PATH_TRANSLATED. */
  readonly variables: BackendVariables
  /** The program; the first `git` of PATH without it. */
  readonly git?: string
}

// The settings of the machine and of its user are not ours; the folder may be mounted, and another user's.
const ALWAYS: BackendVariables = {
  GIT_HTTP_EXPORT_ALL: '1',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'safe.directory',
  GIT_CONFIG_VALUE_0: '*',
  REMOTE_ADDR: '127.0.0.1',
}

/** Starts `git http-backend`, which reads one request and writes one answer. */
export function startHttpBackend({ variables, git = 'git' }: BackendOptions): HttpBackend {
  return spawn(git, ['http-backend'], {
    env: { ...ALWAYS, ...variables },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
}

/** Answers a request of a Git client by `git http-backend`, and gives its process. */
export function answerByHttpBackend(
  request: IncomingMessage,
  response: ServerResponse,
  { variables, ...options }: BackendOptions,
): HttpBackend {
  const child = startHttpBackend({
    ...options,
    variables: { ...variablesOf(request), ...variables },
  })
  child.on('error', () => response.destroy())
  child.stdin.on('error', () => undefined) // git may answer before it has read all.
  response.once('close', () => {
    if (!response.writableFinished) child.kill() // The client has gone.
  })
  request.pipe(child.stdin)
  relay(child.stdout, response)
  return child
}

function variablesOf({ headers, method = 'GET', url = '/' }: IncomingMessage): BackendVariables {
  const length = headers['content-length']
  return {
    REQUEST_METHOD: method,
    QUERY_STRING: new URL(url, 'http://localhost').search.slice(1),
    CONTENT_TYPE: headers['content-type'] ?? '',
    HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '',
    GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
    // Without a length git reads to the end: a client that sends chunks gives none.
    ...(length === undefined ? {} : { CONTENT_LENGTH: length }),
  }
}

/** The answer of a CGI program (headers, an empty line, the body) as one of HTTP. */
function relay(output: Readable, response: ServerResponse): void {
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
    if (!response.headersSent) response.writeHead(500).end('git http-backend gave no answer\n')
  })
}
