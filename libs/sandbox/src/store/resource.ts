import type { Subject } from '../api/errors.ts'
import type { FieldSet } from '../fields/field-set.ts'
import type { JsonObject } from '../json.ts'
import type { MapNode } from '../schema/node.ts'

/** One resource in one version, as it is served under `/apis/GROUP/VERSION/PLURAL`. */
export interface Resource extends Subject {
  readonly group: string
  readonly version: string
  /** `v1` or `group/version`. */
  readonly apiVersion: string
  /** The plural name, which is in the path. */
  readonly resource: string
  readonly singular: string
  readonly kind: string
  readonly listKind: string
  readonly namespaced: boolean
  readonly verbs: readonly string[]
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly subresources: ReadonlySet<string>
  /** `group/plural`: all versions of a resource share their objects. */
  readonly storageKey: string
  /** The version in which objects are kept. */
  readonly storageVersion: string
  readonly schema: MapNode
  /** What an object is before anything was set. */
  readonly zero: JsonObject
  /** What cannot be owned through the resource itself, and through its status. */
  readonly reset: { readonly main: FieldSet; readonly status: FieldSet }
  /** The version of a custom resource definition that defines the resource. */
  readonly custom?: JsonObject
}
