import type { ApiServer } from './api-server.ts'
import { type ControlLoop, startControlLoop } from './control-loop.ts'

/** The real kube-scheduler: pods are bound to the nodes that there are. */
export function startScheduler(server: ApiServer): Promise<ControlLoop> {
  return startControlLoop('kube-scheduler', server, [])
}
