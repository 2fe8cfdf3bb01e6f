import { isList, isObject, type Json, type MutableObject } from '../json.ts'
import type { ListNode } from '../schema/node.ts'

/** Why a list item cannot be told apart from its siblings. */
export class UnkeyedItem extends Error {
  override readonly name: string = 'UnkeyedItem'
}

export function fieldElement(name: string): string {
  return `f:${name}`
}

/**
 * The path element of an item of a set or of a keyed list.
 *
 * @throws UnkeyedItem for an item that the list's type does not allow.
 */
export function itemElement(list: ListNode, item: Json): string {
  return list.relation === 'map' ? keyElement(list, item) : valueElement(item)
}

function keyElement(list: ListNode, item: Json): string {
  if (item === null) throw new UnkeyedItem('associative list with keys may not have a null element')
  if (!isObject(item)) {
    throw new UnkeyedItem('associative list with keys may not have non-map elements')
  }
  const key: MutableObject = {}
  for (const name of sortedKeys(list)) {
    const value = item[name] ?? defaultOf(list, name)
    if (value !== undefined) key[name] = value
  }
  if (Object.keys(key).length === 0) {
    const names = list.keys.map((name) => JSON.stringify(name)).join(' ')
    throw new UnkeyedItem(
      `associative list with keys has an element that omits all key fields [${names}] (and doesn't have default values for any key fields)`,
    )
  }
  return `k:${JSON.stringify(key)}`
}

const sorted = new WeakMap<ListNode, readonly string[]>()

function sortedKeys(list: ListNode): readonly string[] {
  const known = sorted.get(list)
  if (known !== undefined) return known
  const keys = list.keys.toSorted()
  sorted.set(list, keys)
  return keys
}

function defaultOf(list: ListNode, name: string): Json | undefined {
  return list.element.kind === 'map' ? list.element.fields.get(name)?.default : undefined
}

function valueElement(item: Json): string {
  if (item === null) {
    throw new UnkeyedItem("associative list without keys has an element that's an explicit null")
  }
  if (isObject(item)) {
    throw new UnkeyedItem("associative list without keys has an element that's a map type")
  }
  if (isList(item)) {
    throw new UnkeyedItem('not supported: associative list with lists as elements')
  }
  return `v:${JSON.stringify(item)}`
}

/** A path as messages show it: `.spec.containers[name="web"].image`. */
export function printPath(path: readonly string[]): string {
  return path.map(printElement).join('')
}

export function printElement(element: string): string {
  const rest = element.slice(2)
  if (element.startsWith('f:')) return `.${rest}`
  if (element.startsWith('v:')) return `[=${rest}]`
  if (element.startsWith('i:')) return `[${rest}]`
  const key: unknown = JSON.parse(rest)
  const parts = Object.entries(Object(key)).map(
    ([name, value]) => `${name}=${JSON.stringify(value)}`,
  )
  return `[${parts.join(',')}]`
}
