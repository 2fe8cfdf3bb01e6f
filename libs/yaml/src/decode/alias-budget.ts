import type { YamlNode } from '../node.ts'
import { YamlError } from '../yaml-error.ts'

const RATIO_LOW = 400_000
const RATIO_HIGH = 4_000_000

/**
 * go-yaml's own guard against alias bombs: of all nodes that were read, at most 99 % (10 % in a large document) may come
 * from aliases. The bound on nodes, which holds before anything is expanded, is the composer's.
 */
export class AliasBudget {
  #nodes = 1 // The document is a node in Go.
  #aliased = 0
  #depth = 0

  count(node: YamlNode): void {
    this.#nodes += 1
    if (this.#depth === 0) return
    this.#aliased += 1
    if (this.#aliased <= 100 || this.#nodes <= 1000) return
    if (this.#aliased / this.#nodes <= allowedRatio(this.#nodes)) return
    throw new YamlError(
      'YAML_EXPANSION',
      `excessive aliasing, ${this.#aliased} of ${this.#nodes} nodes, at ${node.line}:${node.column}`,
      { position: node, upstream: 'yaml: document contains excessive aliasing' },
    )
  }

  enter(): void {
    this.#depth += 1
  }

  leave(): void {
    this.#depth -= 1
  }
}

function allowedRatio(nodes: number): number {
  if (nodes <= RATIO_LOW) return 0.99
  if (nodes >= RATIO_HIGH) return 0.1
  return 0.99 - 0.89 * ((nodes - RATIO_LOW) / (RATIO_HIGH - RATIO_LOW))
}
