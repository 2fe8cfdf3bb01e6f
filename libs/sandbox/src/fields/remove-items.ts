import { isList, isObject, type Json, type JsonObject, type MutableObject } from '../json.ts'
import { childNode, type ListNode, type SchemaNode } from '../schema/node.ts'
import { EMPTY_SET, type FieldEntry, type FieldSet } from './field-set.ts'
import { fieldElement, itemElement } from './path-element.ts'

/**
 * Removes each list item and map entry that `set` names (structured-merge-diff, remove.go). `undefined` when
 * nothing is left. Atomic values and scalars that are reached are kept or lost as a whole.
 */
export function removeItems(value: Json, set: FieldSet, node: SchemaNode): Json | undefined {
  if (set.size === 0) return value
  switch (node.kind) {
    case 'scalar':
      return value
    case 'any':
      return node.deduced && isObject(value)
        ? removeKeys(value, set, node)
        : deducedRest(value, node)
    case 'map':
      if (node.relation === 'atomic') return undefined
      return isObject(value) ? removeKeys(value, set, node) : undefined
    default:
      if (node.relation === 'atomic') return undefined
      return isList(value) ? removeFromList(value, set, node) : undefined
  }
}

/** An untyped list or map is atomic: it goes as a whole. A scalar stays. */
function deducedRest(value: Json, node: SchemaNode): Json | undefined {
  const isContainer = isList(value) || (isObject(value) && node.kind === 'any' && !node.deduced)
  return isContainer ? undefined : value
}

function removeKeys(value: JsonObject, set: FieldSet, node: SchemaNode): Json | undefined {
  const out: MutableObject = {}
  let count = 0
  let changed = false
  for (const [key, item] of Object.entries(value)) {
    const entry = set.get(fieldElement(key))
    if (entry?.own === true) {
      changed = true
      continue
    }
    const child = node.kind === 'map' ? childNode(node, key) : node
    const rest =
      entry === undefined || child === undefined || entry.below.size === 0
        ? item
        : (removeItems(item, entry.below, child) ?? null)
    changed ||= rest !== item
    out[key] = rest
    count += 1
  }
  if (count === 0) return undefined
  return changed ? out : value
}

function removeFromList(value: readonly Json[], set: FieldSet, node: ListNode): Json | undefined {
  const out: Json[] = []
  for (const item of value) {
    const entry = set.get(itemElement(node, item))
    if (entry?.own === true) continue
    const below = entry?.below ?? EMPTY_SET
    out.push(below.size === 0 ? item : (removeItems(item, below, node.element) ?? null))
  }
  if (out.length === 0) return undefined
  const isSame = out.length === value.length && out.every((item, index) => item === value[index])
  return isSame ? value : out
}

/** Adds the fields of structs on the way to each member, so that removing a struct's leaves can remove it. */
export function withNamedFields(set: FieldSet, node: SchemaNode | undefined): FieldSet {
  if (set.size === 0) return set
  const out = new Map<string, FieldEntry>()
  for (const [element, entry] of set) {
    const isField = element.startsWith('f:')
    const name = element.slice(2)
    const own =
      entry.own ||
      (isField && node?.kind === 'map' && node.fields.has(name) && entry.below.size > 0)
    out.set(element, { own, below: withNamedFields(entry.below, nodeBelow(element, node)) })
  }
  return out
}

function nodeBelow(element: string, node: SchemaNode | undefined): SchemaNode | undefined {
  if (element.startsWith('f:')) {
    if (node?.kind === 'map') return childNode(node, element.slice(2))
    return node?.kind === 'any' ? node : undefined
  }
  return element.startsWith('k:') && node?.kind === 'list' ? node.element : undefined
}
