import { canonicalJson } from './canonical-json.ts'
import {
  field,
  isJsonList,
  isJsonObject,
  type Json,
  jsonEquals,
  type JsonObject,
  parseJson,
  textField,
} from './json.ts'

/**
 * A set of fields in the form of `metadata.managedFields[].fieldsV1` (structured-merge-diff v6): `f:<name>` is a
 * member, `k:<keys>` the element of a list that has these keys, `v:<value>` the element that is this value,
 * `i:<index>` the one at an index, `.` the thing itself. An empty set below a key means all that is there.
 */
export type FieldSet = JsonObject

/** One entry of `metadata.managedFields`. */
export interface ManagedFieldsEntry {
  readonly manager: string
  readonly operation: string
  readonly subresource: string
  /** In which version of its kind the fields are named. */
  readonly apiVersion: string
  readonly fields: FieldSet
}

/** Who owns which fields of a live object. Entries without fields are left out. */
export function managedFields(object: JsonObject): readonly ManagedFieldsEntry[] {
  const entries = field(object, 'metadata', 'managedFields')
  if (!isJsonList(entries)) return []
  return entries.flatMap((entry) => {
    const fields = field(entry, 'fieldsV1')
    if (!isJsonObject(fields)) return []
    return {
      manager: textField(entry, 'manager') ?? '',
      operation: textField(entry, 'operation') ?? '',
      subresource: textField(entry, 'subresource') ?? '',
      apiVersion: textField(entry, 'apiVersion') ?? '',
      fields,
    }
  })
}

/** The fields that `manager` owns by server-side apply; empty when it owns none. */
export function appliedFields(object: JsonObject, manager: string): FieldSet {
  return applyEntry(object, manager)?.fields ?? {}
}

/** The entry of `manager`'s own server-side apply, if there is one. */
export function applyEntry(object: JsonObject, manager: string): ManagedFieldsEntry | undefined {
  return managedFields(object).find(
    (candidate) =>
      candidate.manager === manager &&
      candidate.operation === 'Apply' &&
      candidate.subresource === '',
  )
}

/**
 * What a live object holds in the fields that `manager` owns in `set`, in the shape of the set. Two projections by one
 * set are equal exactly when all of its fields have equal values; a field that is absent differs from every value. Of a
 * mapping that the set has as a whole, but below which others own members, only its presence counts.
 */
export function projectOwned(object: JsonObject, manager: string, set: FieldSet): Json {
  const others = managedFields(object).filter((entry) => entry.manager !== manager)
  return project(object, set, uniteAll(others))
}

/** Not `uniteFields` from `{}` on: there, an empty set is a thing; here it is nothing. */
function uniteAll(entries: readonly ManagedFieldsEntry[]): FieldSet {
  const [first, ...rest] = entries.map(({ fields }) => fields)
  return first === undefined ? {} : rest.reduce(uniteFields, first)
}

function project(value: Json | undefined, set: FieldSet, others: FieldSet): Json {
  if (value === undefined) return ABSENT
  const keys = memberKeys(set)
  if (keys.length === 0)
    return Object.hasOwn(set, '.') || memberKeys(others).length > 0 ? PRESENT : value
  const members = keys.map((key) => {
    const inner = project(memberAt(value, key), objectAt(set, key), objectAt(others, key))
    return [key, inner] as const
  })
  return Object.fromEntries(members)
}

const ABSENT: Json = [null, 'absent'] // Neither is ever a value at a leaf together with a type that changes.
const PRESENT: Json = [null, 'present']

/** The fields of `left` that `right` does not have, as a set. */
export function subtractFields(left: FieldSet, right: FieldSet): FieldSet {
  const rest = Object.keys(left).flatMap((key) => {
    if (key === '.') return [] // Whether the thing itself is owned shows in what is below it.
    const inner = objectAt(left, key)
    if (!Object.hasOwn(right, key)) return [[key, inner] as const]
    const below = subtractFields(inner, objectAt(right, key))
    return Object.keys(below).length === 0 ? [] : [[key, below] as const]
  })
  return Object.fromEntries(rest)
}

/** All fields of both sets. */
export function uniteFields(left: FieldSet, right: FieldSet): FieldSet {
  const [leftKeys, rightKeys] = [Object.keys(left), Object.keys(right)]
  // An empty set is the thing itself, which has to be said once there is something below it.
  if (leftKeys.length === 0) return rightKeys.length === 0 ? {} : { '.': {}, ...right }
  if (rightKeys.length === 0) return { '.': {}, ...left }
  const added = rightKeys.map((key) => {
    const inner = objectAt(right, key)
    return [
      key,
      Object.hasOwn(left, key) ? uniteFields(objectAt(left, key), inner) : inner,
    ] as const
  })
  return Object.fromEntries([...Object.entries(left), ...added])
}

/** Whether the set has this field, or something above or below it. `path` is in the keys of a set. */
export function ownsField(set: FieldSet, path: readonly string[]): boolean {
  let current = set
  for (const key of path) {
    if (!Object.hasOwn(current, key)) return false
    current = objectAt(current, key)
    if (Object.keys(current).length === 0) return true
  }
  return true
}

/** The leaves of a set as paths of its keys, at most `limit` of them. */
export function leafPaths(set: FieldSet, limit: number): readonly (readonly string[])[] {
  const paths: (readonly string[])[] = []
  const walk = (current: FieldSet, above: readonly string[]): void => {
    const keys = memberKeys(current)
    if (keys.length === 0 && above.length > 0 && paths.length < limit) paths.push(above)
    for (const key of keys) if (paths.length < limit) walk(objectAt(current, key), [...above, key])
  }
  walk(set, [])
  return paths
}

/** `spec.template.spec.containers[name=web].image`: how people read a path of a set's keys. */
export function displayPath(path: readonly string[]): string {
  return path.map(displayKey).join('').replace(/^\./u, '')
}

function displayKey(key: string): string {
  const rest = key.slice(2)
  if (key.startsWith('f:')) return /[./]/u.test(rest) ? `['${rest}']` : `.${rest}`
  if (!key.startsWith('k:')) return `[${rest}]`
  const keys = readKey(rest)
  if (!isJsonObject(keys)) return `[${rest}]`
  const parts = Object.entries(keys).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : canonicalJson(value)}`,
  )
  return `[${parts.join(',')}]`
}

function memberAt(value: Json, key: string): Json | undefined {
  const rest = key.slice(2)
  switch (key.slice(0, 2)) {
    case 'f:':
      return field(value, rest)
    case 'k:':
      return elementWithKeys(value, readKey(rest))
    case 'v:':
      return isJsonList(value) ? value.find((item) => jsonEquals(item, readKey(rest))) : undefined
    case 'i:':
      return isJsonList(value) ? value[Number(rest)] : undefined
    default:
      return undefined // Not written by any API server; as good as absent.
  }
}

function elementWithKeys(value: Json, keys: Json | undefined): Json | undefined {
  if (!isJsonList(value) || !isJsonObject(keys)) return undefined
  const wanted = Object.entries(keys)
  return value.find((item) => wanted.every(([name, key]) => jsonEquals(field(item, name), key)))
}

function readKey(text: string): Json | undefined {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

function memberKeys(set: FieldSet): readonly string[] {
  return Object.keys(set).filter((key) => key !== '.')
}

function objectAt(set: FieldSet, key: string): FieldSet {
  const inner = set[key]
  return isJsonObject(inner) ? inner : {}
}
