import type { Resource } from './discovery.ts'

/** `/apis/apps/v1/namespaces/shop/deployments`; without a namespace, of all namespaces. */
export function collectionPath(
  { group, version, plural, scope }: Resource,
  namespace: string,
): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`
  const inside =
    scope === 'namespaced' && namespace !== '' ? `/namespaces/${encodeURIComponent(namespace)}` : ''
  return `${root}${inside}/${plural}`
}

/** The path of one object. */
export function objectPath(resource: Resource, namespace: string, name: string): string {
  return `${collectionPath(resource, namespace)}/${encodeURIComponent(name)}`
}

/** `?a=1&b=2`, or nothing; undefined values are left out. */
export function queryString(values: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(values))
    if (value !== undefined) query.set(name, value)
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}
