// A cluster as a test sees it: a real API server or a sandbox, behind a proxy that counts.
import { systemClock, systemRandom } from '@tidemark/kernel'
import { startSandbox } from '@tidemark/sandbox'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startCluster } from '../components/cluster.ts'
import { startCountingProxy, UNCOUNTED, type CountingProxy, type Target } from './counting-proxy.ts'

/** Objects by their paths at the API server, past the counters of the proxy. */
export interface ByPath {
  /** The object at a path of the API; `undefined` where there is none. */
  get(path: string): Promise<KubeJson | undefined>
  /** Merges into the object, as somebody with kubectl would. */
  edit(path: string, patch: object): Promise<void>
  remove(path: string): Promise<void>
  create(path: string, object: object): Promise<void>
}

export interface TestCluster extends ByPath, AsyncDisposable {
  readonly proxy: CountingProxy
  /** A kubeconfig whose context `test` goes through the proxy. */
  readonly kubeconfig: string
}

/** JSON of an object; a test looks into it with `toMatchObject`. */
export type KubeJson = Readonly<Record<string, unknown>>

/** Real components: an API server with controllers, and one played node. */
export async function realCluster(dir: string): Promise<TestCluster> {
  const server = await startCluster()
  return await behindProxy(
    server,
    { url: server.url, caFile: server.caFile, token: server.token },
    dir,
  )
}

/** A sandbox in this process, so that it outlives the plane that is killed. */
export async function sandboxCluster(dir: string): Promise<TestCluster> {
  const options = { clock: systemClock, random: systemRandom, clusters: ['test'], port: 0 }
  const sandbox = await startSandbox(options)
  return await behindProxy(sandbox, { url: sandbox.url('test') }, dir)
}

async function behindProxy(
  server: AsyncDisposable,
  target: Target,
  dir: string,
): Promise<TestCluster> {
  const proxy = await startCountingProxy(target)
  const kubeconfig = join(dir, 'kubeconfig')
  writeFileSync(kubeconfig, kubeconfigOf(proxy.url), { mode: 0o600 })
  return {
    proxy,
    kubeconfig,
    ...byPath(proxy),
    [Symbol.asyncDispose]: async () => {
      await proxy[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

export function byPath(proxy: CountingProxy): ByPath {
  const ask = async (method: string, path: string, body?: object): Promise<Response> =>
    await fetch(`${proxy.url}${path}`, {
      method,
      headers: {
        [UNCOUNTED]: '1',
        'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  const must = async (method: string, path: string, body?: object): Promise<void> => {
    const answer = await ask(method, path, body)
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    await answer.body?.cancel()
  }
  return {
    get: async (path) => {
      const answer = await ask('GET', path)
      if (answer.status === 404) return undefined
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The API speaks JSON objects.
      return (await answer.json()) as KubeJson
    },
    edit: (path, patch) => must('PATCH', path, patch),
    remove: (path) => must('DELETE', path),
    create: (path, object) => must('POST', path, object),
  }
}

function kubeconfigOf(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'test', user: {} }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
  })
}
