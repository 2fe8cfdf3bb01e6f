import { readFileSync } from 'node:fs'

import { systemClock, systemRandom } from '@tidemark/kernel'
import { type ClusterAccess, directAccess } from '@tidemark/kube'
import { startSandbox } from '@tidemark/sandbox'

import { startApiServer, type ApiServerRelease } from '../rig/components/api-server.ts'

/** An API server that a suite may fill, and how to end it. */
export interface ServerUnderTest extends AsyncDisposable {
  readonly access: ClusterAccess
}

/** A real kube-apiserver; nothing runs beside it. */
export async function realServer(release: ApiServerRelease = 'newest'): Promise<ServerUnderTest> {
  const server = await startApiServer({ release })
  const { url, token, caFile } = server
  return {
    access: directAccess({ server: url, token, ca: readFileSync(caFile, 'utf8') }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

/** A sandbox cluster, over HTTP as everybody else reaches it, and without controllers. */
export async function sandboxServer(): Promise<ServerUnderTest> {
  const sandbox = await startSandbox({
    clock: systemClock,
    random: systemRandom,
    clusters: ['dev'],
    controllers: 'off',
    port: 0,
  })
  return {
    access: directAccess({ server: sandbox.url('dev') }),
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  }
}
