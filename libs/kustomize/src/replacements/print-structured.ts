import { parseDocuments, printJson, printYaml, type YamlNode } from '@tidemark/yaml'
import type { Node } from '../node/node.ts'
import { nodeToValue } from '../node/to-value.ts'
import { findComments, withComments } from './written-comments.ts'
import { NotAsWritten, printLines } from './written-lines.ts'

/** Prints a changed text as what it was: JSON in one line or indented, or YAML. */
export function printStructured(node: Node, original: string): string {
  const first = original.trim().charAt(0)
  if (first !== '{' && first !== '[') return printWritten(node, original)
  const value = nodeToValue(node)
  const isIndented = original.includes('\n') && original.includes('  ')
  return isIndented ? printJson(value, { indent: '  ' }) : printJson(value)
}

/** Comments, order and styles stay, as far as they are known; what is too seldom to be printed as it was is printed anew. */
function printWritten(node: Node, original: string): string {
  try {
    const lines = printLines(node)
    const documents = parseDocuments(original, { flavour: 'yaml3' })
    const comments =
      documents.length > 1 ? undefined : findComments(original, linesInside(documents, original))
    if (comments !== undefined) return withComments(lines, comments).trim()
    return lines
      .map(({ text }) => text)
      .join('\n')
      .trim()
  } catch (error) {
    if (!(error instanceof NotAsWritten)) throw error
    return printYaml(nodeToValue(node), 'yaml3').trim()
  }
}

/** The lines of texts in blocks, where a `#` is no comment. */
function linesInside(documents: readonly YamlNode[], original: string): ReadonlySet<number> {
  const lines = original.split('\n')
  const inside = new Set<number>()
  const visit = (node: YamlNode): void => {
    if (node.kind === 'sequence') node.items.forEach(visit)
    if (node.kind === 'mapping') node.entries.forEach(({ value }) => visit(value))
    if (node.kind !== 'scalar' || (node.style !== 'literal' && node.style !== 'folded')) return
    if (node.value.trim() === '') return
    const first = lines.findIndex((line, at) => at >= node.line && line.trim() !== '')
    const indent = lines[first]?.search(/\S/u) ?? 0
    for (let at = node.line; at < lines.length; at += 1) {
      const line = lines[at] ?? ''
      if (line.trim() !== '' && line.search(/\S/u) < indent) break
      inside.add(at + 1)
    }
  }
  documents.forEach(visit)
  return inside
}
