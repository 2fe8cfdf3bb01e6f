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
