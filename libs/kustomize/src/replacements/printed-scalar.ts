import { printYaml } from '@tidemark/yaml'
import type { Node } from '../node/node.ts'
import { nodeToValue } from '../node/to-value.ts'

/** A value as it is printed, without the line break: what patterns in paths are matched with. */
export function printedScalar(node: Node): string {
  if (node.kind === 'scalar' && node.style === 'plain') return node.value
  if (node.kind === 'scalar' && node.style === 'double-quoted') return JSON.stringify(node.value)
  if (node.kind === 'scalar' && node.style === 'single-quoted')
    return `'${node.value.replaceAll("'", "''")}'`
  return printYaml(nodeToValue(node), 'yaml3').trim()
}
