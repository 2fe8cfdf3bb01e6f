import type { JsonObject } from '../json.ts'
import type { SandboxCore } from '../sandbox.ts'

export interface SandboxAnswer {
  readonly status: number
  readonly body: JsonObject
  readonly headers: Readonly<Record<string, string>>
}

/** A cluster of a sandbox in the same process, as a test speaks to it. */
export interface SandboxClient {
  send(method: string, path: string, more?: Sending): Promise<SandboxAnswer>
  get(path: string): Promise<SandboxAnswer>
  create(path: string, body: unknown): Promise<SandboxAnswer>
  apply(path: string, body: unknown, query?: string): Promise<SandboxAnswer>
  /** The events of a watch, until the signal is aborted. */
  watch(path: string, signal: AbortSignal): AsyncGenerator<JsonObject>
}

export interface Sending {
  readonly type?: string
  readonly accept?: string
  readonly body?: unknown
}

export function clientOf(core: SandboxCore, cluster: string): SandboxClient {
  const send = async (method: string, path: string, more: Sending = {}): Promise<SandboxAnswer> => {
    const { body, status, headers } = await core.handle(cluster, requestOf(method, path, more))
    return { status, headers, body: parse(typeof body === 'string' ? body : '{}') }
  }
  return {
    send,
    get: (path) => send('GET', path),
    create: (path, body) => send('POST', path, { body, type: 'application/json' }),
    apply: (path, body, query = 'fieldManager=test') =>
      send('PATCH', `${path}?${query}`, { body, type: 'application/apply-patch+yaml' }),
    watch: (path, signal) => watch(core, cluster, { path, signal }),
  }
}

function requestOf(
  method: string,
  path: string,
  { type, accept, body }: Sending,
): Parameters<SandboxCore['handle']>[1] {
  const [bare = '', search = ''] = path.split('?', 2)
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return {
    method,
    path: bare,
    query: new URLSearchParams(search),
    headers: { 'content-type': type, accept, 'user-agent': 'test' },
    body: body === undefined ? '' : text,
  }
}

async function* watch(
  core: SandboxCore,
  cluster: string,
  { path, signal }: { readonly path: string; readonly signal: AbortSignal },
): AsyncGenerator<JsonObject> {
  const response = await core.handle(cluster, { ...requestOf('GET', path, {}), signal })
  if (typeof response.body === 'string') throw new Error(`${path} is no watch: ${response.body}`)
  for await (const line of response.body) yield parse(line)
}

function parse(text: string): JsonObject {
  const value: unknown = JSON.parse(text)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The API answers with objects.
  return value as JsonObject
}
