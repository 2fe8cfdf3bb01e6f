import { parseDocuments, YamlError, type YamlNode } from '@tidemark/yaml'

/** The line of a field such as `patches[0].target`, counted from 1; `undefined` where the text does not show it. */
export function lineOfField(source: Uint8Array | string, path: string): number | undefined {
  let node = firstDocument(source)
  let line: number | undefined
  for (const [part] of path.matchAll(/[^.[\]]+/gu)) {
    const found = partOf(node, part)
    if (found === undefined) return line
    line = found.line
    node = found.value
  }
  return line
}

function firstDocument(source: Uint8Array | string): YamlNode | undefined {
  try {
    return parseDocuments(source, { flavour: 'yaml2', documents: 'first' })[0]
  } catch (error) {
    if (error instanceof YamlError) return undefined
    throw error
  }
}

function partOf(
  node: YamlNode | undefined,
  part: string,
): { readonly line: number; readonly value: YamlNode } | undefined {
  if (node?.kind === 'sequence') {
    const item = node.items[Number(part)]
    return item === undefined ? undefined : { line: item.line, value: item }
  }
  if (node?.kind !== 'mapping') return undefined
  // Names of fields are compared as Go does, without regard to case.
  const entry = node.entries.find(
    ({ key }) => key.kind === 'scalar' && key.value.toLowerCase() === part.toLowerCase(),
  )
  return entry === undefined ? undefined : { line: entry.key.line, value: entry.value }
}
