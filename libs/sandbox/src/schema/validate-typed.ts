import { printElement, fieldElement, itemElement, UnkeyedItem } from '../fields/path-element.ts'
import { isList, isObject, type Json, type JsonObject } from '../json.ts'
import { childNode, type ListNode, type MapNode, type ScalarType, type SchemaNode } from './node.ts'

/** The violations that structured-merge-diff reports for an apply configuration (validate.go); none: it fits. */
export function typedErrors(value: Json, node: SchemaNode): readonly string[] {
  const errors: Violation[] = []
  visit(value, node, { errors, path: '' })
  return errors.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
}

interface Violation {
  readonly path: string
  readonly message: string
}

interface Walk {
  readonly errors: Violation[]
  readonly path: string
}

function visit(value: Json, node: SchemaNode, walk: Walk): void {
  if (value === null) return
  switch (node.kind) {
    case 'map':
      if (isObject(value)) visitMap(value, node, walk)
      else report(walk, `expected map, got ${describe(value)}`)
      return
    case 'list':
      if (isList(value)) visitList(value, node, walk)
      else report(walk, `expected list, got ${describe(value)}`)
      return
    case 'scalar':
      visitScalar(value, node.type, walk)
      return
    default:
  }
}

function visitMap(value: JsonObject, node: MapNode, walk: Walk): void {
  for (const [key, item] of Object.entries(value)) {
    const child = childNode(node, key)
    const inner = { errors: walk.errors, path: walk.path + printElement(fieldElement(key)) }
    if (child !== undefined) visit(item, child, inner)
    else if (node.preserve !== true) {
      report(inner, 'field not declared in schema')
      return
    }
  }
}

function visitList(value: readonly Json[], node: ListNode, walk: Walk): void {
  const seen = new Set<string>()
  for (const [index, item] of value.entries()) {
    const element = elementOf(item, index, node)
    if (element instanceof UnkeyedItem) {
      report(walk, `element ${index}: ${element.message}`)
      return
    }
    if (seen.has(element)) report(walk, `duplicate entries for key ${printElement(element)}`)
    seen.add(element)
    visit(item, node.element, { errors: walk.errors, path: walk.path + printElement(element) })
  }
}

function elementOf(item: Json, index: number, node: ListNode): string | UnkeyedItem {
  if (node.relation === 'atomic') return `i:${index}`
  try {
    return itemElement(node, item)
  } catch (error) {
    if (error instanceof UnkeyedItem) return error
    throw error
  }
}

function visitScalar(value: Json, type: ScalarType, walk: Walk): void {
  switch (type) {
    case 'string':
      if (typeof value !== 'string') report(walk, `expected string, got ${goValue(value)}`)
      return
    case 'boolean':
      if (typeof value !== 'boolean') report(walk, `expected boolean, got ${describe(value)}`)
      return
    case 'any':
      if (typeof value === 'object') report(walk, `expected any scalar, got ${describe(value)}`)
      return
    default:
      if (typeof value !== 'number') {
        report(walk, `expected numeric (int or float), got ${goTypeOf(value)}`)
      }
  }
}

function goTypeOf(value: Json): string {
  if (isList(value)) return '[]interface {}'
  if (isObject(value)) return 'map[string]interface {}'
  return typeof value === 'boolean' ? 'bool' : typeof value
}

/** A scalar as Go's `%v` shows it. */
function goText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** How Go's `%#v` shows a value that stands where a string should be. */
function goValue(value: Json): string {
  return `&value.valueUnstructured{Value:${JSON.stringify(value)}}`
}

function describe(value: Json): string {
  if (isList(value)) return `&{[${value.map(goText).join(' ')}]}`
  if (isObject(value)) return `&{map[${Object.keys(value).join(' ')}]}`
  return `&{${goText(value)}}`
}

function report(walk: Walk, message: string): void {
  walk.errors.push({ path: walk.path, message })
}
