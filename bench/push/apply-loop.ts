import type { Pool } from 'undici'
import type { FleetObject, Kind } from './fleet.ts'

const AT_ONCE = 8

const RESOURCES: Readonly<Record<Kind, readonly [string, string]>> = {
  ServiceAccount: ['/api/v1', 'serviceaccounts'],
  ConfigMap: ['/api/v1', 'configmaps'],
  Service: ['/api/v1', 'services'],
  Deployment: ['/apis/apps/v1', 'deployments'],
  Ingress: ['/apis/networking.k8s.io/v1', 'ingresses'],
}

/** The baseline: each object by one server-side apply, eight at once over kept connections, and nothing else. */
export async function applyBare(
  pool: Pool,
  headers: Readonly<Record<string, string>>,
  objects: readonly FleetObject[],
): Promise<void> {
  const waiting = objects.map((object) => ({ path: pathOf(object), body: JSON.stringify(object) }))
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { statusCode, body } = await pool.request({
        path: `${next.path}?fieldManager=bare&force=true`,
        method: 'PATCH',
        headers: { ...headers, 'content-type': 'application/apply-patch+yaml' },
        body: next.body,
      })
      const text = await body.text()
      if (statusCode >= 300) throw new Error(`${next.path}: ${statusCode} ${text}`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

function pathOf({ kind, metadata: { namespace, name } }: FleetObject): string {
  const [group, resource] = RESOURCES[kind]
  return `${group}/namespaces/${namespace}/${resource}/${name}`
}
