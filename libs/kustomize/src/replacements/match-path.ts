import { KustomizeError } from '../kustomize-error.ts'
import { isIndex, isSelector, splitSelector } from '../node/field-path.ts'
import {
  EMPTY_MAPPING,
  EMPTY_SEQUENCE,
  field,
  isNull,
  type Node,
  type Sequence,
  untagged,
  withField,
} from '../node/node.ts'
import { asMapping } from '../node/set-field.ts'
import { wrongKind } from '../node/wrong-kind.ts'
import { type Regex, requireRegex } from '../regex.ts'
import { printedScalar } from './printed-scalar.ts'

/** What to make where a path leads nowhere: `undefined` makes nothing. */
export type CreateKind = Node['kind'] | undefined

/** A way to change each place that a path leads to. */
export interface PathUpdate {
  readonly create: CreateKind
  readonly set: (node: Node) => Node
  /** Reads a text that holds YAML or JSON, for paths that go on inside it. */
  readonly parse: (text: string) => Node | undefined
}

/** The node after the update, and at how many places it was made. */
export interface PathResult {
  readonly node: Node
  readonly count: number
}

/**
 * Changes all places that a path leads to, as kyaml's PathMatcher finds them: `name`, `[key=pattern]`, `[=pattern]`, a
 * number, or `*` for every item. @throws KustomizeError when a list is not where the path wants one
 */
export function updatePath(node: Node, path: readonly string[], update: PathUpdate): PathResult {
  const [part, ...rest] = path
  if (part === undefined) return { node: update.set(node), count: 1 }
  if (isIndex(part)) return atIndex(node, Number(part), { rest, update })
  if (isSelector(part)) return atSelector(node, part, { rest, update })
  if (part === '*') return everyItem(node, rest, update)
  return atField(node, part, { rest, update })
}

interface Step {
  readonly rest: readonly string[]
  readonly update: PathUpdate
}

function atField(node: Node, name: string, { rest, update }: Step): PathResult {
  if (isNull(node)) {
    if (update.create === undefined) return { node, count: 0 }
    throw wrongKind('mapping', node)
  }
  if (node.kind !== 'mapping') throw wrongKind('mapping', node)
  const found = field(node, name)
  if (found === undefined && update.create === undefined) return { node, count: 0 }
  const value = found ?? made(rest[0], update.create ?? 'mapping')
  if (value.kind === 'scalar' && !isNull(value) && rest.length > 0)
    return insideText(node, value.value, { rest, update })
  const inner = updatePath(value, rest, update)
  return { node: withField(node, name, inner.node), count: inner.count }
}

/** A path that goes on inside a text finds its places, but what it changes there is not written back; upstream's way. */
function insideText(node: Node, text: string, { rest, update }: Step): PathResult {
  const parsed = update.parse(text)
  if (parsed === undefined) return { node, count: 0 }
  return { node, count: updatePath(parsed, rest, update).count }
}

function atIndex(node: Node, index: number, { rest, update }: Step): PathResult {
  const list = asList(node)
  let { items } = list
  if (items.length === index && update.create !== undefined)
    items = [...items, made(rest[0], update.create)]
  const item = items[index]
  if (item === undefined)
    throw new KustomizeError(
      'KUSTOMIZE_REPLACEMENT',
      `index ${index} specified but only ${items.length} elements found`,
    )
  const inner = updatePath(item, rest, update)
  return { node: { ...list, items: items.with(index, inner.node) }, count: inner.count }
}

function everyItem(node: Node, rest: readonly string[], update: PathUpdate): PathResult {
  return mapItems(
    asList(node),
    () => true,
    (item) => updatePath(item, rest, update),
  )
}

function atSelector(node: Node, part: string, step: Step): PathResult {
  const selector = splitSelector(part)
  if (selector === undefined)
    throw new KustomizeError(
      'KUSTOMIZE_REPLACEMENT',
      'list path element must contain fieldName=fieldValue for element to match',
    )
  const [name, pattern] = selector
  const list = asList(node)
  const result = matching(list, { name, pattern: requireRegex(pattern), step })
  if (result.count > 0 || step.update.create === undefined) return result
  // Nothing there yet: an item that the selector finds is made.
  const item: Node =
    name === ''
      ? untagged(pattern)
      : { kind: 'mapping', entries: [{ key: untagged(name), value: untagged(pattern) }] }
  const grown: Sequence = { ...list, items: [...list.items, item] }
  return matching(grown, { name, pattern: requireRegex(pattern), step })
}

interface Match {
  readonly name: string
  readonly pattern: Regex
  readonly step: Step
}

function matching(list: Sequence, { name, pattern, step }: Match): PathResult {
  if (name === '') {
    // Items that are plain values end a path, whatever follows.
    return mapItems(
      list,
      (item) => pattern.matches(printedScalar(item)),
      (item) => ({ node: step.update.set(item), count: 1 }),
    )
  }
  return mapItems(
    list,
    (item) => {
      const value = field(item, name)
      return value !== undefined && pattern.matches(printedScalar(value))
    },
    (item) => updatePath(item, step.rest, step.update),
  )
}

function mapItems(
  list: Sequence,
  wants: (item: Node) => boolean,
  change: (item: Node) => PathResult,
): PathResult {
  let count = 0
  const items = list.items.map((item) => {
    if (!wants(item)) return item
    const inner = change(item)
    count += inner.count
    return inner.node
  })
  return { node: { ...list, items }, count }
}

function asList(node: Node): Sequence {
  if (isNull(node)) return EMPTY_SEQUENCE
  if (node.kind !== 'sequence') throw wrongKind('sequence', node)
  return node
}

/** What stands where the path goes on: a list before an index or a selector, else a mapping; at its end what is asked for. */
function made(next: string | undefined, kind: Node['kind']): Node {
  if (next !== undefined && (isSelector(next) || isIndex(next))) return EMPTY_SEQUENCE
  if (next !== undefined && next !== '') return asMapping(EMPTY_MAPPING)
  if (kind === 'sequence') return EMPTY_SEQUENCE
  return kind === 'mapping' ? EMPTY_MAPPING : untagged('')
}
