import {
  appliedFields,
  applyEntry,
  displayPath,
  field,
  isJsonObject,
  type JsonObject,
  type KeyedDigest,
  leafPaths,
  managedFields,
  ownsField,
  subtractFields,
  textField,
} from '@tidemark/manifests'

import { type AppliedRecord, projectionDigest } from './inventory.ts'
import { absorbedEntries } from './managers.ts'

/** How a live object differs from what was applied, in the fields that are ours. */
export type Drift =
  | { readonly kind: 'in-sync' }
  | {
      readonly kind: 'changed'
      /** Paths, never values; at most 20. */
      readonly fields: readonly string[]
      /** Who owns the first of them now; empty when nobody does. */
      readonly manager: string
    }
  | { readonly kind: 'deleted' }
  /** Deleted, but its finalizers are not done. */
  | { readonly kind: 'terminating' }
  /** Another object of the same name: deleted and created again by somebody. */
  | { readonly kind: 'replaced' }

export interface DriftContext {
  readonly fieldManager: string
  readonly keyed: KeyedDigest
  /** Whether fields that other known managers have added count: not where the object is applied in mode `merge`. */
  readonly absorb: 'known' | 'nobody'
  /** JSON pointers of fields that may differ; the empty one is the whole object. */
  readonly ignored?: readonly string[]
}

const FIELDS_MAX = 20 // What an event shows; more do not help anybody.
const LOOKED_AT_MAX = 1_000 // Behind fields that may differ there can be one that may not.

/**
 * Compares a live object (undefined: it is gone) with the record of its last apply. It is in sync as long as our
 * manager owns what it owned, these fields hold what they held, and nobody whose fields we take over has added some.
 */
export function driftOf(
  record: AppliedRecord,
  live: JsonObject | undefined,
  context: DriftContext,
): Drift {
  if (live === undefined) return { kind: 'deleted' }
  const metadata = field(live, 'metadata')
  if (textField(metadata, 'uid') !== record.uid) return { kind: 'replaced' }
  if (field(metadata, 'deletionTimestamp') !== undefined) return { kind: 'terminating' }
  if (textField(metadata, 'resourceVersion') === record.resourceVersion) return { kind: 'in-sync' }
  return changedFields(record, live, context)
}

function changedFields(record: AppliedRecord, live: JsonObject, context: DriftContext): Drift {
  const { fieldManager, ignored = [] } = context
  const taken = leafPaths(
    subtractFields(record.fields, appliedFields(live, fieldManager)),
    ignored.length === 0 ? FIELDS_MAX : LOOKED_AT_MAX,
  )
  const lost = taken.filter((path) => !isUnder(path, ignored)).slice(0, FIELDS_MAX)
  if (lost.length > 0) return changed(lost, live, fieldManager)
  // A field that may differ has another value: what was kept of all values together tells nothing of the others.
  if (taken.length > 0 || ignored.includes('')) return { kind: 'in-sync' }
  const [added] = context.absorb === 'known' ? absorbedEntries(live, fieldManager) : []
  const theirs = field(added, 'fieldsV1')
  if (isJsonObject(theirs)) {
    const manager = textField(added, 'manager') ?? ''
    const foreign = leafPaths(subtractFields(theirs, record.fields), FIELDS_MAX)
    return { kind: 'changed', fields: foreign.map(displayPath), manager }
  }
  // Read in another version than it was applied in, the fields have other names, so values cannot be compared.
  if (applyEntry(live, fieldManager)?.apiVersion !== textField(live, 'apiVersion'))
    return { kind: 'in-sync' }
  const now = projectionDigest(live, { ...context, fields: record.fields })
  if (now === record.projectionDigest) return { kind: 'in-sync' }
  // The same owner and another value: somebody writes under our name, or an admission webhook changes its mind.
  return { kind: 'changed', fields: [], manager: fieldManager }
}

/** Whether a path of field keys is at or below one of these pointers. */
function isUnder(path: readonly string[], pointers: readonly string[]): boolean {
  return pointers.some((pointer) => {
    const wanted = pointer.split('/').slice(1).map(unescaped)
    return wanted.length <= path.length && wanted.every((key, index) => isKey(path[index], key))
  })
}

/** `f:` is a field by its name; an item of a list has no index here, so any index means it. */
function isKey(own: string | undefined, wanted: string): boolean {
  if (own === undefined) return false
  return own.startsWith('f:') ? own.slice(2) === wanted : /^(?:\d+|-)$/u.test(wanted)
}

function unescaped(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~')
}

function changed(
  lost: readonly (readonly string[])[],
  live: JsonObject,
  fieldManager: string,
): Drift {
  const [first = []] = lost
  const owner = managedFields(live).find(
    ({ manager, fields }) => manager !== fieldManager && ownsField(fields, first),
  )
  return { kind: 'changed', fields: lost.map(displayPath), manager: owner?.manager ?? '' }
}
