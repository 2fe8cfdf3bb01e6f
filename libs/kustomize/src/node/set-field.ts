import { plainTag } from './plain-tag.ts'
import {
  EMPTY_MAPPING,
  type Entry,
  field,
  isNull,
  isText,
  type Mapping,
  type Node,
  type Scalar,
  type ScalarStyle,
  untagged,
  withField,
  withoutField,
} from './node.ts'
import { wrongKind } from './wrong-kind.ts'

/**
 * Sets a field as kyaml's FieldSetter does: a null takes the field out; a value that replaces another is written in
 * the style of the one before, and a new text that looks like something else is quoted.
 */
export function setField(
  node: Node,
  name: string,
  value: Node | undefined,
  keyStyle: ScalarStyle = 'plain',
): Mapping {
  const map = asMapping(node)
  if (value === undefined || takesOut(value)) return withoutField(map, name)
  const old = field(map, name)
  if (old === undefined) return withField(map, name, quotedIfNeeded(value), keyStyle)
  return withField(map, name, inStyleOf(old, value))
}

export interface FieldChange {
  readonly name: string
  readonly value: Node | undefined
  readonly keyStyle?: ScalarStyle
}

/** Sets fields one after the other; many of them at once, for each change of a large mapping is a copy of it. */
export function setFields(node: Node, changes: readonly FieldChange[]): Mapping {
  const map = asMapping(node)
  if (changes.length < MANY_CHANGES)
    return changes.reduce(
      (at, { name, value, keyStyle }) => setField(at, name, value, keyStyle),
      map,
    )
  const entries = new Map(map.entries.map((entry) => [entry.key.value, entry]))
  let isSame = true
  for (const { name, value, keyStyle } of changes) {
    const old = entries.get(name)
    const now = changedEntry(old, { name, value, ...(keyStyle === undefined ? {} : { keyStyle }) })
    if (now?.value === old?.value) continue
    isSame = false
    if (now === undefined) entries.delete(name)
    else entries.set(name, now)
  }
  return isSame ? map : { ...map, entries: [...entries.values()] }
}

const MANY_CHANGES = 16

function changedEntry(
  old: Entry | undefined,
  { name, value, keyStyle }: FieldChange,
): Entry | undefined {
  if (value === undefined || takesOut(value)) return undefined
  if (old !== undefined) return { key: old.key, value: inStyleOf(old.value, value) }
  return { key: untagged(name, keyStyle), value: quotedIfNeeded(value) }
}

/** A null, unless it was written out and a merge keeps it. */
function takesOut(value: Node): boolean {
  return isNull(value) && !(value.kind === 'scalar' && value.keep)
}

/** Sets the text of a scalar, in the style that it has. */
export function setScalar(node: Node, value: Scalar): Node {
  if (isNull(value)) return node
  if (!isNull(node) && node.kind !== 'scalar') throw wrongKind('scalar', node)
  return inStyleOf(node, value)
}

/** Sets a field some levels down, making mappings on the way. */
export function setAt(node: Node, path: readonly string[], value: Node | undefined): Node {
  const [name, ...rest] = path
  if (name === undefined) return node
  if (rest.length === 0) return setField(node, name, value)
  const inner = field(node, name)
  if (inner === undefined && value === undefined) return node
  return withField(asMapping(node), name, setAt(inner ?? EMPTY_MAPPING, rest, value))
}

/** A null counts as an empty mapping only where kyaml lets it pass. */
export function asMapping(node: Node): Mapping {
  if (node.kind === 'mapping') return node
  if (isNull(node)) return EMPTY_MAPPING
  throw wrongKind('mapping', node)
}

function inStyleOf(old: Node, value: Node): Node {
  if (value.kind !== 'scalar') return value
  const [style, mark]: [ScalarStyle, object | undefined] =
    old.kind === 'scalar' ? [old.style, old.mark] : ['plain', undefined]
  // What is written into a place takes its mark; a mark of its own goes to places that had nothing.
  if (style === value.style && mark === value.mark) return value
  const { mark: _, ...rest } = value
  return mark === undefined ? { ...rest, style } : { ...rest, style, mark }
}

function quotedIfNeeded(value: Node): Node {
  if (!isText(value) || value.style !== 'plain' || !looksOtherThanText(value.value)) return value
  return { ...value, style: 'double-quoted' }
}

// kyaml asks a YAML 1.1 reader, for which `yes` and its kin are booleans.
function looksOtherThanText(value: string): boolean {
  if (value === '' || value.includes('\n')) return false
  const tag = plainTag(value)
  return (tag !== '!!str' && tag !== '!!timestamp') || /^(?:y|n|yes|no|on|off)$/i.test(value)
}
