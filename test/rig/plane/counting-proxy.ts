// Stands before an API server and counts what reaches it.
import { readFileSync } from 'node:fs'
import { createServer, request as plainRequest, type IncomingMessage } from 'node:http'
import { Agent, request as tlsRequest } from 'node:https'
import type { AddressInfo } from 'node:net'

/** Requests with this header are those of a test, and are not counted. */
export const UNCOUNTED = 'x-uncounted'

export interface Target {
  readonly url: string
  readonly caFile?: string
  readonly token?: string
}

/** One request that reached the API server. */
export interface Counted {
  /** `get`, `list`, `watch`, `apply`, `patch`, `create`, `update`, `delete`. */
  readonly verb: string
  readonly path: string
  /** Of a list or a watch: which objects it is confined to. */
  readonly fieldSelector?: string
}

export interface CountingProxy extends AsyncDisposable {
  /** Plain HTTP; it adds the credentials itself. */
  readonly url: string
  /** What came since the last `reset`, in order. */
  requests(): readonly Counted[]
  /** Those that change something. */
  writes(): readonly Counted[]
  reset(): void
}

const READS = new Set(['get', 'list', 'watch'])

/** Starts a proxy for one API server. Watches go through as they are. */
export async function startCountingProxy(target: Target): Promise<CountingProxy> {
  const agent =
    target.caFile === undefined
      ? undefined
      : new Agent({ ca: readFileSync(target.caFile), keepAlive: true })
  let seen: Counted[] = []
  const server = createServer((incoming, response) => {
    if (incoming.headers[UNCOUNTED] === undefined) seen.push(countedOf(incoming))
    const headers = { ...incoming.headers }
    delete headers[UNCOUNTED]
    delete headers.host
    if (target.token !== undefined) headers['authorization'] = `Bearer ${target.token}`
    const open = target.url.startsWith('https:') ? tlsRequest : plainRequest
    const sent = open(
      `${target.url}${incoming.url ?? '/'}`,
      { method: incoming.method, headers, ...(agent === undefined ? {} : { agent }) },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        response.flushHeaders()
        answer.pipe(response)
        answer.on('error', () => response.destroy())
      },
    )
    sent.on('error', () => response.destroy())
    response.on('close', () => sent.destroy())
    incoming.pipe(sent)
  })
  server.keepAliveTimeout = 60_000 // A client may come back on a connection after any pause of a test.
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve())
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- It listens on TCP.
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests: () => [...seen],
    writes: () => seen.filter(({ verb }) => !READS.has(verb)),
    reset: () => {
      seen = []
    },
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
      server.closeAllConnections()
      await closed
      agent?.destroy()
    },
  }
}

function countedOf({ method = 'GET', url = '/', headers }: IncomingMessage): Counted {
  const { pathname, searchParams } = new URL(url, 'http://localhost')
  const isCollection = /\/(?:v\d\w*)\/(?:namespaces\/[^/]+\/)?[^/]+$/u.test(pathname)
  const applies = headers['content-type']?.startsWith('application/apply-patch') === true
  const read = searchParams.has('watch') ? 'watch' : isCollection ? 'list' : 'get'
  const verbs: Readonly<Record<string, string>> = {
    GET: read,
    POST: 'create',
    PUT: 'update',
    PATCH: applies ? 'apply' : 'patch',
    DELETE: 'delete',
  }
  const counted = { verb: verbs[method] ?? method.toLowerCase(), path: pathname }
  const fieldSelector = searchParams.get('fieldSelector')
  return fieldSelector === null ? counted : { ...counted, fieldSelector }
}
