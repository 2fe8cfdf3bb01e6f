/**
 * A YAML node as kustomize sees one: with the tag that its text resolves to and the style in which it was written, for
 * both decide what a changed value becomes (a number put where a quoted text was stays a text). Nodes are values:
 * a change makes new nodes along its path and shares the rest, so a copy costs nothing and `===` means "untouched".
 */
export type Node = Scalar | Sequence | Mapping

export type ScalarStyle = 'plain' | 'single-quoted' | 'double-quoted' | 'literal' | 'folded'

/** Short form: `!!str`, `!!int`; empty where the text decides when it is printed. */
export type Tag = string

export interface Scalar {
  readonly kind: 'scalar'
  readonly tag: Tag
  readonly value: string
  readonly style: ScalarStyle
  /** The tag was written out, and is therefore kept whatever the text is. */
  readonly tagged?: true
  /** A null that a merge must not drop. */
  readonly keep?: true
  /** The same for all places of an object that upstream writes as one node (see alike.ts). */
  readonly mark?: object
  readonly look?: Look
}

export interface Sequence {
  readonly kind: 'sequence'
  readonly items: readonly Node[]
  readonly look?: Look
}

export interface Mapping {
  readonly kind: 'mapping'
  readonly entries: readonly Entry[]
  /** Of an object: some of its scalars have a mark. */
  readonly isMarked?: true
  readonly look?: Look
}

/** Where and how something was written; known of YAML inside of a text, which is printed again as it was. */
export interface Look {
  readonly line: number
  readonly column: number
  readonly isFlow?: true
}

export interface Entry {
  readonly key: Scalar
  readonly value: Node
}

export const EMPTY_MAPPING: Mapping = { kind: 'mapping', entries: [] }
export const EMPTY_SEQUENCE: Sequence = { kind: 'sequence', items: [] }
export const NULL: Scalar = { kind: 'scalar', tag: '!!null', value: 'null', style: 'plain' }

/** A scalar whose text decides what it is: what kyaml calls NewScalarRNode. */
export function untagged(value: string, style: ScalarStyle = 'plain'): Scalar {
  return { kind: 'scalar', tag: '', value, style }
}

/** A text, whatever it looks like. */
export function text(value: string, style: ScalarStyle = 'plain'): Scalar {
  return { kind: 'scalar', tag: '!!str', value, style }
}

export function mapping(entries: readonly (readonly [key: string, value: Node])[]): Mapping {
  return {
    kind: 'mapping',
    entries: entries.map(([key, value]) => ({ key: untagged(key), value })),
  }
}

export function isNull(node: Node | undefined): boolean {
  return node === undefined || (node.kind === 'scalar' && node.tag === '!!null')
}

/** Missing, null, `{}` or `[]`. An empty text is not empty. */
export function isNullOrEmpty(node: Node | undefined): boolean {
  if (node === undefined) return true
  if (node.kind === 'mapping') return node.entries.length === 0
  if (node.kind === 'sequence') return node.items.length === 0
  return node.tag === '!!null'
}

/** Whether it is a scalar that is, or may become, a text. */
export function isText(node: Node | undefined): node is Scalar {
  return node?.kind === 'scalar' && (node.tag === '!!str' || node.tag === '')
}

/** The text of a scalar, `''` for all that has none. */
export function textOf(node: Node | undefined): string {
  return node?.kind === 'scalar' && node.tag !== '!!null' ? node.value : ''
}

/** The text as it was written, that of a null too; `''` for collections. */
export function rawText(node: Node | undefined): string {
  return node?.kind === 'scalar' ? node.value : ''
}

/** The value of a field; of a field that is there twice the first. */
export function field(node: Node | undefined, name: string): Node | undefined {
  return node?.kind === 'mapping' ? entryOf(node, name)?.value : undefined
}

/** The key and the value of a field; of a field that is there twice the first. */
export function entryOf(node: Mapping, name: string): Entry | undefined {
  if (node.entries.length >= LARGE_ENTRIES) return indexOf(node).get(name)
  for (const entry of node.entries) if (entry.key.value === name) return entry
  return undefined
}

// Who looks for every field of a large mapping, one after the other, would never end.
const LARGE_ENTRIES = 64
const indexes = new WeakMap<Mapping, ReadonlyMap<string, Entry>>()

function indexOf(node: Mapping): ReadonlyMap<string, Entry> {
  const known = indexes.get(node)
  if (known !== undefined) return known
  const index = new Map<string, Entry>()
  for (const entry of node.entries)
    if (!index.has(entry.key.value)) index.set(entry.key.value, entry)
  indexes.set(node, index)
  return index
}

/** Follows names of fields. */
export function fieldAt(node: Node | undefined, ...path: readonly string[]): Node | undefined {
  let at = node
  for (const name of path) at = field(at, name)
  return at
}

/**
 * Puts a value in place of a field's, or at the end where there is no such field; as it is, without any rule about
 * styles. A new key is written in `keyStyle`.
 */
export function withField(
  node: Mapping,
  name: string,
  value: Node,
  keyStyle: ScalarStyle = 'plain',
): Mapping {
  const at = node.entries.findIndex(({ key }) => key.value === name)
  const old = node.entries[at]
  if (old === undefined)
    return { ...node, entries: [...node.entries, { key: untagged(name, keyStyle), value }] }
  if (old.value === value) return node
  const before = lastFields.get(node)
  if (before?.name === name && isEqual(before.value, value)) return before.result
  const result: Mapping = {
    ...node,
    entries: node.entries.with(at, { key: old.key, value }),
  }
  if (isNearSource(node, result)) lastFields.set(node, { name, value, result })
  return result
}

// What became of a node before. The next build mostly does the same to it, and what is the same node again is neither walked
// nor printed again.
const lastFields = new WeakMap<Mapping, { name: string; value: Node; result: Mapping }>()
const lastItems = new WeakMap<Sequence, Sequence>()

// A result lives as long as the node that it was made of. After so many changes, one after the other, it is let go.
const CHANGES_KEPT_MAX = 32
const changes = new WeakMap<Node, number>()

/** Counts the changes between what was read and a result: whether it is to be remembered. */
function isNearSource(node: Node, result: Node): boolean {
  const count = (changes.get(node) ?? 0) + 1
  changes.set(result, count)
  return count <= CHANGES_KEPT_MAX
}

function isEqual(left: Node, right: Node): boolean {
  if (left === right) return true
  if (left.kind !== 'scalar' || right.kind !== 'scalar') return false
  return (
    left.value === right.value &&
    left.tag === right.tag &&
    left.style === right.style &&
    left.tagged === right.tagged &&
    left.keep === right.keep &&
    left.mark === right.mark &&
    left.look === right.look
  )
}

/** Takes a field out. */
export function withoutField(node: Mapping, name: string): Mapping {
  const at = node.entries.findIndex(({ key }) => key.value === name)
  return at < 0 ? node : { ...node, entries: node.entries.toSpliced(at, 1) }
}

/** The same sequence when no item changed, so that `===` keeps its meaning. */
export function withItems(node: Sequence, items: readonly Node[]): Sequence {
  if (hasItems(node, items)) return node
  const before = lastItems.get(node)
  if (before !== undefined && hasItems(before, items)) return before
  const result: Sequence = { ...node, items }
  if (isNearSource(node, result)) lastItems.set(node, result)
  return result
}

function hasItems(node: Sequence, items: readonly Node[]): boolean {
  return items.length === node.items.length && items.every((item, at) => item === node.items[at])
}

/** A mapping of texts as a map; other values give the text that they were written with. */
export function texts(node: Node | undefined): Map<string, string> {
  const map = new Map<string, string>()
  if (node?.kind !== 'mapping') return map
  for (const { key, value } of node.entries)
    if (!map.has(key.value)) map.set(key.value, value.kind === 'scalar' ? value.value : '')
  return map
}
