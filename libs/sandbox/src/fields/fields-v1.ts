import { isObject, type JsonObject, type MutableObject } from '../json.ts'
import { compareElements, type FieldSet, EMPTY_SET, type FieldEntry } from './field-set.ts'

/** The trie as `fieldsV1` of a managedFields entry spells it (structured-merge-diff v6, serialize.go). */
export function toFieldsV1(set: FieldSet): JsonObject {
  const known = encoded.get(set)
  if (known !== undefined) return known
  const out = encode(set)
  encoded.set(set, out)
  decoded.set(out, set)
  return out
}

/** The set of a `fieldsV1` object. Elements of an unknown form are kept as they are. */
export function fromFieldsV1(fields: JsonObject): FieldSet {
  const known = decoded.get(fields)
  if (known !== undefined) return known
  const set = decode(fields)
  decoded.set(fields, set)
  return set
}

// A stored object keeps its fieldsV1 objects, so each is read at most once.
const decoded = new WeakMap<JsonObject, FieldSet>()
const encoded = new WeakMap<FieldSet, JsonObject>()

function encode(set: FieldSet): JsonObject {
  const out: MutableObject = {}
  for (const element of [...set.keys()].toSorted(compareElements)) {
    const entry = set.get(element)
    if (entry === undefined) continue
    const below = encode(entry.below)
    const isLeaf = entry.below.size === 0
    out[element] = entry.own && !isLeaf ? { '.': {}, ...below } : below
  }
  return out
}

function decode(fields: JsonObject): FieldSet {
  const out = new Map<string, FieldEntry>()
  for (const [element, value] of Object.entries(fields)) {
    if (element === '.' || !isObject(value)) continue
    const below = decode(value)
    const own = '.' in value || Object.keys(value).length === 0
    out.set(element, { own, below: below.size === 0 ? EMPTY_SET : below })
  }
  return out
}
