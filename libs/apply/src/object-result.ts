import type { InventoryId, JsonObject, ObjectIdentity } from '@tidemark/manifests'

/** What became of one object. */
export interface ObjectResult {
  readonly id: InventoryId
  readonly identity: ObjectIdentity
  readonly action: ObjectAction
  /** Why it failed, was held, skipped or not tried: `forbidden`, `immutable`, `mass-prune`, ... */
  readonly code?: string
  readonly message?: string
  /** The object as the API server answered it, after a write. It may hold secrets: it MUST NOT be logged. */
  readonly object?: JsonObject
}

export type ObjectAction =
  | 'created'
  | 'configured'
  | 'recreated'
  | 'unchanged'
  | 'skipped'
  | 'pruned'
  | 'held'
  | 'failed'
  /** Nothing was sent: something before it failed, or the work was ended. */
  | 'not-tried'
