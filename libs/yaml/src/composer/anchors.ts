import type { Flavour } from '../flavour.ts'
import type { YamlMapping, YamlNode, YamlScalar, YamlSequence } from '../node.ts'
import type { Token } from '../scanner/token.ts'
import { YamlError } from '../yaml-error.ts'
import { at, positionOf } from './grammar.ts'

/**
 * What anchors stand for, and how many nodes a document has when its aliases are followed. The bound is met while reading,
 * before anything was expanded.
 */
export class Anchors {
  readonly #nodesMax: number
  readonly #nodes = new Map<string, YamlNode>()
  readonly #sizes = new Map<YamlNode, number>()
  #count = 0

  constructor(nodesMax: number) {
    this.#nodesMax = nodesMax
  }

  /** In v2 an anchor lives as long as its document, in v3 as long as the text. */
  startDocument(flavour: Flavour): void {
    this.#count = 0
    if (flavour === 'yaml2') this.#nodes.clear()
  }

  /** Gives the count before these nodes. Throws YAML_EXPANSION beyond the bound. */
  count(nodes: number, token: Token): number {
    const before = this.#count
    this.#count += nodes
    if (this.#count <= this.#nodesMax) return before
    const place = `line ${token.line + 1}${token.kind === 'alias' ? ` (alias *${token.value})` : ''}`
    const bound = this.#nodesMax.toLocaleString('en-US')
    throw new YamlError('YAML_EXPANSION', `${bound} nodes exceeded at ${place}`, {
      position: positionOf(token),
      upstream: 'yaml: document contains excessive aliasing',
    })
  }

  /** An anchor names its node before the children are read, so that they can refer to it. */
  define<N extends YamlScalar | YamlSequence | YamlMapping>(node: N): N {
    if (node.anchor !== '') this.#nodes.set(node.anchor, node)
    return node
  }

  /** Keeps the size of an anchored node that is complete. */
  measure(node: YamlNode, before: number): void {
    if (node.kind !== 'alias' && node.anchor !== '') this.#sizes.set(node, this.#count - before)
  }

  /** The node of an alias, which counts as often as it is used. */
  follow(token: Token): YamlNode {
    const target = this.#nodes.get(token.value)
    if (target === undefined) {
      throw new YamlError('YAML_ALIAS', `no anchor ${token.value} before ${at(token)}`, {
        position: positionOf(token),
        upstream: `yaml: unknown anchor '${token.value}' referenced`,
      })
    }
    this.count(this.#sizes.get(target) ?? 1, token)
    return target
  }
}
