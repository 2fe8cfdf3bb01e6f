import {
  equalJson,
  isList,
  isObject,
  listAt,
  type Json,
  type JsonObject,
  type MutableObject,
} from '../json.ts'
import { childNode, type Field, type MapNode, type SchemaNode } from '../schema/node.ts'
import { PatchError } from './json-patch.ts'

const DIRECTIVE = '$patch'
const RETAIN_KEYS = '$retainKeys'
const DELETE_PRIMITIVES = '$deleteFromPrimitiveList/'
const ORDER = '$setElementOrder/'

/**
 * Applies a strategic merge patch: as a merge patch, but lists with the strategy `merge` are merged by their key,
 * and directives delete, replace, retain and order (apimachinery, strategicpatch/patch.go).
 *
 * @throws PatchError for a directive that is wrong, or an item without its key.
 */
export function applyStrategicMerge(object: JsonObject, patch: JsonObject, node: MapNode): Json {
  return mergeMap(object, patch, node)
}

function mergeMap(value: JsonObject, patch: JsonObject, node: SchemaNode): JsonObject {
  const directive = patch[DIRECTIVE]
  if (directive === 'replace') return withoutDirectives(patch)
  if (directive === 'delete') return {}
  if (directive !== undefined && directive !== 'merge') throw unknownDirective(directive)
  const out: MutableObject = retained(value, patch)
  for (const [key, change] of Object.entries(patch)) {
    if (key === DIRECTIVE || key === RETAIN_KEYS || key.startsWith(ORDER)) continue
    if (key.startsWith(DELETE_PRIMITIVES)) {
      deletePrimitives(out, key.slice(DELETE_PRIMITIVES.length), change)
      continue
    }
    if (change === null) {
      delete out[key]
      continue
    }
    out[key] = mergeField(out[key], change, { key, node, order: patch[ORDER + key] })
  }
  for (const [key, order] of Object.entries(patch)) {
    if (!key.startsWith(ORDER) || key.slice(ORDER.length) in patch) continue
    const name = key.slice(ORDER.length)
    const items = out[name]
    if (isList(items)) out[name] = ordered(items, order, ruleOf(node, name)?.key)
  }
  return out
}

interface FieldPatch {
  readonly key: string
  readonly node: SchemaNode
  readonly order: Json | undefined
}

function mergeField(value: Json | undefined, change: Json, { key, node, order }: FieldPatch): Json {
  const field = fieldOf(node, key)
  const child = field?.node ?? (node.kind === 'map' ? childNode(node, key) : undefined)
  if (isObject(change)) {
    return mergeMap(isObject(value) ? value : {}, change, child ?? ANY)
  }
  if (!isList(change) || field?.patch?.merge !== true)
    return isList(change) ? change.map(cleaned) : change
  const before = isList(value) ? value : []
  const element = field.node.kind === 'list' ? field.node.element : ANY
  const merged = mergeList(before, change, { key: field.patch.key, element })
  return order === undefined ? merged : ordered(merged, order, field.patch.key)
}

const ANY: SchemaNode = { kind: 'any', deduced: true }

function fieldOf(node: SchemaNode, key: string): Field | undefined {
  return node.kind === 'map' ? node.fields.get(key) : undefined
}

function ruleOf(node: SchemaNode, key: string): Field['patch'] {
  return fieldOf(node, key)?.patch
}

interface ListRule {
  readonly key: string | undefined
  readonly element: SchemaNode
}

function mergeList(
  before: readonly Json[],
  changes: readonly Json[],
  rule: ListRule,
): readonly Json[] {
  const { key } = rule
  if (key === undefined) {
    return [...before, ...changes.filter((item) => !before.some((other) => equalJson(other, item)))]
  }
  if (changes.some((item) => isObject(item) && item[DIRECTIVE] === 'replace')) {
    return changes.filter((item) => !isObject(item) || item[DIRECTIVE] !== 'replace').map(cleaned)
  }
  const out = [...before]
  for (const change of changes) {
    if (!isObject(change))
      throw new PatchError(`an item of a list with the merge key ${key} is an object`)
    applyItem(out, change, key, rule.element)
  }
  return out
}

function applyItem(out: Json[], change: JsonObject, key: string, element: SchemaNode): void {
  const value = change[key]
  if (value === undefined) {
    throw new PatchError(
      `map: ${JSON.stringify(change)} does not contain declared merge key: ${key}`,
    )
  }
  const index = out.findIndex((item) => isObject(item) && equalJson(item[key], value))
  const found = out[index]
  if (change[DIRECTIVE] === 'delete') {
    if (index >= 0) out.splice(index, 1)
  } else if (isObject(found)) {
    out[index] = mergeMap(found, change, element)
  } else {
    out.push(mergeMap({}, change, element))
  }
}

/** `$retainKeys` keeps only what it names. */
function retained(value: JsonObject, patch: JsonObject): MutableObject {
  const keys = patch[RETAIN_KEYS]
  if (keys === undefined) return { ...value }
  const kept = new Set(listAt(patch, RETAIN_KEYS))
  return Object.fromEntries(Object.entries(value).filter(([key]) => kept.has(key)))
}

function deletePrimitives(out: MutableObject, key: string, items: Json): void {
  const value = out[key]
  if (!isList(value) || !isList(items)) return
  out[key] = value.filter((item) => !items.some((other) => equalJson(item, other)))
}

/** Items that the order names come in its order; others keep their place after the item before them. */
function ordered(items: readonly Json[], order: Json, key: string | undefined): readonly Json[] {
  if (!isList(order)) return items
  const identity = (item: Json): Json =>
    key !== undefined && isObject(item) ? (item[key] ?? null) : item
  const wanted = order.map(identity)
  const rank = (item: Json): number => wanted.findIndex((other) => equalJson(other, identity(item)))
  const named = items
    .filter((item) => rank(item) >= 0)
    .toSorted((left, right) => rank(left) - rank(right))
  const others = items.filter((item) => rank(item) < 0)
  if (others.length === 0) return named
  return items.reduce<Json[]>((out, item) => {
    const next = rank(item) >= 0 ? named.shift() : item
    if (next !== undefined) out.push(next)
    return out
  }, [])
}

function withoutDirectives(patch: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(patch)
      .filter(([key]) => key !== DIRECTIVE && key !== RETAIN_KEYS && !key.startsWith(ORDER))
      .map(([key, value]) => [key, cleaned(value)]),
  )
}

function cleaned(value: Json): Json {
  if (isList(value)) return value.map(cleaned)
  return isObject(value) ? withoutDirectives(value) : value
}

function unknownDirective(directive: Json): PatchError {
  return new PatchError(`Unknown patch type found: ${JSON.stringify(directive)}`)
}
