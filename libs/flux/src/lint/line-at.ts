import type { YamlNode } from '@tidemark/yaml'

/** The line of `spec.list[2].name` in a document, or of the nearest thing around it that is there. */
export function lineAt(document: YamlNode, field: string): number {
  let node = document
  let { line } = document
  for (const [, name, index] of field.matchAll(/([^.[\]]+)|\[(\d+)\]/gu)) {
    const next = index === undefined ? entry(node, name ?? '') : item(node, Number(index))
    if (next === undefined) return line
    node = next.node
    line = next.line
  }
  return line
}

interface Step {
  readonly node: YamlNode
  readonly line: number
}

function entry(node: YamlNode, name: string): Step | undefined {
  if (node.kind !== 'mapping') return undefined
  const found = node.entries.find(({ key }) => key.kind === 'scalar' && key.value === name)
  return found === undefined ? undefined : { node: found.value, line: found.key.line }
}

function item(node: YamlNode, index: number): Step | undefined {
  const found = node.kind === 'sequence' ? node.items[index] : undefined
  return found === undefined ? undefined : { node: found, line: found.line }
}
