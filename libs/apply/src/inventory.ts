import {
  apiVersionOf,
  appliedFields,
  canonicalJson,
  digestOf,
  field,
  type FieldSet,
  type InventoryId,
  isJsonList,
  isJsonObject,
  type Json,
  type JsonObject,
  type KeyedDigest,
  type ObjectIdentity,
  parseInventoryId,
  parseJson,
  projectOwned,
  replaceSecretValues,
  textField,
} from '@tidemark/manifests'

/**
 * One object that an application may have on a cluster. `id` and `version` are those of a Flux inventory. Without
 * `applied`, only the intent to apply it is known: the object may be there or not.
 */
export interface InventoryEntry {
  readonly id: InventoryId
  readonly version: string
  readonly applied?: AppliedRecord
}

/** What the API server answered to the last apply: enough to know, without another request, that nothing has changed. */
export interface AppliedRecord {
  readonly uid: string
  readonly resourceVersion: string
  /** The keyed digest of the object that was sent. */
  readonly objectDigest: string
  /** The fields that our field manager owned afterwards. */
  readonly fields: FieldSet
  /** The keyed digest of the values in these fields. */
  readonly projectionDigest: string
}

export class InventoryUnreadable extends Error {
  override readonly name: string = 'InventoryUnreadable'
}

const FORMAT = 1
const ENTRIES_MAX = 100_000 // Ten times the largest release that we know of; a bound for what is read back.

/** The record of an apply, from the object that was answered. */
export function appliedRecord(
  answered: JsonObject,
  sent: {
    readonly objectDigest: string
    readonly fieldManager: string
    readonly keyed: KeyedDigest
  },
): AppliedRecord {
  const { objectDigest, fieldManager, keyed } = sent
  const fields = appliedFields(answered, fieldManager)
  return {
    uid: textField(answered, 'metadata', 'uid') ?? '',
    resourceVersion: textField(answered, 'metadata', 'resourceVersion') ?? '',
    objectDigest,
    fields,
    projectionDigest: projectionDigest(answered, { fieldManager, fields, keyed }),
  }
}

/** The keyed digest of what a live object holds in a set of fields. */
export function projectionDigest(
  live: JsonObject,
  owned: { readonly fieldManager: string; readonly fields: FieldSet; readonly keyed: KeyedDigest },
): string {
  return digestOf(
    projectOwned(replaceSecretValues(live, owned.keyed), owned.fieldManager, owned.fields),
  )
}

/** What an entry names, or undefined for an id that is none. */
export function identityOf({
  id,
  version,
}: Pick<InventoryEntry, 'id' | 'version'>): ObjectIdentity | undefined {
  const parsed = parseInventoryId(id)
  return parsed === undefined ? undefined : { ...parsed, version }
}

/** `v1` or `apps/v1` of an entry's object. */
export function entryApiVersion(entry: InventoryEntry): string {
  return apiVersionOf({ group: identityOf(entry)?.group ?? '', version: entry.version })
}

/** The inventory as text, the same for the same entries. It holds no values, only names and keyed digests. */
export function encodeInventory(entries: readonly InventoryEntry[]): string {
  const rows = entries.map(({ id, version, applied }): Json => {
    if (applied === undefined) return { id, v: version }
    return { id, v: version, applied: { ...applied } }
  })
  return canonicalJson({ format: FORMAT, entries: rows })
}

/** Reads what `encodeInventory` wrote. Throws `InventoryUnreadable`. */
export function decodeInventory(text: string): readonly InventoryEntry[] {
  const value = parseOrRefuse(text)
  const rows = field(value, 'entries')
  if (field(value, 'format') !== FORMAT || !isJsonList(rows))
    throw new InventoryUnreadable(`an inventory has format ${FORMAT} and a list of entries`)
  if (rows.length > ENTRIES_MAX) throw new InventoryUnreadable(`more than ${ENTRIES_MAX} entries`)
  return rows.map(decodeEntry)
}

function decodeEntry(row: Json): InventoryEntry {
  const entry = { id: required(row, 'id'), version: required(row, 'v') }
  const applied = field(row, 'applied')
  return applied === undefined ? entry : { ...entry, applied: decodeApplied(applied) }
}

function decodeApplied(value: Json): AppliedRecord {
  const fields = field(value, 'fields')
  if (!isJsonObject(fields)) throw new InventoryUnreadable('an applied entry has no fields')
  return {
    uid: required(value, 'uid'),
    resourceVersion: required(value, 'resourceVersion'),
    objectDigest: required(value, 'objectDigest'),
    fields,
    projectionDigest: required(value, 'projectionDigest'),
  }
}

function required(value: Json, key: string): string {
  const text = textField(value, key)
  if (text === undefined) throw new InventoryUnreadable(`an entry has no ${key}`)
  return text
}

function parseOrRefuse(text: string): Json {
  try {
    return parseJson(text)
  } catch (cause) {
    throw new InventoryUnreadable('an inventory is JSON', { cause })
  }
}
