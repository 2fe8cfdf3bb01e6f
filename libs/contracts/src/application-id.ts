/** What names an application: the cluster that it is declared on, and its Flux object. */
export interface ApplicationKey {
  readonly cluster: string
  readonly namespace: string
  readonly kind: string
  readonly name: string
}

/** `<cluster>_<namespace>_<kind>_<name>`: none of the four can hold an underscore in Kubernetes. */
export function applicationId({ cluster, namespace, kind, name }: ApplicationKey): string {
  return [cluster, namespace, kind.toLowerCase(), name].join('_')
}

/** `<cluster>/<namespace>/<name>`: how people read and give the application of an id. What is no id stays as it is. */
export function applicationPath(id: string): string {
  const [cluster, namespace, kind, name, ...more] = id.split('_')
  if (kind === undefined || name === undefined || more.length > 0) return id
  return `${cluster}/${namespace}/${name}`
}
