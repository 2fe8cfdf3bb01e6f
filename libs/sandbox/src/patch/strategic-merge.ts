import {
  canonicalJson,
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
    if (key.startsWith(DELETE_PRIMITIVES))
      deletePrimitives(out, key.slice(DELETE_PRIMITIVES.length), change)
    else if (change === null) delete out[key]
    else if (!isOfPatch(key))
      out[key] = mergeField(out[key], change, { key, node, order: patch[ORDER + key] })
  }
  reorderRest(out, patch, node)
  return out
}

/** A key that says how to patch, and is no field. */
function isOfPatch(key: string): boolean {
  return key === DIRECTIVE || key === RETAIN_KEYS || key.startsWith(ORDER)
}

/** Lists that the patch orders without changing their items. */
function reorderRest(out: MutableObject, patch: JsonObject, node: SchemaNode): void {
  for (const [key, order] of Object.entries(patch)) {
    const name = key.slice(ORDER.length)
    if (!key.startsWith(ORDER) || name in patch) continue
    const items = out[name]
    if (isList(items) && isList(order)) {
      out[name] = ordered({ items, said: order, before: items, key: ruleOf(node, name)?.key })
    }
  }
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
  const said = isList(order) ? order : change.filter((item) => !isDirective(item))
  return ordered({ items: merged, said, before, key: field.patch.key })
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
    throw new PatchError(`map: ${goMap(change)} does not contain declared merge key: ${key}`)
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

interface Ordering {
  readonly items: readonly Json[]
  /** The order that the patch says, or that its items have. */
  readonly said: readonly Json[]
  /** The order before. */
  readonly before: readonly Json[]
  readonly key: string | undefined
}

/**
 * Items that the patch orders come in its order, the others in the order before; where the two meet, the order
 * before decides, and what is new comes first (strategicpatch, normalizeElementOrder).
 */
function ordered({ items, said, before, key }: Ordering): readonly Json[] {
  const identity = (item: Json): Json =>
    key !== undefined && isObject(item) ? (item[key] ?? null) : item
  const rankIn = (order: readonly Json[]): ((item: Json) => number) => {
    const ranks = new Map(order.map((item, index) => [canonicalJson(identity(item)), index]))
    return (item) => ranks.get(canonicalJson(identity(item))) ?? -1
  }
  const [saidRank, oldRank] = [rankIn(said), rankIn(before)]
  const left = items
    .filter((item) => saidRank(item) >= 0)
    .toSorted((a, b) => saidRank(a) - saidRank(b))
  const right = items
    .filter((item) => saidRank(item) < 0)
    .toSorted((a, b) => oldRank(a) - oldRank(b))
  const out: Json[] = []
  while (left.length > 0 && right.length > 0) {
    const [l, r] = [oldRank(left[0] ?? null), oldRank(right[0] ?? null)]
    const next = l >= 0 && r >= 0 && l > r ? right.shift() : left.shift()
    out.push(next ?? null)
  }
  return [...out, ...left, ...right]
}

function isDirective(item: Json): boolean {
  return isObject(item) && item[DIRECTIVE] !== undefined
}

function withoutDirectives(patch: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(patch)
      .filter(([key]) => !isOfPatch(key))
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

/** A map of scalars as Go prints it. */
function goMap(map: JsonObject): string {
  const pairs = Object.keys(map)
    .toSorted()
    .map((key) => `${key}:${JSON.stringify(map[key]).replaceAll('"', '')}`)
  return `map[${pairs.join(' ')}]`
}
