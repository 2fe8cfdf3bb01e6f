import type { Json } from '../json.ts'

/**
 * The shape of a value, as structured-merge-diff and strategic merge see it. Nodes of recursive types refer to
 * themselves, so they are never walked without a value beside them.
 */
export type SchemaNode = ScalarNode | ListNode | MapNode | AnyNode

export type ScalarType = 'string' | 'integer' | 'number' | 'boolean' | 'any'

export interface ScalarNode {
  readonly kind: 'scalar'
  readonly type: ScalarType
  readonly format?: 'date-time' | 'byte' | 'int-or-string' | 'quantity' | 'int64'
}

export interface ListNode {
  readonly kind: 'list'
  /** `atomic`: one owner for the whole; `set`: of scalars; `map`: of objects that `keys` tell apart. */
  readonly relation: 'atomic' | 'set' | 'map'
  readonly keys: readonly string[]
  readonly element: SchemaNode
}

export interface MapNode {
  readonly kind: 'map'
  readonly relation: 'granular' | 'atomic'
  readonly fields: ReadonlyMap<string, Field>
  /** What a key that is not a field holds; without it such a key is unknown. */
  readonly element?: SchemaNode
  readonly required: readonly string[]
  /** Keys that are not fields are kept although the type has fields (custom resources). */
  readonly preserve?: boolean
  /** The value is a whole Kubernetes object: apiVersion, kind and metadata belong to it. */
  readonly embedded?: boolean
  readonly typeName?: string
}

/** Any value. `deduced`: maps in it are granular, lists are atomic; otherwise everything is atomic. */
export interface AnyNode {
  readonly kind: 'any'
  readonly deduced: boolean
}

export interface Field {
  readonly node: SchemaNode
  readonly default?: Json
  /** How a strategic merge patch treats the field (its `patchStrategy` and `patchMergeKey`). */
  readonly patch?: PatchRule
}

export interface PatchRule {
  readonly merge: boolean
  readonly retainKeys: boolean
  readonly key?: string
}

export const ATOMIC_ANY: AnyNode = { kind: 'any', deduced: false }
export const DEDUCED_ANY: AnyNode = { kind: 'any', deduced: true }

/** The node of a key in a map: its field, or what other keys hold. */
export function childNode(map: MapNode, key: string): SchemaNode | undefined {
  return map.fields.get(key)?.node ?? map.element
}
