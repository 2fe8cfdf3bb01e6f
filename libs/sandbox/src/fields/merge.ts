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
  const merging: Merging = {
    shared: configs.filter((element) => liveItems.has(element)),
    merged: new Set(),
    configItems,
  }
  const out: Json[] = []
  let [l, r] = [0, 0]
  while (l < lives.length || r < configs.length) {
    const [left, right] = [lives[l], configs[r]]
    const step = stepOf(left, right, merging)
    if (step === 'keep-live') out.push(live[l] ?? null)
    if (step !== 'take-config') l += 1
    if (right === undefined || step === 'keep-live' || step === 'skip-live') continue
    r += 1
    merging.merged.add(right)
    if (merging.shared[0] === right) merging.shared.shift()
    const item = merge(liveItems.get(right) ?? undefined, configItems.get(right), node.element)
    if (item !== undefined) out.push(item)
  }
  const isSame = out.length === live.length && out.every((item, index) => item === live[index])
  return isSame ? live : out
}

interface Merging {
  /** What both sides have and is not merged yet, in the order of `config`. */
  readonly shared: string[]
  readonly merged: Set<string>
  readonly configItems: ReadonlyMap<string, unknown>
}

/** `skip-live`: the live item comes later, or came already; `take-both`: the next items are the same one. */
type Step = 'keep-live' | 'skip-live' | 'take-config' | 'take-both'

function stepOf(
  left: string | undefined,
  right: string | undefined,
  { shared, merged, configItems }: Merging,
): Step {
  if (left === undefined) return 'take-config'
  if (!configItems.has(left)) return 'keep-live'
  if (right === undefined) return 'skip-live'
  if (left === right) return 'take-both'
  const isLater = shared[0] !== undefined && shared[0] !== left
  return isLater || merged.has(left) ? 'skip-live' : 'take-config'
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
