import { effectiveNamespace, type ResourceId } from './identity/resource-id.ts'
import type { Gvk } from './identity/gvk.ts'
import type { Selector } from './kustomization/model.ts'
import { parseLabelSelector } from './label-selector.ts'
import { requireRegex } from './regex.ts'
import type { Resource } from './resource.ts'

/** A selector, its patterns compiled and anchored. */
export interface CompiledSelector {
  matchesGvk(gvk: Gvk): boolean
  matchesName(name: string): boolean
  matchesNamespace(namespace: string): boolean
  /** Whether labels and annotations are as the selector wants them. */
  matchesMetadata(resource: Resource): boolean
  /** Whether the selector names anything but labels and annotations. */
  readonly hasId: boolean
}

/** @throws KustomizeError REGEX_SYNTAX, or a label selector that is none */
export function compileSelector(selector: Selector): CompiledSelector {
  const group = anchored(selector.group)
  const version = anchored(selector.version)
  const kind = anchored(selector.kind)
  const labels = parseLabelSelector(selector.labelSelector)
  const annotations = parseLabelSelector(selector.annotationSelector)
  return {
    matchesGvk: (gvk) => group(gvk.group) && version(gvk.version) && kind(gvk.kind),
    matchesName: anchored(selector.name),
    matchesNamespace: anchored(selector.namespace),
    matchesMetadata: (resource) => labels(resource.labels) && annotations(resource.annotations),
    hasId: [
      selector.group,
      selector.version,
      selector.kind,
      selector.name,
      selector.namespace,
    ].some((part) => part !== ''),
  }
}

/** What a selector looks at, of an object that is no resource of a build. */
export interface SelectedObject {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly labels: ReadonlyMap<string, string>
  readonly annotations: ReadonlyMap<string, string>
}

/** Whether an object is one that a selector means. @throws KustomizeError, as `compileSelector` */
export function objectSelector(selector: Selector): (object: SelectedObject) => boolean {
  const compiled = compileSelector(selector)
  const labels = parseLabelSelector(selector.labelSelector)
  const annotations = parseLabelSelector(selector.annotationSelector)
  return (object) =>
    compiled.matchesGvk(object) &&
    compiled.matchesName(object.name) &&
    compiled.matchesNamespace(object.namespace) &&
    labels(object.labels) &&
    annotations(object.annotations)
}

/** The objects that a selector means, by what they are called now or were called first. */
export function select(resources: readonly Resource[], selector: Selector): readonly Resource[] {
  const compiled = compileSelector(selector)
  return resources.filter(
    (resource) =>
      either(resource, (id) => compiled.matchesNamespace(effectiveNamespace(id))) &&
      either(resource, (id) => compiled.matchesName(id.name)) &&
      compiled.matchesGvk(resource.gvk) &&
      compiled.matchesMetadata(resource),
  )
}

function anchored(pattern: string): (text: string) => boolean {
  if (pattern === '') return () => true
  const regex = requireRegex(`^(?:${pattern})$`)
  return (text) => regex.matches(text)
}

function either(resource: Resource, matches: (id: ResourceId) => boolean): boolean {
  return matches(resource.originalId) || matches(resource.id)
}
