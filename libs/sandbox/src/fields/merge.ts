import { isList, isObject, type Json, type JsonObject, type MutableObject } from '../json.ts'
import { childNode, type ListNode, type SchemaNode } from '../schema/node.ts'
import { itemElement } from './path-element.ts'

/**
 * Lays `config` over `live` (structured-merge-diff, merge.go): nothing is removed, leaves of `config` win, and
 * lists take the order of `config` where it says one. What does not change is shared with `live`.
 */
export function merge(
  live: Json | undefined,
  config: Json | undefined,
  node: SchemaNode,
): Json | undefined {
  if (config === undefined) return live
  if (live === undefined) return config
  switch (node.kind) {
    case 'scalar':
      return config
    case 'any':
      return node.deduced && isObject(live) && isObject(config)
        ? mergeMaps(live, config, node)
        : config
    case 'map':
      if (node.relation === 'atomic' || areEmpty(live, config)) return config
      return mergeMaps(live, config, node)
    default:
      if (node.relation === 'atomic' || areEmpty(live, config)) return config
      return mergeLists(isList(live) ? live : [], isList(config) ? config : [], node)
  }
}

function areEmpty(live: Json, config: Json): boolean {
  return sizeOf(live) === 0 && sizeOf(config) === 0
}

function sizeOf(value: Json): number {
  if (isList(value)) return value.length
  return isObject(value) ? Object.keys(value).length : 0
}

const NOTHING: JsonObject = {}

function mergeMaps(live: Json, config: Json, node: SchemaNode): Json {
  const before = isObject(live) ? live : NOTHING
  const changes = isObject(config) ? config : NOTHING
  let out: MutableObject | undefined
  for (const [key, value] of Object.entries(changes)) {
    const child = node.kind === 'map' ? childNode(node, key) : node
    const merged = child === undefined ? value : merge(before[key], value, child)
    if (merged === undefined || merged === before[key]) continue
    out ??= { ...before }
    out[key] = merged
  }
  return out ?? before
}

/**
 * Items that both sides have follow the order of `config`; items that only `live` has stay where they are
 * relative to their neighbours.
 */
function mergeLists(live: readonly Json[], config: readonly Json[], node: ListNode): Json {
  const lives = live.map((item) => itemElement(node, item))
  const configs = config.map((item) => itemElement(node, item))
  const liveItems = indexItems(live, lives)
  const configItems = new Map(configs.map((element, index) => [element, config[index]] as const))
  const shared = configs.filter((element) => liveItems.has(element))
  const merged = new Set<string>()
  const out: Json[] = []
  const take = (element: string): void => {
    merged.add(element)
    const item = merge(liveItems.get(element) ?? undefined, configItems.get(element), node.element)
    if (item !== undefined) out.push(item)
    if (shared[0] === element) shared.shift()
  }
  let [l, r] = [0, 0]
  while (l < lives.length || r < configs.length) {
    const [left, right] = [lives[l], configs[r]]
    if (left !== undefined && left === right) {
      take(left)
      l += 1
      r += 1
    } else if (left !== undefined && right !== undefined && isLater(left, shared, configItems)) {
      l += 1
    } else if (left !== undefined && !configItems.has(left)) {
      out.push(live[l] ?? null)
      l += 1
    } else {
      if (left !== undefined && merged.has(left)) l += 1
      if (right !== undefined) take(right)
      if (right !== undefined) r += 1
    }
  }
  const isSame = out.length === live.length && out.every((item, index) => item === live[index])
  return isSame ? live : out
}

/** `config` has the item too, and wants another shared one before it. */
function isLater(
  left: string,
  shared: readonly string[],
  config: ReadonlyMap<string, unknown>,
): boolean {
  return config.has(left) && shared[0] !== undefined && shared[0] !== left
}

/** The items by element; one that is there twice has no value to merge with. */
function indexItems(
  live: readonly Json[],
  elements: readonly string[],
): ReadonlyMap<string, Json | null> {
  const items = new Map<string, Json | null>()
  for (const [index, element] of elements.entries()) {
    items.set(element, items.has(element) ? null : (live[index] ?? null))
  }
  return items
}
