import { KustomizeError } from './kustomize-error.ts'
import { idKey, idText, inSameNamespace, type ResourceId, sameId } from './identity/resource-id.ts'
import { refuseObjects } from './limits.ts'
import { isNull } from './node/node.ts'
import type { Resource } from './resource.ts'

/** The objects of a build in the order in which they were read, no two with one id. */
export class ResourceSet {
  #list: readonly Resource[]

  constructor(list: readonly Resource[] = []) {
    this.#list = []
    this.appendAll(list)
  }

  get resources(): readonly Resource[] {
    return this.#list
  }

  /** @throws KustomizeError DUPLICATE_OBJECT */
  appendAll(list: readonly Resource[]): void {
    if (list.length === 0) return
    refuseObjects(this.#list.length + list.length)
    const keys = new Map(this.#list.map((resource) => [idKey(resource.id), resource]))
    for (const resource of list) {
      const key = idKey(resource.id)
      const other = keys.get(key)
      if (other !== undefined) throw duplicate(resource, other)
      keys.set(key, resource)
    }
    this.#list = [...this.#list, ...list]
  }

  /** Puts other objects in the place of all, without looking at ids. */
  reset(list: readonly Resource[]): void {
    this.#list = list
  }

  dropEmpty(): void {
    if (this.#list.some((resource) => resource.isEmpty))
      this.#list = this.#list.filter((resource) => !resource.isEmpty)
  }

  byCurrentId(id: ResourceId): readonly Resource[] {
    return this.#list.filter((resource) => sameId(id, resource.id))
  }

  byAnyId(matches: (id: ResourceId) => boolean): readonly Resource[] {
    return this.#list.filter(
      (resource) =>
        !resource.isEmpty && (matches(resource.id) || resource.previousIds.some(matches)),
    )
  }

  /** The one object that is or was called so. @throws KustomizeError where there is none, or more than one */
  one(id: ResourceId): Resource {
    const found = this.byAnyId((each) => sameId(id, each))
    const [first] = found
    if (first !== undefined && found.length === 1) return first
    const words = found.length > 1 ? 'multiple matches' : 'no matches'
    const name = idText(id)
    throw new KustomizeError(
      'KUSTOMIZE_TARGET',
      `${words} for Id ${name}; failed to find unique target for patch ${name}`,
      {
        hint:
          found.length > 1
            ? 'name one of them by its namespace, or use "target"'
            : 'the name, kind, apiVersion and namespace of the patch must be those of an object in "resources"',
      },
    )
  }

  /** What an object can refer to: all in its namespace, all in none, and of a RoleBinding the service accounts it names. */
  referableBy(referrer: Resource): readonly Resource[] {
    const { id } = referrer
    if (id.clusterScoped) return this.#list
    const namespaces = accountNamespaces(referrer)
    return this.#list.filter(
      (resource) =>
        resource.id.clusterScoped ||
        inSameNamespace(resource.id, id) ||
        namespaces.has(resource.namespace),
    )
  }
}

function duplicate(resource: Resource, other: Resource): KustomizeError {
  const places = [...new Set([other.origin.path, resource.origin.path])].filter(
    (path) => path !== '',
  )
  return new KustomizeError(
    'DUPLICATE_OBJECT',
    `may not add resource with an already registered id: ${idText(resource.id)}`,
    {
      hint:
        places.length === 0
          ? 'remove or rename one'
          : `it is in ${places.join(' and in ')}; remove or rename one`,
    },
  )
}

function accountNamespaces(referrer: Resource): ReadonlySet<string> {
  const namespaces = new Set<string>()
  const { node } = referrer
  if (referrer.kind !== 'RoleBinding' || node?.kind !== 'mapping') return namespaces
  const subjects = node.entries.find(({ key }) => key.value === 'subjects')?.value
  if (subjects?.kind !== 'sequence') return namespaces
  for (const subject of subjects.items) {
    if (subject.kind !== 'mapping') continue
    const get = (name: string) => subject.entries.find(({ key }) => key.value === name)?.value
    const [kind, namespace] = [get('kind'), get('namespace')]
    if (kind?.kind !== 'scalar' || kind.value !== 'ServiceAccount' || namespace === undefined)
      continue
    if (namespace.kind !== 'scalar' || isNull(namespace))
      throw new KustomizeError(
        'KUSTOMIZE_OBJECT',
        `Invalid Input: namespace is blank for resource ${JSON.stringify(idText(referrer.id))}\n`,
        { hint: 'give the subject a namespace, or take the field out' },
      )
    namespaces.add(namespace.value)
  }
  return namespaces
}
