/** Group, version and kind. In a selector an empty part matches anything. */
export interface Gvk {
  readonly group: string
  readonly version: string
  readonly kind: string
}

/** Splits `group/version`; without a slash it is all version. */
export function parseApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/')
  return slash < 0
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) }
}

export function apiVersionOf({ group, version }: Gvk): string {
  return group === '' ? version : `${group}/${version}`
}

/** How kustomize names a Gvk in messages: `Deployment.v1.apps`, with `[noGrp]` and its siblings for empty parts. */
export function gvkText({ group, version, kind }: Gvk): string {
  return `${kind || '[noKind]'}.${version || '[noVer]'}.${group || '[noGrp]'}`
}

export function sameGvk(left: Gvk, right: Gvk): boolean {
  return left.kind === right.kind && left.group === right.group && left.version === right.version
}

/** Whether an object is one that a selector means; empty parts of the selector mean any. */
export function isSelected(gvk: Gvk, selector: Gvk): boolean {
  return (
    (selector.kind === '' || selector.kind === gvk.kind) &&
    (selector.group === '' || selector.group === gvk.group) &&
    (selector.version === '' || selector.version === gvk.version)
  )
}
