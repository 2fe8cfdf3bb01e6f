// A chart repository as any web server has it: an index and packages.
import { hash } from 'node:crypto'
import { reply, startWebServer, type WebServer } from './web-server.ts'

export interface ChartRepositoryRig extends AsyncDisposable {
  readonly server: WebServer
  /** What is served, by path. */
  readonly files: Map<string, string | Uint8Array>
  /** Puts a package and names it in the index. */
  publish(name: string, version: string, bytes: Uint8Array, entry?: ChartEntry): void
}

export interface ChartEntry {
  readonly url?: string
  readonly created?: string
  readonly digest?: string
}

export async function startChartRepository(login?: {
  readonly username: string
  readonly password: string
}): Promise<ChartRepositoryRig> {
  const files = new Map<string, string | Uint8Array>()
  const entries = new Map<string, string[]>()
  const expected =
    login && `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`
  const server = await startWebServer((request, response) => {
    if (expected !== undefined && request.headers.authorization !== expected)
      return reply(response, 401)
    const file = files.get(request.url ?? '')
    return file === undefined ? reply(response, 404) : reply(response, 200, file)
  })
  return {
    server,
    files,
    publish: (name, version, bytes, entry = {}) => {
      const {
        url = `charts/${name}-${version}.tgz`,
        created,
        digest = hash('sha256', bytes),
      } = entry
      files.set(`/charts/${name}-${version}.tgz`, bytes)
      const lines = [
        `  - apiVersion: v2`,
        `    created: ${JSON.stringify(created ?? '2026-01-01T00:00:00Z')}`,
        `    description: |-`,
        `      a chart: with a`,
        ``,
        `      description`,
        `    digest: ${digest}`,
        `    name: ${name}`,
        `    urls:`,
        `    - ${url}`,
        `    version: ${version}`,
      ]
      entries.set(name, [...(entries.get(name) ?? []), ...lines])
      const blocks = [...entries].flatMap(([each, text]) => [`  ${each}:`, text.join('\n')])
      const index = ['apiVersion: v1', 'entries:', ...blocks, 'generated: "2026-01-01T00:00:00Z"']
      files.set('/index.yaml', `${index.join('\n')}\n`)
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
