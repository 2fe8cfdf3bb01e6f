import { printJson, printYaml } from '@tidemark/yaml'
import type { Node } from '../node/node.ts'
import { nodeToValue } from '../node/to-value.ts'

/** Prints a changed text as what it was: JSON in one line or indented, or YAML. */
export function printStructured(node: Node, original: string): string {
  const value = nodeToValue(node)
  const first = original.trim().charAt(0)
  if (first !== '{' && first !== '[') return printYaml(value, 'yaml3').trim()
  const isIndented = original.includes('\n') && original.includes('  ')
  return isIndented ? printJson(value, { indent: '  ' }) : printJson(value)
}
