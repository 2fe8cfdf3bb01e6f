import { firstDifference, type Reads, type SourceTree } from '@tidemark/source-tree'
import type { TransformerConfig } from '../config/transformer-config.ts'
import type { Var } from '../kustomization/model.ts'
import type { Node } from '../node/node.ts'
import { type Layer, type Origin, Resource } from '../resource.ts'
import type { Scopes } from '../schema/scopes.ts'
import { Accumulator } from './accumulator.ts'
import type { Entered } from './entered.ts'

/** What a base came to: all that its parent takes from it. */
export interface Gathered {
  readonly resources: readonly GatheredResource[]
  readonly config: TransformerConfig
  readonly vars: readonly Var[]
  readonly warnings: readonly string[]
  /** The folders that were entered on the way, for a parent may lie in one of them: that is a cycle. */
  readonly entered: Entered
  /** What it was made of. */
  readonly reads: Reads
}

interface GatheredResource {
  readonly node: Node | undefined
  readonly origin: Origin
  readonly layers: readonly Layer[]
  readonly varNames: readonly string[]
}

// A base is a list of references to nodes; its objects are bounded, and so are the bases that nobody asks for any more.
const RESOURCES_MAX = 100_000

/** Remembers bases between builds. A base is what it was as long as all that it read is as it was. */
export class BaseMemo {
  readonly #kept = new Map<string, Gathered>()
  #resources = 0

  /** What is remembered under a key, if it still holds in this tree. */
  find(key: string, tree: SourceTree): Gathered | undefined {
    const gathered = this.#kept.get(key)
    if (gathered === undefined || firstDifference(gathered.reads, tree) !== undefined)
      return undefined
    this.#kept.delete(key)
    this.#kept.set(key, gathered)
    return gathered
  }

  store(key: string, gathered: Gathered): void {
    this.#drop(key)
    this.#kept.set(key, gathered)
    this.#resources += gathered.resources.length
    for (const oldest of this.#kept.keys()) {
      if (this.#resources <= RESOURCES_MAX) break
      this.#drop(oldest)
    }
  }

  #drop(key: string): void {
    this.#resources -= this.#kept.get(key)?.resources.length ?? 0
    this.#kept.delete(key)
  }
}

/** Takes down what an accumulator has. */
export function takeDown(
  { set, config, vars }: Accumulator,
  more: Pick<Gathered, 'warnings' | 'entered' | 'reads'>,
): Gathered {
  const resources = set.resources.map(({ node, origin, layers, varNames }) => ({
    node,
    origin,
    layers,
    varNames,
  }))
  return { resources, config, vars: vars.all, ...more }
}

/** An accumulator with what was taken down. */
export function restore({ resources, config, vars }: Gathered, scopes: Scopes): Accumulator {
  const accumulator = new Accumulator()
  accumulator.set.appendAll(resources.map((each) => restoreOne(each, scopes)))
  accumulator.config = config
  accumulator.vars.merge(vars)
  return accumulator
}

function restoreOne(
  { node, origin, layers, varNames }: GatheredResource,
  scopes: Scopes,
): Resource {
  const resource = new Resource(node ?? { kind: 'mapping', entries: [] }, scopes, origin)
  resource.node = node
  resource.layers = layers
  resource.varNames = varNames
  return resource
}
