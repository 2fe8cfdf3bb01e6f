import { type Json, type JsonObject, field, isJsonList, isJsonObject, textField } from './json.ts'
import { displayName, inventoryId, type ObjectIdentity, splitApiVersion } from './identity.ts'

/** A Kubernetes object that has an apiVersion, a kind and a name. */
export interface Manifest {
  readonly identity: ObjectIdentity
  readonly object: JsonObject
}

/** A document that is no Kubernetes object; `message` says which one and what it lacks. */
export class ManifestRefused extends Error {
  override readonly name: string = 'ManifestRefused'
}

const LIST_DEPTH_MAX = 8 // Lists of lists: nobody writes them, an attacker might.

/**
 * Reads one document into its objects: one, or for a `List` its items. `origin` is how messages name the document
 * (a file, a line). Null and an empty mapping are no object, as for kubectl. Throws `ManifestRefused`.
 */
export function readManifests(value: Json, origin: string): readonly Manifest[] {
  return readNested(value, origin, LIST_DEPTH_MAX)
}

function readNested(value: Json, origin: string, depth: number): readonly Manifest[] {
  if (value === null) return []
  if (!isJsonObject(value))
    throw new ManifestRefused(
      `${origin}: a Kubernetes object is a mapping, this is ${typeName(value)}`,
    )
  if (Object.keys(value).length === 0) return []
  const items = field(value, 'items')
  const kind = textField(value, 'kind') ?? ''
  if (!kind.endsWith('List') || !isJsonList(items)) return [readManifest(value, origin)]
  if (depth === 0)
    throw new ManifestRefused(`${origin}: lists in lists, more than ${LIST_DEPTH_MAX} deep`)
  return items.flatMap((item, index) => readNested(item, `${origin}, items[${index}]`, depth - 1))
}

/** Reads one object. Throws `ManifestRefused`. */
export function readManifest(value: Json, origin: string): Manifest {
  if (!isJsonObject(value))
    throw new ManifestRefused(
      `${origin}: a Kubernetes object is a mapping, this is ${typeName(value)}`,
    )
  const apiVersion = required(value, ['apiVersion'], origin)
  const kind = required(value, ['kind'], origin)
  const name = required(value, ['metadata', 'name'], `${origin}: ${kind}`)
  const namespace = optional(value, ['metadata', 'namespace'], `${origin}: ${kind}/${name}`)
  return { identity: { ...splitApiVersion(apiVersion), kind, namespace, name }, object: value }
}

/** Throws `ManifestRefused` where two manifests are the same object: the cluster would keep the last one. */
export function refuseDuplicates(manifests: readonly Manifest[]): void {
  const seen = new Set<string>()
  for (const { identity } of manifests) {
    const id = inventoryId(identity)
    if (seen.has(id))
      throw new ManifestRefused(
        `${displayName(identity)} (${identity.group || 'core'}) is there twice`,
      )
    seen.add(id)
  }
}

function required(value: JsonObject, path: readonly string[], origin: string): string {
  const found = optional(value, path, origin)
  if (found === '') throw new ManifestRefused(`${origin}: ${path.join('.')} is missing`)
  return found
}

function optional(value: JsonObject, path: readonly string[], origin: string): string {
  const found = field(value, ...path) ?? ''
  if (typeof found !== 'string')
    throw new ManifestRefused(
      `${origin}: ${path.join('.')} must be a string, not ${typeName(found)}`,
    )
  return found
}

function typeName(value: Json): string {
  if (value === null) return 'null'
  if (isJsonList(value)) return 'a list'
  if (isJsonObject(value)) return 'a mapping'
  return typeof value === 'string' ? 'a string' : `the ${typeof value} ${String(value)}`
}
