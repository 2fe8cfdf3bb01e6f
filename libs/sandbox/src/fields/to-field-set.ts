import { isList, isObject, type Json, type JsonObject } from '../json.ts'
import { childNode, type ListNode, type MapNode, type SchemaNode } from '../schema/node.ts'
import { insertPath, type FieldSet, type OpenSet } from './field-set.ts'
import { fieldElement, itemElement } from './path-element.ts'

/** Every leaf and list item of a value (structured-merge-diff, tofieldset.go). The value fits its schema. */
export function toFieldSet(value: Json, node: SchemaNode): FieldSet {
  const set: OpenSet = new Map()
  visit(value, node, { set, path: [] })
  return set
}

interface Walk {
  readonly set: OpenSet
  readonly path: string[]
}

function visit(value: Json, node: SchemaNode, walk: Walk): void {
  switch (node.kind) {
    case 'map':
      if (node.relation === 'atomic') insertPath(walk.set, walk.path)
      else if (isObject(value)) visitMap(value, node, walk)
      return
    case 'list':
      if (node.relation === 'atomic') insertPath(walk.set, walk.path)
      else if (isList(value)) visitList(value, node, walk)
      return
    case 'any':
      if (node.deduced && isObject(value)) visitDeduced(value, node, walk)
      else insertPath(walk.set, walk.path)
      return
    default:
      insertPath(walk.set, walk.path)
  }
}

function visitMap(value: JsonObject, node: MapNode, walk: Walk): void {
  for (const [key, item] of Object.entries(value)) {
    const child = childNode(node, key)
    walk.path.push(fieldElement(key))
    if (child !== undefined) visit(item, child, walk)
    if (isNothing(item) || !node.fields.has(key)) insertPath(walk.set, walk.path)
    walk.path.pop()
  }
}

function visitDeduced(value: JsonObject, node: SchemaNode, walk: Walk): void {
  for (const [key, item] of Object.entries(value)) {
    walk.path.push(fieldElement(key))
    visit(item, node, walk)
    insertPath(walk.set, walk.path)
    walk.path.pop()
  }
}

function isNothing(value: Json): boolean {
  return value === null || (isObject(value) && Object.keys(value).length === 0)
}

function visitList(value: readonly Json[], node: ListNode, walk: Walk): void {
  const counts = new Map<string, number>()
  const elements = value.map((item) => itemElement(node, item))
  for (const element of elements) counts.set(element, (counts.get(element) ?? 0) + 1)
  for (const [index, item] of value.entries()) {
    const element = elements[index] ?? ''
    walk.path.push(element)
    // Of items that share a key only the fact is owned: what they hold can't be told apart.
    if (counts.get(element) === 1) visit(item, node.element, walk)
    insertPath(walk.set, walk.path)
    walk.path.pop()
  }
}
