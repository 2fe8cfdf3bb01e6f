/**
 * Which fields of an object a manager owns: a trie over path elements. Elements are spelled as in fieldsV1:
 * `f:name`, `k:{"name":"web"}`, `v:"x"`, `i:0`. A set is never changed once it was handed out.
 */
export type FieldSet = ReadonlyMap<string, FieldEntry>

export interface FieldEntry {
  /** The element itself is in the set. */
  readonly own: boolean
  /** What is in the set below the element. */
  readonly below: FieldSet
}

export const EMPTY_SET: FieldSet = new Map()

/** A set while it is being filled. */
export type OpenSet = Map<string, OpenEntry>

interface OpenEntry {
  own: boolean
  below: OpenSet
}

export function insertPath(set: OpenSet, path: readonly string[]): void {
  let level = set
  let entry: OpenEntry | undefined
  for (const element of path) {
    if (entry !== undefined) level = entry.below
    entry = level.get(element)
    if (entry === undefined) {
      entry = { own: false, below: new Map() }
      level.set(element, entry)
    }
  }
  // A path without elements is the whole object, which nobody owns.
  if (entry !== undefined) entry.own = true
}

export function union(left: FieldSet, right: FieldSet): FieldSet {
  if (left.size === 0) return right
  if (right.size === 0) return left
  const out = new Map(left)
  for (const [element, entry] of right) {
    const other = left.get(element)
    out.set(
      element,
      other === undefined
        ? entry
        : { own: other.own || entry.own, below: union(other.below, entry.below) },
    )
  }
  return out
}

export function intersection(left: FieldSet, right: FieldSet): FieldSet {
  if (left.size === 0 || right.size === 0) return EMPTY_SET
  const out = new Map<string, FieldEntry>()
  for (const [element, entry] of left) {
    const other = right.get(element)
    if (other !== undefined) {
      put(out, element, {
        own: entry.own && other.own,
        below: intersection(entry.below, other.below),
      })
    }
  }
  return out
}

/** What is in `left` and not in `right`; a member of `right` removes itself only, not what is below it. */
export function difference(left: FieldSet, right: FieldSet): FieldSet {
  if (left.size === 0 || right.size === 0) return left
  const out = new Map<string, FieldEntry>()
  for (const [element, entry] of left) {
    const other = right.get(element)
    if (other === undefined) out.set(element, entry)
    else {
      put(out, element, {
        own: entry.own && !other.own,
        below: difference(entry.below, other.below),
      })
    }
  }
  return out
}

/** As `difference`, but a member of `right` removes all that is below it too. */
export function recursiveDifference(left: FieldSet, right: FieldSet): FieldSet {
  if (left.size === 0 || right.size === 0) return left
  const out = new Map<string, FieldEntry>()
  for (const [element, entry] of left) {
    const other = right.get(element)
    if (other === undefined) out.set(element, entry)
    else if (!other.own) {
      put(out, element, { own: entry.own, below: recursiveDifference(entry.below, other.below) })
    }
  }
  return out
}

export function isEmpty(set: FieldSet): boolean {
  for (const entry of set.values()) {
    if (entry.own || !isEmpty(entry.below)) return false
  }
  return true
}

export function hasPath(set: FieldSet, path: readonly string[]): boolean {
  let level = set
  for (const [index, element] of path.entries()) {
    const entry = level.get(element)
    if (entry === undefined) return false
    if (index === path.length - 1) return entry.own
    level = entry.below
  }
  return false
}

/** The paths of a set: at each level first its members, then what is below, both in order. */
export function pathsOf(set: FieldSet): readonly (readonly string[])[] {
  const paths: (readonly string[])[] = []
  collectPaths(set, [], paths)
  return paths
}

function collectPaths(
  set: FieldSet,
  prefix: readonly string[],
  paths: (readonly string[])[],
): void {
  const entries = [...set].toSorted(([left], [right]) => compareElements(left, right))
  for (const [element, { own }] of entries) if (own) paths.push([...prefix, element])
  for (const [element, { below }] of entries) {
    if (below.size > 0) collectPaths(below, [...prefix, element], paths)
  }
}

function put(out: Map<string, FieldEntry>, element: string, entry: FieldEntry): void {
  if (entry.own || !isEmpty(entry.below)) out.set(element, entry)
}

const RANKS: Readonly<Record<string, number>> = { f: 0, k: 1, v: 2, i: 3 }

/** The order of path elements in structured-merge-diff: names, then keys, then values, then indices. */
export function compareElements(left: string, right: string): number {
  const rank = (RANKS[left.slice(0, 1)] ?? 4) - (RANKS[right.slice(0, 1)] ?? 4)
  if (rank !== 0) return rank
  if (left.startsWith('f:')) return compareText(left, right)
  return compareValues(JSON.parse(left.slice(2)), JSON.parse(right.slice(2)))
}

function compareValues(left: unknown, right: unknown): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right)
  if (isKey(left) && isKey(right)) return compareKeys(left, right)
  return typeRank(left) - typeRank(right)
}

function compareKeys(left: Key, right: Key): number {
  const [names, others] = [Object.keys(left), Object.keys(right)]
  for (const [index, name] of names.entries()) {
    const other = others[index]
    if (other === undefined) return 1
    const order = compareText(name, other) || compareValues(left[name], right[other])
    if (order !== 0) return order
  }
  return names.length - others.length
}

type Key = Readonly<Record<string, unknown>>

function isKey(value: unknown): value is Key {
  return typeof value === 'object' && value !== null
}

function compareText(left: string, right: string): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}

function typeRank(value: unknown): number {
  return ['number', 'string', 'boolean', 'object'].indexOf(typeof value)
}
