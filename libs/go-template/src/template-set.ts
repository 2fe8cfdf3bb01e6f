import { type GoFunction } from './function.ts'
import { type ListNode, type TemplateSource } from './parse/nodes.ts'
import { isEmptyTree, parseTemplate, type TreeSet } from './parse/parse.ts'

/** What a template sees for a key that a map does not have (`Option("missingkey=…")` of Go). */
export type MissingKey = 'default' | 'zero' | 'error'

export type FunctionTable = ReadonlyMap<string, GoFunction>

/** Parsed texts, so that the same text under the same name is parsed once. Bounded by `ENTRIES_MAX`. */
export interface ParseCache {
  get(key: string): TreeSet | undefined
  set(key: string, trees: TreeSet): void
}

/** The texts of a few hundred charts; each entry is about four times its text. */
const ENTRIES_MAX = 20_000

/** A cache that forgets the oldest entry when it is full. */
export function createParseCache(entriesMax: number = ENTRIES_MAX): ParseCache {
  const entries = new Map<string, TreeSet>()
  return {
    get: (key) => entries.get(key),
    set: (key, trees) => {
      if (entries.size >= entriesMax) {
        const oldest = entries.keys().next()
        if (oldest.done !== true) entries.delete(oldest.value)
      }
      entries.set(key, trees)
    },
  }
}

export interface TemplateSetOptions {
  readonly functions: FunctionTable
  readonly missingKey?: MissingKey
  readonly cache?: ParseCache
}

/**
 * Templates that may call one another by name. `extend` gives a set that sees this one and adds to it
 * without changing it: what Go does by cloning.
 */
export class TemplateSet {
  readonly functions: FunctionTable
  readonly missingKey: MissingKey
  readonly #cache: ParseCache | undefined
  readonly #parent: TemplateSet | undefined
  readonly #trees = new Map<string, ListNode>()

  constructor(options: TemplateSetOptions, parent?: TemplateSet) {
    this.functions = options.functions
    this.missingKey = options.missingKey ?? 'default'
    this.#cache = options.cache
    this.#parent = parent
  }

  extend(): TemplateSet {
    const options = { functions: this.functions, missingKey: this.missingKey }
    return new TemplateSet(
      this.#cache === undefined ? options : { ...options, cache: this.#cache },
      this,
    )
  }

  /**
   * Parses a text and adds what it defines. A definition that is only space does not replace another.
   * Returns the tree of the text itself. Throws `TemplateError` where the text cannot be parsed.
   */
  parse(source: TemplateSource): ListNode {
    const trees = this.#parsed(source)
    for (const [name, tree] of trees)
      if (this.lookup(name) === undefined || !isEmptyTree(tree)) this.#trees.set(name, tree)
    const own = trees.get(source.name)
    if (own === undefined) throw new Error(`the parser gave no tree for ${source.name}`)
    return own
  }

  lookup(name: string): ListNode | undefined {
    return this.#trees.get(name) ?? this.#parent?.lookup(name)
  }

  #parsed(source: TemplateSource): TreeSet {
    const key = `${source.name}\0${source.text}`
    const known = this.#cache?.get(key)
    if (known !== undefined) return known
    const trees = parseTemplate(source, (name) => this.functions.has(name))
    this.#cache?.set(key, trees)
    return trees
  }
}
