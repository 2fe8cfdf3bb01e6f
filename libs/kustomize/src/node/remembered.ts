import { sha256Of } from '@tidemark/source-tree'
import type { Node } from './node.ts'

// A base is shared by some overlays, each of which does something else to it.
const STEPS_MAX = 16

const results = new WeakMap<Node, Map<string, unknown>>()

/**
 * What a step makes of a node: worked out once, for the next build mostly takes the same steps with the same nodes, and what is
 * the same node again is not printed again either. `step` MUST name what is made and all that it depends on beside the node. What
 * throws is not kept.
 */
export function remembered<Value>(node: Node, step: string, make: () => Value): Value {
  const known = results.get(node) ?? new Map<string, unknown>()
  if (known.has(step)) {
    const result = known.get(step)
    // The least recently used goes first.
    known.delete(step)
    known.set(step, result)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The step says what it is.
    return result as Value
  }
  const result = make()
  for (const oldest of known.keys()) {
    if (known.size < STEPS_MAX) break
    known.delete(oldest)
  }
  results.set(node, known.set(step, result))
  return result
}

/** The name of a step that depends on these things. */
export function stepName(kind: string, ...on: readonly unknown[]): string {
  return `${kind} ${sha256Of(JSON.stringify(on, withMaps))}`
}

function withMaps(_: string, value: unknown): unknown {
  return value instanceof Map ? [...value] : value
}

const names = new WeakMap<object, number>()
let count = 0

/** A name for a thing, as long as it lives: of what is cached, the same in each build. */
export function nameOf(thing: object): number {
  const known = names.get(thing)
  if (known !== undefined) return known
  count += 1
  names.set(thing, count)
  return count
}
