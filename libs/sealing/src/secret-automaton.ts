const ROOT = 0
const UNITS = 65_536 // UTF-16 code units: what a JavaScript string is made of.
const EMPTY = -1

/** A half-open range of code units. */
export interface Span {
  readonly start: number
  readonly end: number
}

/**
 * Finds many strings in one pass (Aho and Corasick, 1975). The edges are in one open hash table of typed
 * arrays, because a Map for each state would take ten times the memory.
 */
export class SecretAutomaton {
  readonly #edgeKeys: Float64Array
  readonly #edgeStates: Int32Array
  readonly #mask: number
  readonly #shift: number
  /** The state of the longest proper suffix that is a prefix of some pattern. */
  readonly #fallback: Int32Array
  /** The length of the longest pattern that ends in the state, or 0. */
  readonly #matched: Int32Array
  readonly #first = new Uint8Array(UNITS)
  #states = 1

  /** `units` is the length of all patterns together: an upper bound for the number of states. */
  constructor(patterns: readonly string[], units: number) {
    const bits = Math.ceil(Math.log2(units * 2 + 2))
    this.#mask = 2 ** bits - 1
    this.#shift = 32 - bits
    this.#edgeKeys = new Float64Array(2 ** bits).fill(EMPTY)
    this.#edgeStates = new Int32Array(2 ** bits)
    this.#fallback = new Int32Array(units + 1)
    this.#matched = new Int32Array(units + 1)
    const trie: Trie = {
      parent: new Int32Array(units + 1),
      unit: new Uint16Array(units + 1),
      depth: new Int32Array(units + 1),
    }
    this.#insertAll(patterns, trie)
    this.#link(trie)
  }

  /** Where patterns stand in the text, in order; overlapping and touching spans are joined. */
  find(text: string): readonly Span[] {
    const spans: { start: number; end: number }[] = []
    let state = ROOT
    for (let index = 0; index < text.length; index += 1) {
      const unit = text.charCodeAt(index)
      if (state === ROOT && this.#first[unit] === 0) continue
      state = this.#step(state, unit)
      const length = this.#matched[state] ?? 0
      if (length > 0) addSpan(spans, { start: index + 1 - length, end: index + 1 })
    }
    return spans
  }

  #step(from: number, unit: number): number {
    let state = from
    let next = this.#edge(state, unit)
    while (next === EMPTY && state !== ROOT) {
      state = this.#fallback[state] ?? ROOT
      next = this.#edge(state, unit)
    }
    return next === EMPTY ? ROOT : next
  }

  #insertAll(patterns: readonly string[], trie: Trie): void {
    for (const pattern of patterns) {
      let state = ROOT
      for (let depth = 0; depth < pattern.length; depth += 1) {
        const unit = pattern.charCodeAt(depth)
        let next = this.#edge(state, unit)
        if (next === EMPTY) {
          next = this.#addEdge(state, unit)
          trie.parent[next] = state
          trie.unit[next] = unit
          trie.depth[next] = depth + 1
        }
        state = next
      }
      this.#matched[state] = pattern.length
      this.#first[pattern.charCodeAt(0)] = 1
    }
  }

  /** Shallow states first: the fallback of a state is always shallower than the state. */
  #link(trie: Trie): void {
    for (const state of statesByDepth(trie.depth, this.#states)) {
      const parent = trie.parent[state] ?? ROOT
      if (state === ROOT) continue
      const unit = trie.unit[state] ?? 0
      const fallback = parent === ROOT ? ROOT : this.#step(this.#fallback[parent] ?? ROOT, unit)
      this.#fallback[state] = fallback
      // The longest pattern that ends here covers the shorter ones.
      this.#matched[state] = Math.max(this.#matched[state] ?? 0, this.#matched[fallback] ?? 0)
    }
  }

  #edge(state: number, unit: number): number {
    const key = state * UNITS + unit
    let slot = this.#slotOf(state, unit)
    for (;;) {
      const found = this.#edgeKeys[slot]
      if (found === key) return this.#edgeStates[slot] ?? EMPTY
      if (found === EMPTY) return EMPTY
      slot = (slot + 1) & this.#mask
    }
  }

  #addEdge(state: number, unit: number): number {
    let slot = this.#slotOf(state, unit)
    while (this.#edgeKeys[slot] !== EMPTY) slot = (slot + 1) & this.#mask
    this.#edgeKeys[slot] = state * UNITS + unit
    this.#edgeStates[slot] = this.#states
    this.#states += 1
    return this.#states - 1
  }

  #slotOf(state: number, unit: number): number {
    return Math.imul(Math.imul(state, 0x85eb_ca6b) ^ unit, 0x9e37_79b1) >>> this.#shift
  }
}

/** What is needed of each state only until the fallbacks are known. */
interface Trie {
  readonly parent: Int32Array
  readonly unit: Uint16Array
  readonly depth: Int32Array
}

/** A counting sort. */
function statesByDepth(depth: Int32Array, states: number): Int32Array {
  const used = depth.subarray(0, states)
  const starts = new Int32Array(used.reduce((left, right) => Math.max(left, right), 0) + 2)
  for (const level of used) starts[level + 1] = (starts[level + 1] ?? 0) + 1
  for (let level = 1; level < starts.length; level += 1) {
    starts[level] = (starts[level] ?? 0) + (starts[level - 1] ?? 0)
  }
  const order = new Int32Array(states)
  for (let state = 0; state < states; state += 1) {
    const level = used[state] ?? 0
    const at = starts[level] ?? 0
    order[at] = state
    starts[level] = at + 1
  }
  return order
}

/** Ends arrive in order, but a later match may begin before an earlier one. */
function addSpan(spans: { start: number; end: number }[], span: Span): void {
  let { start } = span
  for (let last = spans.at(-1); last !== undefined && last.end >= start; last = spans.at(-1)) {
    start = Math.min(start, last.start)
    spans.pop()
  }
  spans.push({ start, end: span.end })
}
