import { KustomizeError } from '../kustomize-error.ts'
import { field, isNull, type Node, type Sequence, withoutField } from '../node/node.ts'
import { printNode } from '../node/print-node.ts'
import { matchesField } from './match-item.ts'

export type Directive = 'merge' | 'replace' | 'delete'

const KEY = '$patch'

/** Reads the `$patch` of a mapping, or of a list that has an item with nothing else, and takes it out. */
export function takeDirective(patch: Node): { readonly directive: Directive; readonly rest: Node } {
  switch (patch.kind) {
    case 'mapping': {
      const value = field(patch, KEY)
      if (value === undefined) return { directive: 'merge', rest: patch }
      return { directive: directiveOf(value), rest: withoutField(patch, KEY) }
    }
    case 'sequence':
      return ofList(patch)
    default:
      throw new KustomizeError(
        'KUSTOMIZE_PATCH',
        `no implemented strategic merge patch strategy for '${patch.tag}' ('${printNode(patch)}')`,
      )
  }
}

function ofList(patch: Sequence): { readonly directive: Directive; readonly rest: Node } {
  const first = patch.items.find((item) => field(item, KEY) !== undefined)
  const value = field(first, KEY)
  if (first?.kind !== 'mapping' || value === undefined || first.entries.length > 1)
    return { directive: 'merge', rest: patch }
  const directive = directiveOf(value)
  const items = patch.items.filter((item) => {
    if (isNull(item) || (item.kind === 'mapping' && item.entries.length === 0)) return false
    return item.kind !== 'mapping' || !matchesField(item, KEY, directive)
  })
  return { directive, rest: { kind: 'sequence', items } }
}

function directiveOf(value: Node): Directive {
  const told = value.kind === 'scalar' ? value.value : ''
  if (told === 'delete' || told === 'replace' || told === 'merge') return told
  throw new KustomizeError('KUSTOMIZE_PATCH', `unknown patch strategy '${told}'`, {
    hint: '$patch can be delete, replace or merge',
  })
}
