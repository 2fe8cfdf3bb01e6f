import type { ApiServer } from './api-server.ts'
import { type ControlLoop, startControlLoop } from './control-loop.ts'

/**
 * The real kube-controller-manager: Deployments get ReplicaSets and Pods, namespaces and owned objects are
 * collected. Pods are placed by `startScheduler`, and become ready where something plays the node (`startKwok`).
 */
export function startControllerManager(server: ApiServer): Promise<ControlLoop> {
  const key = `--service-account-private-key-file=${server.serviceAccountKeyFile}`
  return startControlLoop('kube-controller-manager', server, [key])
}
