import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'

import { type ApiServer, type ApiServerOptions, startApiServer } from './api-server.ts'
import type { Component } from './component.ts'
import { startControllerManager } from './controller-manager.ts'
import { startKwok } from './kwok.ts'
import { startScheduler } from './scheduler.ts'

/** The components that `startCluster` needs. */
export const CLUSTER: readonly Component[] = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kwok',
  'kubectl',
]

/** A whole cluster of real components with one played node: what is deployed becomes ready in seconds. */
export async function startCluster(options: ApiServerOptions = {}): Promise<ApiServer> {
  await using held = new AsyncDisposableStack()
  const server = held.use(await startApiServer(options))
  held.use(await startControllerManager(server))
  held.use(await startScheduler(server))
  held.use(await startKwok(server))
  await createNode(server)
  const owned = held.move()
  return { ...server, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

const NODE = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node-1', labels: { 'kubernetes.io/hostname': 'node-1' } },
  status: { capacity: { cpu: '64', memory: '512Gi', pods: '1000' } },
}

function createNode(server: ApiServer): Promise<void> {
  const agent = new Agent({ ca: readFileSync(server.caFile) })
  const headers = {
    authorization: `Bearer ${server.token}`,
    'content-type': 'application/json',
  }
  return new Promise((resolve, reject) => {
    const sent = request(
      `${server.url}/api/v1/nodes`,
      { method: 'POST', headers, agent },
      (answer) => {
        answer.resume()
        answer.on('end', () => {
          agent.destroy()
          if (answer.statusCode === 201) resolve()
          else reject(new Error(`cannot create the node: ${answer.statusCode}`))
        })
      },
    )
    sent.on('error', reject)
    sent.end(JSON.stringify(NODE))
  })
}
