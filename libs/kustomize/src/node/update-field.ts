import { during, KustomizeError } from '../kustomize-error.ts'
import { type FieldSpec, specMatches } from '../config/field-spec.ts'
import { parseApiVersion } from '../identity/gvk.ts'
import { idText } from '../identity/resource-id.ts'
import { splitPath } from './field-path.ts'
import {
  EMPTY_MAPPING,
  EMPTY_SEQUENCE,
  field,
  fieldAt,
  isNull,
  type Mapping,
  type Node,
  textOf,
  untagged,
  withField,
  withItems,
} from './node.ts'

export interface FieldUpdate {
  /** Gives the new value of each field that is found. */
  readonly set: (node: Node) => Node
  /** What to make where the field is missing and the spec says to create it; nothing is made without it. */
  readonly create?: 'scalar' | 'mapping'
}

/**
 * Changes the field that a spec names, through all lists on the way, as kustomize's fieldspec filter does. An object of
 * another kind, or one without the field, is left as it is.
 */
export function updateField(object: Node, spec: FieldSpec, update: FieldUpdate): Node {
  const apiVersion = rawText(object, 'apiVersion')
  const kind = rawText(object, 'kind')
  if (!specMatches(spec, apiVersion, kind)) return object
  const path = pathOf(spec.path)
  if (!spec.create && isAbsent(object, path)) return object
  const told = (): string => {
    const name = textOf(fieldAt(object, 'metadata', 'name'))
    const namespace = textOf(fieldAt(object, 'metadata', 'namespace'))
    return `considering field '${spec.path}' of object ${idText({ ...parseApiVersion(apiVersion), kind, name, namespace })}`
  }
  return during(told, () => walk(object, path, { ...update, creates: spec.create }))
}

/** Whether mappings on the way, which most objects have alone, end before the path does. */
function isAbsent(object: Node, path: readonly string[]): boolean {
  let node = object
  for (const part of path) {
    if (node.kind !== 'mapping' || part === '' || part.endsWith('[]')) return false
    const next = field(node, part)
    if (next === undefined) return true
    node = next
  }
  return false
}

interface Walk extends FieldUpdate {
  readonly creates: boolean
}

const PATHS = new Map<string, readonly string[]>()
const PATHS_MAX = 10_000 // Rules are few; this is a bound, not a need.

function pathOf(path: string): readonly string[] {
  const known = PATHS.get(path)
  if (known !== undefined) return known
  if (PATHS.size >= PATHS_MAX) PATHS.clear()
  const split = splitPath(path, '/')
  PATHS.set(path, split)
  return split
}

function rawText(node: Node, name: string): string {
  const value = field(node, name)
  return value?.kind === 'scalar' ? value.value : ''
}

function walk(node: Node, path: readonly string[], update: Walk): Node {
  if (path.length === 0) return update.set(node)
  if (isNull(node)) return node
  switch (node.kind) {
    case 'sequence':
      return withItems(
        node,
        during(`visit traversal on path: [${path.join(' ')}]`, () =>
          node.items.map((item) => walk(item, path, update)),
        ),
      )
    case 'mapping':
      return walkMapping(node, path, update)
    default:
      throw new KustomizeError('KUSTOMIZE_NODE_KIND', 'expected sequence or mapping node')
  }
}

function walkMapping(node: Mapping, path: readonly string[], update: Walk): Node {
  const [part = '', ...rest] = path
  const isList = part.endsWith('[]')
  const name = isList ? part.slice(0, -2) : part
  if (name === '')
    throw new KustomizeError('KUSTOMIZE_CONFIG', 'cannot set or create an empty field name', {
      hint: 'a path of fieldSpecs must not have an empty part',
    })
  const made =
    isList || !update.creates || update.create === undefined
      ? undefined
      : kindAt(rest, update.create)
  const found = field(node, name)
  if (found === undefined && made === undefined) return node
  // What is there but null becomes what is to be created; a `[]` in the path says that it is a list.
  const value = isNull(found) ? (made ?? (isList ? EMPTY_SEQUENCE : found)) : found
  return value === undefined ? node : withField(node, name, walk(value, rest, update))
}

function kindAt(rest: readonly string[], create: 'scalar' | 'mapping'): Node {
  return rest.length > 0 || create === 'mapping' ? EMPTY_MAPPING : untagged('')
}
