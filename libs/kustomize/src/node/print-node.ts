import { printYaml } from '@tidemark/yaml'
import type { Node } from './node.ts'
import { nodeToValue } from './to-value.ts'

// What goes into a message is for people; a large object is cut.
const MESSAGE_CHARACTERS_MAX = 4_000

/** A node for a message: its YAML, cut where it is long. */
export function printNode(node: Node): string {
  const printed = printYaml(nodeToValue(node), 'yaml3')
  return printed.length > MESSAGE_CHARACTERS_MAX
    ? `${printed.slice(0, MESSAGE_CHARACTERS_MAX)}…\n`
    : printed
}
