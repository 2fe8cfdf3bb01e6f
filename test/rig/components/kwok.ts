import { readdirSync } from 'node:fs'
import { join } from 'node:path'

import type { ApiServer } from './api-server.ts'
import { Child, freePort, startIn, temporaryDir } from './child.ts'
import { COMPONENTS, program } from './component.ts'

/** Plays nodes for the pods of an API server: a pod that is bound to a node runs, and becomes ready. */
export async function startKwok(server: ApiServer): Promise<AsyncDisposable> {
  const binary = program('kwok')
  const dir = temporaryDir('kwok')
  const port = await freePort()
  const child = new Child({
    name: 'kwok',
    program: binary,
    args: [
      `--kubeconfig=${server.kubeconfig}`,
      '--manage-all-nodes=true',
      '--node-lease-duration-seconds=40',
      ...stages(),
      `--server-address=127.0.0.1:${port}`,
    ],
    dir: dir.path,
    env: { HOME: dir.path },
    ready: async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).ok,
    readyMs: 60_000,
  })
  const end = await startIn(dir, child)
  return { [Symbol.asyncDispose]: end }
}

/** The stages of kwok's own release, which the installer laid beside it. */
function stages(): readonly string[] {
  const dir = join(COMPONENTS, 'kwok')
  return readdirSync(dir).map((name) => `--config=${join(dir, name)}`)
}
