import { equalJson, isList, isObject, type Json, type JsonObject } from '../json.ts'
import { childNode, type ListNode, type SchemaNode } from '../schema/node.ts'
import { EMPTY_SET, insertPath, type FieldSet, type OpenSet } from './field-set.ts'
import { fieldElement, itemElement } from './path-element.ts'

/** Which fields differ between two values; no field is in two of the sets. */
export interface Comparison {
  readonly removed: FieldSet
  readonly modified: FieldSet
  readonly added: FieldSet
}

/** Compares two values of one schema (structured-merge-diff, compare.go). */
export function compare(left: Json, right: Json, node: SchemaNode): Comparison {
  if (left === right) return { removed: EMPTY_SET, modified: EMPTY_SET, added: EMPTY_SET }
  const walk: Walk = { removed: new Map(), modified: new Map(), added: new Map(), path: [] }
  visit({ left, right, node }, walk)
  return walk
}

interface Walk {
  readonly removed: OpenSet
  readonly modified: OpenSet
  readonly added: OpenSet
  readonly path: string[]
}

interface Pair {
  /** Absent when the item exists on the other side only. */
  readonly left: Json | undefined
  readonly right: Json | undefined
  readonly node: SchemaNode
}

function visit(pair: Pair, walk: Walk): void {
  const { left, right, node } = pair
  if (left === right) return
  if (isWhole(pair)) {
    if (left === undefined) insertPath(walk.added, walk.path)
    else if (right === undefined) insertPath(walk.removed, walk.path)
    else if (!equalJson(left, right)) insertPath(walk.modified, walk.path)
    return
  }
  if (node.kind === 'list') visitList(pair, node, walk)
  else visitMap(pair, walk)
  if (left === undefined) insertPath(walk.added, walk.path)
  else if (right === undefined) insertPath(walk.removed, walk.path)
}

/** Scalars, atomic values, and containers that are empty on both sides are compared as one. */
function isWhole({ left, right, node }: Pair): boolean {
  switch (node.kind) {
    case 'scalar':
      return true
    case 'any':
      if (!node.deduced) return true
      return !isObject(left ?? right) || !isObject(right ?? left) || areEmpty(left, right)
    default:
      return node.relation === 'atomic' || areEmpty(left, right)
  }
}

function areEmpty(left: Json | undefined, right: Json | undefined): boolean {
  return sizeOf(left) === 0 && sizeOf(right) === 0
}

function sizeOf(value: Json | undefined): number {
  if (isList(value)) return value.length
  return isObject(value) ? Object.keys(value).length : 0
}

const NOTHING: JsonObject = {}

function visitMap({ left, right, node }: Pair, walk: Walk): void {
  const [before, after] = [isObject(left) ? left : NOTHING, isObject(right) ? right : NOTHING]
  for (const key of Object.keys(before))
    visitKey(key, { left: before[key], right: after[key], node }, walk)
  for (const key of Object.keys(after)) {
    if (!(key in before)) visitKey(key, { left: undefined, right: after[key], node }, walk)
  }
}

function visitKey(key: string, { left, right, node }: Pair, walk: Walk): void {
  if (left === right) return
  const child = node.kind === 'map' ? childNode(node, key) : node
  if (child === undefined) return
  walk.path.push(fieldElement(key))
  visit({ left, right, node: child }, walk)
  walk.path.pop()
}

function visitList({ left, right }: Pair, node: ListNode, walk: Walk): void {
  const before = groupItems(left, node)
  const after = groupItems(right, node)
  for (const element of new Set([...before.keys(), ...after.keys()])) {
    walk.path.push(element)
    visitItems({ before: before.get(element) ?? [], after: after.get(element) ?? [], node }, walk)
    walk.path.pop()
  }
}

function groupItems(value: Json | undefined, node: ListNode): ReadonlyMap<string, readonly Json[]> {
  const groups = new Map<string, Json[]>()
  for (const item of isList(value) ? value : []) {
    const element = itemElement(node, item)
    const group = groups.get(element)
    if (group === undefined) groups.set(element, [item])
    else group.push(item)
  }
  return groups
}

interface Items {
  readonly before: readonly Json[]
  readonly after: readonly Json[]
  readonly node: ListNode
}

/** Items under one key. Where a key is not unique, its items are compared as one. */
function visitItems({ before, after, node }: Items, walk: Walk): void {
  const single = before.length <= 1 && after.length <= 1
  if (single) {
    visit({ left: before[0], right: after[0], node: node.element }, walk)
  } else if (before.length > 1 && after.length > 1) {
    if (!equalJson(before, after)) insertPath(walk.modified, walk.path)
  } else if (before.length > 1) {
    if (after.length > 0) visit({ left: undefined, right: after[0], node: node.element }, walk)
    insertPath(walk.removed, walk.path)
  } else {
    if (before.length > 0) visit({ left: before[0], right: undefined, node: node.element }, walk)
    insertPath(walk.added, walk.path)
  }
}
