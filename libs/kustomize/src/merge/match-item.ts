import { field, isNull, type Node } from '../node/node.ts'
import { wrongKind } from '../node/wrong-kind.ts'

/**
 * Whether a field of an item has a text, as kyaml's FieldMatcher asks: an empty text asks only whether the field is
 * there; an empty name asks for the item itself.
 */
export function matchesField(item: Node, name: string, value: string): boolean {
  if (isNull(item)) return false
  if (name === '') {
    if (item.kind !== 'scalar') throw wrongKind('scalar', item)
    return item.value === value
  }
  if (item.kind !== 'mapping') throw wrongKind('mapping', item)
  const found = field(item, name)
  if (found === undefined) return false
  return value === '' || (found.kind === 'scalar' && found.value === value)
}

/** Whether all fields have exactly these texts: an empty text means an empty field. */
export function matchesExactly(
  item: Node,
  names: readonly string[],
  values: readonly string[],
): boolean {
  if (isNull(item) || item.kind !== 'mapping') return false
  return names.every((name, at) => {
    const found = field(item, name)
    if (found === undefined) return false
    return (found.kind === 'scalar' ? found.value : '') === (values[at] ?? '')
  })
}
