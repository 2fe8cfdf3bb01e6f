import { request } from 'node:https'

import type { ApiServer } from './api-server.ts'
import { Child, freePort, startIn, temporaryDir } from './child.ts'
import { type Component, program } from './component.ts'

/** One of Kubernetes' own control loops beside an API server. */
export interface ControlLoop extends AsyncDisposable {
  readonly log: () => string
}

/** Starts a control loop without leader election and waits until it calls itself healthy. */
export async function startControlLoop(
  component: Component,
  server: ApiServer,
  args: readonly string[],
): Promise<ControlLoop> {
  const binary = program(component)
  const dir = temporaryDir(component)
  const port = await freePort()
  const child = new Child({
    name: component,
    program: binary,
    args: [
      `--kubeconfig=${server.kubeconfig}`,
      `--authentication-kubeconfig=${server.kubeconfig}`,
      `--authorization-kubeconfig=${server.kubeconfig}`,
      `--secure-port=${port}`,
      '--bind-address=127.0.0.1',
      `--cert-dir=${dir.path}`,
      '--leader-elect=false',
      ...args,
    ],
    dir: dir.path,
    ready: () => isHealthy(port),
    readyMs: 60_000,
  })
  const end = await startIn(dir, child)
  return {
    log: () => child.log(),
    [Symbol.asyncDispose]: end,
  }
}

/** `/healthz` needs no credentials, and whose certificate it is does not matter here. */
function isHealthy(port: number): Promise<boolean> {
  return new Promise<boolean>((resolve, reject) => {
    const options = { rejectUnauthorized: false, agent: false, timeout: 2_000 } as const
    const sent = request(`https://127.0.0.1:${port}/healthz`, options, (answer) => {
      answer.resume()
      resolve(answer.statusCode === 200)
    })
    sent.once('timeout', () => sent.destroy(new Error('timeout')))
    sent.once('error', reject)
    sent.end()
  })
}
