import type { ApiRequest } from './api/request.ts'

/** How many requests each cluster had, by verb and resource: `list deployments`, `apply configmaps`. */
export class RequestCounts {
  readonly #counts = new Map<string, Map<string, number>>()

  count(cluster: string, request: ApiRequest): void {
    const counts = this.#counts.get(cluster) ?? new Map<string, number>()
    this.#counts.set(cluster, counts)
    const name = nameOf(request)
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }

  /** The counts of one cluster since the start or the last reset. */
  of(cluster: string): ReadonlyMap<string, number> {
    return new Map(this.#counts.get(cluster))
  }

  total(): number {
    let sum = 0
    for (const counts of this.#counts.values()) for (const count of counts.values()) sum += count
    return sum
  }

  reset(): void {
    this.#counts.clear()
  }
}

function nameOf(request: ApiRequest): string {
  const parts = request.path.split('/').filter((part) => part !== '')
  const rest = parts.slice(parts[0] === 'api' ? 2 : 3)
  const isResource = (parts[0] === 'api' || parts[0] === 'apis') && rest.length > 0
  if (!isResource) return `${request.method.toLowerCase()} ${request.path}`
  const inside = rest[0] === 'namespaces' && rest.length > 2 && rest[2] !== 'status'
  const [resource = '', name, subresource] = inside ? rest.slice(2) : rest
  const full = subresource === undefined ? resource : `${resource}/${subresource}`
  return `${verbOf(request, name)} ${full}`
}

function verbOf(request: ApiRequest, name: string | undefined): string {
  switch (request.method) {
    case 'GET': {
      const watch = request.query.get('watch')
      if (watch === 'true' || watch === '1') return 'watch'
      return name === undefined ? 'list' : 'get'
    }
    case 'POST':
      return 'create'
    case 'PUT':
      return 'update'
    case 'PATCH':
      return request.headers['content-type']?.startsWith('application/apply-patch') === true
        ? 'apply'
        : 'patch'
    case 'DELETE':
      return name === undefined ? 'deletecollection' : 'delete'
    default:
      return request.method.toLowerCase()
  }
}
