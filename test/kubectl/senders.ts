import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'

import type { SandboxCore } from '@tidemark/sandbox'

import type { ApiServer } from '../rig/components/api-server.ts'
import type { Answer, Send } from './run-scenario.ts'
import type { Step } from './scenario.ts'

function bodyOf({ body }: Step): string {
  if (body === undefined) return ''
  return typeof body === 'string' ? body : JSON.stringify(body)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Sends to a cluster of a sandbox, in the same process. */
export function toSandbox(core: SandboxCore, cluster: string): Send {
  return async (step) => {
    const [path = '', search = ''] = step.path.split('?', 2)
    const response = await core.handle(cluster, {
      method: step.method,
      path,
      query: new URLSearchParams(search),
      headers: {
        'content-type': step.type,
        accept: step.accept ?? 'application/json',
        'user-agent': 'tidemark-test',
      },
      body: bodyOf(step),
    })
    const text = typeof response.body === 'string' ? response.body : ''
    return { status: response.status, body: parse(text), warnings: response.headers['warning'] }
  }
}

/** Sends to a real API server. */
export function toApiServer(server: Pick<ApiServer, 'url' | 'token' | 'caFile'>): Send {
  const agent = new Agent({ keepAlive: true, ca: readFileSync(server.caFile) })
  return (step) =>
    new Promise<Answer>((resolve, reject) => {
      const headers: Record<string, string> = {
        authorization: `Bearer ${server.token}`,
        accept: step.accept ?? 'application/json',
        'user-agent': 'tidemark-test',
        ...(step.type === undefined ? {} : { 'content-type': step.type }),
        // Node sends no body with a DELETE unless its length is said.
        'content-length': String(Buffer.byteLength(bodyOf(step))),
      }
      const outgoing = request(
        server.url + step.path,
        { method: step.method, headers, agent },
        (incoming) => {
          const chunks: Buffer[] = []
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
          incoming.once('error', reject)
          incoming.once('end', () => {
            const body = parse(Buffer.concat(chunks).toString())
            const warnings = incoming.headers['warning']
            resolve({ status: incoming.statusCode ?? 0, body, warnings: warnings?.toString() })
          })
        },
      )
      outgoing.once('error', reject)
      outgoing.end(bodyOf(step))
    })
}
