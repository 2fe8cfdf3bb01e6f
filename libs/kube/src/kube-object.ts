/** Data of the wire. Integers beyond 53 bits lose digits here: what is sent is text, what is read is compared only. */
export type WireValue = null | boolean | number | string | readonly WireValue[] | KubeObject

/** An object as the API server sends it. Read a key that input chose with `Object.hasOwn` first. */
export interface KubeObject {
  readonly [key: string]: WireValue
}

/** What names an object to an API server. `namespace` is empty for an object of the whole cluster. */
export interface ObjectRef {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

/** A kind in one version. */
export type KindRef = Pick<ObjectRef, 'group' | 'version' | 'kind'>

/** `Deployment/shop/web`: how messages name an object. */
export function refName({
  kind,
  namespace,
  name,
}: Pick<ObjectRef, 'kind' | 'namespace' | 'name'>): string {
  return namespace === '' ? `${kind}/${name}` : `${kind}/${namespace}/${name}`
}

/** The value at a path, or undefined. */
export function valueAt(
  value: WireValue | undefined,
  ...path: readonly string[]
): WireValue | undefined {
  let current = value
  for (const key of path) {
    if (!isObject(current) || !Object.hasOwn(current, key)) return undefined
    current = current[key]
  }
  return current
}

/** The text at a path; empty where there is none. */
export function textAt(value: WireValue | undefined, ...path: readonly string[]): string {
  const found = valueAt(value, ...path)
  return typeof found === 'string' ? found : ''
}

/** The list at a path; empty where there is none. */
export function listAt(
  value: WireValue | undefined,
  ...path: readonly string[]
): readonly WireValue[] {
  const found = valueAt(value, ...path)
  return isList(found) ? found : []
}

export function isObject(value: WireValue | undefined): value is KubeObject {
  return typeof value === 'object' && value !== null && !isList(value)
}

function isList(value: WireValue | undefined): value is readonly WireValue[] {
  return Array.isArray(value)
}
